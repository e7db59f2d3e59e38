import { assertEquals, assertMatch } from "@std/assert";
import { createHmac } from "node:crypto";
import {
  type Address,
  formatAddress,
  parseMailbox,
  srsForward,
  type SrsOptions,
  srsReverse,
} from "../../src/mail/mod.ts";
import { seededRandom } from "../harness/seeded_random.ts";

const DAY = 24 * 3600 * 1000;
const NOW = Date.UTC(2026, 0, 2);

const options = (now = NOW, key = "ours"): SrsOptions => ({
  hash: (text) => createHmac("sha256", key).update(text).digest(),
  now,
});
const address = (text: string): Address => parseMailbox(text)!;
const forward = (from: string, more = options()) =>
  srsForward(address(from), "fwd.test", more);

Deno.test("srsForward() and srsReverse() are each other's opposite", () => {
  for (
    const text of [
      "alice@example.org",
      "Alice.B+tag@mail.example.org",
      "a=b@example.org",
      '"a b"@example.org',
      "jürgen@example.org",
      "alice@[192.0.2.1]",
      "alice@[IPv6:2001:db8::1]",
    ]
  ) {
    const rewritten = forward(text)!;
    assertMatch(rewritten.localPart, /^SRS0=[A-Z2-7]{6}=[A-Z2-7]{2}=/);
    assertEquals(rewritten.domain, "fwd.test");
    // As it travels: formatted, and read again.
    const { localPart } = address(formatAddress(rewritten));
    const back = srsReverse(localPart, options());
    assertEquals(back, { kind: "valid", address: address(text) });
  }
});

Deno.test("srsReverse() takes a hash and a day in any case", () => {
  const { localPart } = forward("alice@example.org")!;
  for (const text of [localPart.toLowerCase(), localPart.toUpperCase()]) {
    assertEquals(srsReverse(text, options())?.kind, "valid", text);
  }
});

Deno.test("srsReverse() knows no address that was changed, or made with another key", () => {
  const { localPart } = forward("alice@example.org")!;
  for (let at = 5; at < localPart.length; at++) {
    const other = localPart[at] === "b" ? "c" : "b";
    // Case is not told apart.
    if (localPart[at]!.toLowerCase() === other) continue;
    const changed = localPart.slice(0, at) + other + localPart.slice(at + 1);
    assertEquals(srsReverse(changed, options()), { kind: "forged" }, changed);
  }
  const foreign = srsReverse(localPart, options(NOW, "theirs"));
  assertEquals(foreign, { kind: "forged" });
  for (
    const text of ["SRS0=", "SRS0=a=b=c=d", "srs1=", "SRS1=x=y==z", "SRS0+a+b"]
  ) {
    assertEquals(srsReverse(text, options()), { kind: "forged" }, text);
  }
  assertEquals(srsReverse("alice", options()), undefined);
  assertEquals(srsReverse("srs", options()), undefined);
});

Deno.test("srsReverse() takes an address for 21 days, whenever they begin", () => {
  // The day is counted modulo 1024: some of these pass its end.
  for (let start = 0; start < 2048; start += 13) {
    const made = NOW + start * DAY;
    const { localPart } = forward("alice@example.org", options(made))!;
    const at = (days: number) =>
      srsReverse(localPart, options(made + days * DAY))?.kind;
    assertEquals([at(0), at(21), at(22), at(500)], [
      "valid",
      "valid",
      "expired",
      "expired",
    ]);
    // No address is of tomorrow.
    assertEquals(at(-1), "expired");
  }
});

Deno.test("a second and a third forwarder lead straight back to the first (SRS1)", () => {
  const [first, second, third] = ["one.test", "two.test", "three.test"].map(
    (domain) => ({ domain, options: options(NOW, domain) }),
  ) as [Hop, Hop, Hop];
  const sender = address("alice@example.org");
  const a = srsForward(sender, first.domain, first.options)!;
  const b = srsForward(a, second.domain, second.options)!;
  const c = srsForward(b, third.domain, third.options)!;
  assertMatch(c.localPart, /^SRS1=[A-Z2-7]{6}=one\.test==[A-Z2-7]{6}=/);
  // Back: from the third to the first, and from there to the sender.
  assertEquals(srsReverse(c.localPart, third.options), {
    kind: "valid",
    address: a,
  });
  assertEquals(srsReverse(b.localPart, second.options), {
    kind: "valid",
    address: a,
  });
  assertEquals(srsReverse(a.localPart, first.options), {
    kind: "valid",
    address: sender,
  });
  assertEquals(srsReverse(c.localPart, second.options), { kind: "forged" });
});

interface Hop {
  readonly domain: string;
  readonly options: SrsOptions;
}

Deno.test("SRS1 keeps the separator of another forwarder", () => {
  const theirs = address("SRS0+a1b2=c3=example.org=alice@one.test");
  const ours = srsForward(theirs, "fwd.test", options())!;
  assertMatch(ours.localPart, /^SRS1=[A-Z2-7]{6}=one\.test=\+a1b2=c3=/);
  assertEquals(srsReverse(ours.localPart, options()), {
    kind: "valid",
    address: theirs,
  });
});

Deno.test("srsForward() makes a local part of at most 64 octets, or none (RFC 5321 §4.5.3.1.1)", () => {
  const longest = `${"a".repeat(64 - 16 - 11)}@example.org`;
  assertEquals(forward(longest)?.localPart.length, 64);
  assertEquals(forward(`a${longest}`), undefined);
});

Deno.test("srsReverse() never throws and never believes noise", () => {
  const random = seededRandom(8);
  const pick = (text: string) => text[Math.floor(random() * text.length)]!;
  for (let round = 0; round < 20_000; round++) {
    const noise = Array.from(
      { length: Math.floor(random() * 40) },
      () => pick("SRS01=+-.aA2@\0ü[]"),
    ).join("");
    for (const text of [noise, `SRS0=${noise}`, `SRS1=${noise}`]) {
      assertEquals(srsReverse(text, options())?.kind === "valid", false);
    }
  }
});

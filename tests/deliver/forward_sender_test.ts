import { assertEquals, assertMatch } from "@std/assert";
import { createHmac } from "node:crypto";
import { forwardSender } from "../../src/deliver/mod.ts";
import { parseMailbox, srsReverse } from "../../src/mail/mod.ts";

const options = {
  hash: (text: string) => createHmac("sha256", "key").update(text).digest(),
  now: Date.UTC(2026, 0, 2),
  isLocal: (domain: string) => domain.endsWith(".test"),
};

const forward = (from: string, to: string, more = {}) =>
  forwardSender({ from }, { address: to }, { ...options, ...more });

Deno.test("forwardSender() rewrites a stranger's sender in the domain of the alias", () => {
  const sender = forward("bob@example.org", "alice@example.test");
  assertMatch(sender, /^SRS0=.{6}=..=example\.org=bob@example\.test$/);
  const { localPart } = parseMailbox(sender)!;
  const back = srsReverse(localPart, options);
  assertEquals(back?.kind === "valid" && back.address.localPart, "bob");
});

Deno.test("forwardSender() rewrites in the configured domain, also for Postmaster without a domain", () => {
  const domain = { domain: "srs.test" };
  for (const to of ["alice@example.test", "Postmaster"]) {
    assertMatch(forward("bob@example.org", to, domain), /@srs\.test$/);
  }
});

Deno.test("forwardSender() leaves our own senders, the null one, and mail that is no forward", () => {
  assertEquals(forward("", "alice@example.test"), "");
  assertEquals(
    forward("bob@other.test", "alice@example.test"),
    "bob@other.test",
  );
  assertEquals(
    forward("bob@example.org", "alice@example.net"),
    "bob@example.org",
  );
  // A loop: it came back with the sender that it was given here.
  const once = forward("bob@example.org", "alice@example.test");
  assertEquals(forward(once, "alice@example.test"), once);
});

Deno.test("forwardSender() takes the null sender for one that is too long to be rewritten", () => {
  const long = `${"b".repeat(60)}@example.org`;
  assertEquals(forward(long, "alice@example.test"), "");
});

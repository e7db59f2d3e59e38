/** Names as text, in messages, and of addresses. */

import { assertEquals } from "@std/assert";
import { normalAddress, reverseName } from "../../src/dns/mod.ts";
import { readName } from "../../src/dns/name.ts";

Deno.test("reverse names: RFC 1035 §3.5 and RFC 3596 §2.5's own example", () => {
  assertEquals(reverseName("10.2.0.52"), "52.0.2.10.in-addr.arpa");
  assertEquals(
    reverseName("4321:0:1:2:3:4:567:89ab"),
    "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa",
  );
  for (const text of ["", "10.2.0", "10.2.0.256", ":", "fe80::1%eth0", "a"]) {
    assertEquals(reverseName(text), undefined, text);
  }
});

Deno.test("addresses have one form (RFC 5952)", () => {
  const forms = {
    "2001:DB8::0:1": "2001:db8::1",
    "2001:db8:0:0:1:0:0:1": "2001:db8::1:0:0:1",
    "2001:db8:0:1:1:1:1:1": "2001:db8:0:1:1:1:1:1",
    "::": "::",
    "192.0.2.1": "192.0.2.1",
  };
  for (const [text, form] of Object.entries(forms)) {
    assertEquals(normalAddress(text), form);
  }
});

Deno.test("names in messages: what is read, and what is refused", () => {
  const label = (text: string) => [
    text.length,
    ...Array.from(text, (char) => char.charCodeAt(0)),
  ];
  const longest = Array<number[]>(4).fill(label("a".repeat(62))).flat();
  const labels = Array(4).fill("a".repeat(62)).join(".");
  const table: [string, number[], number, string | undefined, number?][] = [
    ["the root", [0], 0, "", 1],
    ["labels", [...label("Ab"), ...label("c-1"), 0], 0, "ab.c-1", 8],
    ["a jump back", [...label("b"), 0, ...label("a"), 0xc0, 0], 3, "a.b", 7],
    ["a dot in a label", [...label("a.b"), 0], 0, "a\\046b", 5],
    ["odd octets", [...label("\\\0\xff "), 0], 0, "\\092\\000\\255\\032", 6],
    ["254 as text", [...longest, 2, 97, 97, 0], 0, undefined],
    ["253 as text", [...longest, 1, 97, 0], 0, `${labels}.a`, 255],
    ["no end", label("abc"), 0, undefined],
    ["a label over the end", [9, 97], 0, undefined],
    ["half a jump", [0xc0], 0, undefined],
    ["a jump to itself", [0xc0, 0], 0, undefined],
    ["a jump ahead", [0xc0, 2, 0], 0, undefined],
    ["a circle", [...label("a"), 0xc0, 0], 0, undefined],
    ["an unknown kind of label", [0x40, 0], 0, undefined],
    ["nothing", [], 0, undefined],
    ["an offset outside", [0], 5, undefined],
  ];
  for (const [what, octets, offset, name, end] of table) {
    const found = readName(Uint8Array.from(octets), offset);
    assertEquals([found?.name, found?.end], [name, end], what);
  }
});

Deno.test("a name of thousands of jumps is refused", () => {
  const chain = [0, 0xc0, 0];
  while (chain.length < 8000) {
    const before = chain.length - 2;
    chain.push(0xc0 | before >> 8, before & 0xff);
  }
  const message = Uint8Array.from(chain);
  assertEquals(readName(message, chain.length - 2), undefined);
  assertEquals(readName(message, 1 + 2 * 100)?.name, "");
});

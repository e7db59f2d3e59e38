import { assertEquals } from "@std/assert";
import { latin1Decode, utf8Encode } from "../../src/bytes/mod.ts";
import {
  canonicalAddress,
  formatAddress,
  parseDomain,
  parseMailbox,
  parsePath,
  sameAddress,
  toUnicodeDomain,
} from "../../src/mail/mod.ts";

const bytes = (text: string) => latin1Decode(utf8Encode(text));
const at = (localPart: string, domain: string) => ({ localPart, domain });
const local64 = "l".repeat(64);
const label63 = "d".repeat(63);

const PATHS: [string, ReturnType<typeof parsePath>][] = [
  ["<>", { address: null, rest: "" }],
  ["<> SIZE=1", { address: null, rest: " SIZE=1" }],
  ["<a@b>", { address: at("a", "b"), rest: "" }],
  ["<A.b@EXAMPLE.Test> X", { address: at("A.b", "example.test"), rest: " X" }],
  ["<a@b>junk", { address: at("a", "b"), rest: "junk" }],
  ["<a@b>>", { address: at("a", "b"), rest: ">" }],
  ["<user+tag=x@b>", { address: at("user+tag=x", "b"), rest: "" }],
  ['<"a b"@c>', { address: at("a b", "c"), rest: "" }],
  ['<"a\\"\\\\b"@c>', { address: at('a"\\b', "c"), rest: "" }],
  ['<"a>b@c"@d>', { address: at("a>b@c", "d"), rest: "" }],
  ['<""@c>', { address: at("", "c"), rest: "" }],
  ["<a@[192.0.2.1]>", { address: at("a", "[192.0.2.1]"), rest: "" }],
  ["<a@[192.000.2.01]>", { address: at("a", "[192.0.2.1]"), rest: "" }],
  [
    "<a@[IPv6:2001:DB8:0::1]>",
    { address: at("a", "[ipv6:2001:db8::1]"), rest: "" },
  ],
  [
    "<a@[IPv6:::ffff:192.0.2.1]>",
    { address: at("a", "[ipv6:::ffff:c000:201]"), rest: "" },
  ],
  ["<@x.test,@y.test:a@b>", { address: at("a", "b"), rest: "" }],
  ["<@[192.0.2.1]:a@b>", { address: at("a", "b"), rest: "" }],
  ["<Postmaster>", { address: at("Postmaster", ""), rest: "" }],
  ["<POSTMASTER> N", { address: at("POSTMASTER", ""), rest: " N" }],
  [`<${local64}@b>`, { address: at(local64, "b"), rest: "" }],
  [`<a@${label63}.x>`, { address: at("a", `${label63}.x`), rest: "" }],
];

const REFUSED_PATHS = [
  "",
  "<",
  ">",
  "a@b",
  " <a@b>",
  "<a@b",
  "<a>",
  "<@b>",
  "<a@>",
  "<a b@c>",
  "<a@b c>",
  "<.a@b>",
  "<a.@b>",
  "<a..b@c>",
  "<a@.b>",
  "<a@b.>",
  "<a@b..c>",
  "<a@-b>",
  "<a@b->",
  "<a@b_c>",
  "<a@b@c>",
  '<"a@b>',
  '<"a"b@c>',
  '<"a\\"@b>',
  '<"a\tb"@c>',
  '<"a\x00b"@c>',
  "<a\r@b>",
  "<a\n@b>",
  "<a@[]>",
  "<a@[1.2.3]>",
  "<a@[1.2.3.256]>",
  "<a@[192.0.2.1>",
  "<a@[IPv6:]>",
  "<a@[IPv6:1::2::3]>",
  "<a@[IPv6:fe80::1%eth0]>",
  "<a@[IPv6:2001:db8::1]x>",
  "<a@[X-tag:1]>",
  "<@x:>",
  "<@x,@-y:a@b>",
  "<@x a@b>",
  "<@x:@y:a@b>",
  "<postmasterx>",
  `<${local64}l@b>`,
  `<a@${label63}d.x>`,
  `<a@${`${label63}.`.repeat(4)}x>`,
  bytes("<ä@b>"),
  bytes("<a@bücher.example>"),
  "<\xff@b>",
];

Deno.test("parsePath() reads what RFC 5321 §4.1.2 allows, and says what follows", () => {
  for (const [text, expected] of PATHS) {
    assertEquals(parsePath(text, { utf8: false }), expected, text);
    assertEquals(parsePath(text, { utf8: true }), expected, text);
  }
});

Deno.test("parsePath() refuses everything else", () => {
  for (const text of REFUSED_PATHS) {
    assertEquals(parsePath(text, { utf8: false }), undefined, text);
  }
});

Deno.test("parsePath() takes 256 octets and not 257 (RFC 5321 §4.5.3.1.3)", () => {
  const path = (length: number) => {
    const fixed = `<a@${label63}.${label63}.${label63}.>`;
    return fixed.replace(/>$/, "d".repeat(length - fixed.length) + ">");
  };
  assertEquals(path(256).length, 256);
  assertEquals(parsePath(path(256), { utf8: false })?.rest, "");
  assertEquals(parsePath(path(257), { utf8: false }), undefined);
});

Deno.test("parsePath() reads UTF-8 only when SMTPUTF8 was asked for (RFC 6531 §3.3)", () => {
  const utf8 = (text: string) =>
    parsePath(bytes(text), { utf8: true })?.address;
  assertEquals(
    utf8("<дима@пример.испытание>"),
    at("дима", "xn--e1afmkfd.xn--80akhbyknj4f"),
  );
  assertEquals(utf8('<"ä b"@BÜCHER.example>'), {
    localPart: "ä b",
    domain: "xn--bcher-kva.example",
  });
  assertEquals(utf8("<a\u0308@b>"), at("\u00e4", "b"));
  assertEquals(utf8("<a@x。y>"), at("a", "x.y"));
  assertEquals(utf8("<a@ä／b>"), undefined);
  assertEquals(parsePath("<\xff@b>", { utf8: true }), undefined);
  assertEquals(parsePath("<\xc0\x80@b>", { utf8: true }), undefined);
  assertEquals(parsePath("<a@\xed\xa0\x80.b>", { utf8: true }), undefined);
});

Deno.test("parsePath() refuses what would be too long in the form it is kept in", () => {
  const utf8 = (text: string) =>
    parsePath(bytes(text), { utf8: true })?.address?.domain;
  // U+0958 has no composed form: NFC makes two characters of it.
  const nukta = "\u0958";
  assertEquals(utf8(`<${nukta.repeat(10)}@b>`), "b");
  assertEquals(utf8(`<${nukta.repeat(20)}@b>`), undefined);
  const labels = (count: number) => "ä.".repeat(count) + "x";
  assertEquals(utf8(`<a@${labels(25)}>`)?.length, 25 * 8 + 1);
  assertEquals(utf8(`<a@${labels(40)}>`), undefined);
});

Deno.test("parsePath() ends on 5 MB of hostile text", () => {
  for (
    const piece of ["<", "@", "a.", '"', '\\"', "@a,", "[", "<a@b", "\x80"]
  ) {
    const text = "<" + piece.repeat(5_000_000 / piece.length);
    assertEquals(parsePath(text, { utf8: true }), undefined);
  }
  const rest = " ".repeat(5_000_000);
  assertEquals(
    parsePath(`<a@b>${rest}`, { utf8: false })?.rest.length,
    rest.length,
  );
});

Deno.test("parseMailbox() reads a plain address and formatAddress() writes it back", () => {
  const table: [string, ReturnType<typeof parseMailbox>][] = [
    ["alice@example.test", at("alice", "example.test")],
    ["Bücher@bücher.example", at("Bücher", "xn--bcher-kva.example")],
    ['"a b"@c', at("a b", "c")],
    ['"a\\"\\\\"@c', at('a"\\', "c")],
    ['""@c', at("", "c")],
    ['".a"@c', at(".a", "c")],
    ["a@[IPv6:::1]", at("a", "[ipv6:::1]")],
  ];
  for (const [text, address] of table) {
    assertEquals(parseMailbox(text), address, text);
    assertEquals(parseMailbox(formatAddress(address!)), address, text);
  }
  assertEquals(formatAddress(at("a b", "c")), '"a b"@c');
  assertEquals(formatAddress(at("a", "[ipv6:::1]")), "a@[IPv6:::1]");
  assertEquals(formatAddress(at("Postmaster", "")), "Postmaster");
});

Deno.test("parseMailbox() refuses brackets, blanks, lone surrogates and missing parts", () => {
  for (
    const text of [
      "",
      "a",
      "@",
      "a@",
      "@b",
      "<a@b>",
      " a@b",
      "a@b ",
      "a@b\n",
      "a@b\r\nRCPT TO:<c@d>",
      "../../x",
      "\ud800@b",
      "a\u0000@b",
    ]
  ) {
    assertEquals(parseMailbox(text), undefined, text);
  }
});

Deno.test("canonicalAddress() folds case and composes; sameAddress() follows it", () => {
  assertEquals(
    canonicalAddress(at("Alice", "example.test")),
    "alice@example.test",
  );
  assertEquals(canonicalAddress(at("A\u0308", "b")), "\u00e4@b");
  assertEquals(canonicalAddress(at("a@B", "c")), '"a@b"@c');
  assertEquals(canonicalAddress(at("A", "[ipv6:::1]")), "a@[ipv6:::1]");
  assertEquals(sameAddress(at("ALICE", "b"), at("alice", "b")), true);
  assertEquals(sameAddress(at("alice", "b"), at("alice", "c")), false);
  assertEquals(sameAddress(at("a@b", "c"), at("a", "b@c")), false);
});

Deno.test("toUnicodeDomain() shows proper A-labels and leaves the rest", () => {
  const table: [string, string][] = [
    ["xn--bcher-kva.example", "bücher.example"],
    ["example.test", "example.test"],
    ["xn--zz--.example", "xn--zz--.example"],
    ["xn--a.b", "xn--a.b"],
    ["[192.0.2.1]", "[192.0.2.1]"],
    ["", ""],
  ];
  for (const [domain, shown] of table) {
    assertEquals(toUnicodeDomain(domain), shown);
  }
});

Deno.test("parseDomain() refuses what is no domain name and no address literal", () => {
  assertEquals(parseDomain("EXAMPLE.test"), "example.test");
  assertEquals(parseDomain("[127.0.0.1]"), "[127.0.0.1]");
  for (const text of ["", ".", "a b", "a..b", "ä b", "[", "[]", "a%41"]) {
    assertEquals(parseDomain(text), undefined, text);
  }
});

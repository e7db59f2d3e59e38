import { assertEquals } from "@std/assert";
import {
  type HeaderGroup,
  type HeaderMailbox,
  parseAddressList,
} from "../../src/mail/mod.ts";

/** "Name <local@domain>" or "name: a, b;" of what was read; "!" before what is no address. */
function show(entry: HeaderMailbox | HeaderGroup): string {
  if (entry.kind === "group") {
    return `${entry.name}: ${entry.members.map(show).join(", ")};`;
  }
  const valid = entry.address === undefined ? "!" : "";
  return `${valid}${entry.name}<${entry.localPart}@${entry.domain}>`;
}

const LISTS: [string, string[]][] = [
  // RFC 5322 appendix A.1, A.5, A.6.
  ["John Doe <jdoe@machine.example>", ["John Doe<jdoe@machine.example>"]],
  ['"Joe Q. Public" <john.q.public@example.com>', [
    "Joe Q. Public<john.q.public@example.com>",
  ]],
  [
    'Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>, <boss@nil.test>, "Giant; \\"Big\\" Box" <sysservices@example.net>',
    [
      "Mary Smith<mary@x.test>",
      "<jdoe@example.org>",
      "Who?<one@y.test>",
      "<boss@nil.test>",
      'Giant; "Big" Box<sysservices@example.net>',
    ],
  ],
  [
    "A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
    ["A Group: Ed Jones<c@a.test>, <joe@where.test>, John<jdoe@one.test>;"],
  ],
  ["Undisclosed recipients:;", ["Undisclosed recipients: ;"]],
  [
    "Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>",
    ["Pete<pete@silly.test>"],
  ],
  [
    "A Group(Some people)\r\n     :Chris Jones <c@(Chris's host.)public.example>,\r\n         joe@example.org,\r\n  John <jdoe@one.test> (my dear friend); (the end of the group)",
    [
      "A Group: Chris Jones<c@public.example>, <joe@example.org>, John<jdoe@one.test>;",
    ],
  ],
  ["(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;", [
    "Hidden recipients: ;",
  ]],
  ["Joe Q. Public <john.q.public@example.com>", [
    "Joe Q. Public<john.q.public@example.com>",
  ]],
  ["Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example", [
    "Mary Smith<mary@example.net>",
    "<jdoe@test.example>",
  ]],
  ["John Doe <jdoe@machine(comment).  example>", [
    "John Doe<jdoe@machine.example>",
  ]],
  // Encoded words (RFC 2047 §8) and UTF-8 (RFC 6532).
  [
    "=?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>,\r\n =?ISO-8859-1?Q?Andr=E9?= Pirard <PIRARD@vm1.ulg.ac.be>",
    ["Keith Moore<moore@cs.utk.edu>", "André Pirard<PIRARD@vm1.ulg.ac.be>"],
  ],
  [
    '=?utf-8?Q?=C3?= =?utf-8?Q?=A4?= "quoted =?utf-8?Q?x?=" b <a@b>',
    ["ä quoted =?utf-8?Q?x?= b<a@b>"],
  ],
  ["nsb@thumper.bellcore.com (=?iso-8859-1?q?J=F8rn?=)", [
    "Jørn<nsb@thumper.bellcore.com>",
  ]],
  ["\xc3\xa4 <\xc3\xa4@b\xc3\xbccher.example>", [
    "ä<\xc3\xa4@b\xc3\xbccher.example>",
  ]],
  // What else comes.
  ['"a b"@c, "a\\"b"@[192.0.2.1]', ["<a b@c>", '<a"b@[192.0.2.1]>']],
  ["a@b;c@d ; e@f", ["<a@b>", "<c@d>", "<e@f>"]],
  ["Foo Bar a . b@c", ["Foo Bar<a.b@c>"]],
  ["Foo <a@b> junk <c@d>, e@f", ["Foo<a@b>", "junk<c@d>", "<e@f>"]],
  ["Foo <a@b> junk, e@f", ["Foo<a@b>", "<e@f>"]],
  ["john <a@b, c@d", ["john<a@b>", "<c@d>"]],
  ["john <a@b", ["john<a@b>"]],
  ["<>", ["!<@>"]],
  ["<a>, b, Foo Bar", ["!<a@>", "!<b@>", "!<Foo Bar@>"]],
  ["a@b@c", ["!<a@b@c>"]],
  ["<a@b@c>, <a b@c>", ["!<a@b@c>", "!<a b@c>"]],
  ['"a@b"@c, <"a b" . c@d>', ["<a@b@c>", "!<a b.c@d>"]],
  ['"Mr." a@b', ["Mr.<a@b>"]],
  ["@b", ["!<@b>"]],
  ["a@", ["!<a@>"]],
  ["a@b_c", ["!<a@b_c>"]],
  ["x: y: a@b;, c@d", ["x: y :<a@b>;", "<c@d>"]],
  ["x: a@b", ["x: <a@b>;"]],
  ["(only a comment)", []],
  [" , ;, ", []],
  ["", []],
  ['"open', ["!<open@>"]],
  ["\x00\xff", ["!<\x00\xff@>"]],
];

Deno.test("parseAddressList() reads the RFCs' examples, and something of anything", () => {
  for (const [value, expected] of LISTS) {
    assertEquals(parseAddressList(value).map(show), expected, value);
  }
});

Deno.test("parseAddressList() keeps the raw name beside the decoded one, and the address in its normal form", () => {
  assertEquals(
    parseAddressList("=?utf-8?Q?=C3=A4?= <\xc3\xa4@B\xc3\xbccher.Example>"),
    [
      {
        kind: "mailbox",
        name: "ä",
        rawName: "=?utf-8?Q?=C3=A4?=",
        localPart: "\xc3\xa4",
        domain: "B\xc3\xbccher.Example",
        address: { localPart: "ä", domain: "xn--bcher-kva.example" },
      },
    ],
  );
  assertEquals(parseAddressList("=?utf-8?Q?=C3=A4?=:;"), [
    { kind: "group", name: "ä", rawName: "=?utf-8?Q?=C3=A4?=", members: [] },
  ]);
});

// Pieces, and how many entries 200,000 octets of each give.
const FLOODS: [string, number][] = [
  ["<", 1],
  [">", 1],
  [",", 0],
  [";", 0],
  [":", 1],
  ["@", 1],
  ["(", 0],
  [")", 1],
  ['"', 1],
  ["[", 1],
  ["\\", 1],
  ["a ", 1],
  [".@", 1],
  ["a@b,", 50_000],
  ["<a,", 66_666],
  ["a:;", 66_666],
];

Deno.test("parseAddressList() ends on 200,000 octets of anything", () => {
  for (const [piece, entries] of FLOODS) {
    const list = parseAddressList(piece.repeat(200_000 / piece.length));
    assertEquals(list.length, entries, piece);
  }
  // Each colon after an address must not search what stands before it.
  const colons = `${"a ".repeat(200_000)}@b${" :".repeat(200_000)}`;
  assertEquals(parseAddressList(colons).length, 1);
});

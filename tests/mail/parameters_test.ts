import { assertEquals } from "@std/assert";
import {
  decodeParameters,
  findParameter,
  PARAMETERS_MAX,
  parseContentType,
  parseDisposition,
} from "../../src/mail/mod.ts";

const TYPES: [string, string, [string, string][]][] = [
  // RFC 2045 §5.1.
  ["text/plain; charset=us-ascii (Plain text)", "text/plain", [[
    "charset",
    "us-ascii",
  ]]],
  ['text/plain; charset="us-ascii"', "text/plain", [["charset", "us-ascii"]]],
  [
    ' Multipart / Mixed ;\r\n\tboundary = "a;b\\"c" (x;y) ; q=1',
    "multipart/mixed",
    [["boundary", 'a;b"c'], ["q", "1"]],
  ],
  ["(c) TEXT (d)/(e) HTML", "text/html", []],
  ["text/plain;;; ;a=1;", "text/plain", [["a", "1"]]],
  ["a/b; x=a b c; y=2", "a/b", [["x", "a b c"], ["y", "2"]]],
  ["a/b; =1; junk; y=2", "a/b", [["y", "2"]]],
  ['a/b; x="1"junk; y=2', "a/b", [["x", "1"], ["y", "2"]]],
  ["a/b; x=; y=", "a/b", [["x", ""], ["y", ""]]],
  ["a/b junk; y=2", "a/b", [["y", "2"]]],
  ['a/b; x="open; y=2', "a/b", [["x", "open; y=2"]]],
  ["a/b; x=1 (open; y=2", "a/b", [["x", "1"]]],
  ["a/b; name=C:\\dir\\file", "a/b", [["name", "C:\\dir\\file"]]],
  ["a/b; x=1; x=2", "a/b", [["x", "1"], ["x", "2"]]],
  ["a/b; __proto__=1", "a/b", [["__proto__", "1"]]],
  ["a/b; x=\xe4", "a/b", [["x", "\xe4"]]],
];

Deno.test("parseContentType() reads type, subtype and parameters in their order", () => {
  for (const [value, type, params] of TYPES) {
    const found = parseContentType(value);
    assertEquals(`${found?.type}/${found?.subtype}`, type, value);
    assertEquals(found?.params.map((p) => [p.name, p.value]), params, value);
  }
});

Deno.test("parseContentType() knows no type where there is none", () => {
  for (const value of ["", "text", "text/", "/plain", ";", "(a/b)", '"a"/b']) {
    assertEquals(parseContentType(value), undefined, value);
  }
});

Deno.test("parseDisposition() reads RFC 2183 values", () => {
  assertEquals(parseDisposition('Attachment; FileName="a b.txt"; size=3'), {
    kind: "attachment",
    params: [
      { name: "filename", value: "a b.txt" },
      { name: "size", value: "3" },
    ],
  });
  assertEquals(parseDisposition("inline"), { kind: "inline", params: [] });
  assertEquals(parseDisposition(" (nothing) "), undefined);
});

const DECODED: [string, string[][]][] = [
  // RFC 2231 §3, §4, §4.1.
  [
    'URL*0="ftp://";\r\n URL*1="cs.utk.edu/pub/moose/bulk-mailer/bulk-mailer.tar"',
    [["url", "ftp://cs.utk.edu/pub/moose/bulk-mailer/bulk-mailer.tar"]],
  ],
  [
    "title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A",
    [["title", "This is ***fun***", "en-us"]],
  ],
  [
    "title*0*=us-ascii'en'This%20is%20even%20more%20; title*1*=%2A%2A%2Afun%2A%2A%2A%20; title*2=\"isn't it!\"",
    [["title", "This is even more ***fun*** isn't it!", "en"]],
  ],
  // Order does not matter; a gap ends it; a piece that is not extended keeps its percent signs.
  ["x*1=b; x*0=a; x*3=d", [["x", "ab"]]],
  ["x*0*=utf-8''%C3; x*1*=%A4; x*2=%C3%A4", [["x", "ä%C3%A4"]]],
  ["x*0=a'b'c; x*1*=%20d", [["x", "a'b'c d"]]],
  ["x*1=b", []],
  ["x*00=b", [["x*00", "b"]]],
  // The extended form wins over the plain one.
  ["name=a; name*=utf-8''%C3%A4", [["name", "ä"]]],
  ["name*0=b; name=a", [["name", "b"]]],
  ["x*=''%C3%A4", [["x", "ä"]]],
  ["x*=iso-8859-1''%E4", [["x", "ä"]]],
  ["x*=x-nobody''a%E4", [["x", "a\ufffd"]]],
  ["x*=no quotes %41", [["x", "no quotes A"]]],
  ["x*=utf-8''%4%zz%", [["x", "%4%zz%"]]],
  // RFC 2047 §5 forbids it, and file names come so.
  ['name="=?utf-8?Q?=C3=A4?= =?utf-8?Q?b?="', [["name", "äb"]]],
  ["name=\xc3\xa4", [["name", "ä"]]],
  ["__proto__=1; constructor=2", [["__proto__", "1"], ["constructor", "2"]]],
];

Deno.test("decodeParameters() joins and decodes by RFC 2231", () => {
  for (const [value, expected] of DECODED) {
    const { params } = parseContentType(`a/b; ${value}`)!;
    const found = decodeParameters(params).map((p) =>
      p.language === undefined
        ? [p.name, p.value]
        : [p.name, p.value, p.language]
    );
    assertEquals(found, expected, value);
  }
});

Deno.test("findParameter() gives the first of its name", () => {
  const { params } = parseContentType("a/b; x=1; X=2")!;
  assertEquals(findParameter(params, "x"), "1");
  assertEquals(findParameter(params, "y"), undefined);
});

Deno.test("parseContentType() keeps 1,000 parameters and ends on a megabyte of anything", () => {
  const many = parseContentType(`a/b${";x=1".repeat(PARAMETERS_MAX + 1)}`);
  assertEquals(many?.params.length, PARAMETERS_MAX);
  for (
    const piece of [";", "(", '"', "\\", "=", ";a", ";a=", ";a*0=", " ", "'"]
  ) {
    const value = `a/b;x=1;${piece.repeat(1_000_000 / piece.length)}`;
    const found = parseContentType(value)!;
    assertEquals(found.params[0], { name: "x", value: "1" }, piece);
    assertEquals(decodeParameters(found.params)[0]?.value, "1", piece);
  }
});

Deno.test("decodeParameters() joins a thousand pieces", () => {
  const pieces = Array.from({ length: 999 }, (_, i) => `; x*${998 - i}=a`);
  const { params } = parseContentType(`a/b${pieces.join("")}`)!;
  assertEquals(decodeParameters(params), [
    { name: "x", value: "a".repeat(999) },
  ]);
});

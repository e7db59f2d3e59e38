/** The small parsers of SMTP: command lines, paths' words, xtext, line ends. */

import { assertEquals } from "@std/assert";
import { latin1Encode } from "../../src/bytes/mod.ts";
import { parseCommandLine, trimSpace } from "../../src/smtp/command_line.ts";
import { LineEnds } from "../../src/smtp/line_ends.ts";
import { pathText } from "../../src/smtp/path_text.ts";
import { decodeXtext } from "../../src/mail/mod.ts";

const COMMAND_LINES: readonly (readonly [string, string, string])[] = [
  ["", "", ""],
  ["QUIT", "QUIT", ""],
  ["quit  ", "QUIT", ""],
  ["Quit\t", "QUIT", ""],
  ["MAIL FROM:<a@b>", "MAIL", "FROM:<a@b>"],
  ["mail   FROM:<a@b> X  ", "MAIL", "FROM:<a@b> X"],
  [" NOOP", "", "NOOP"],
  ["MAIL\tFROM:<a@b>", "MAIL\tFROM:<A@B>", ""],
  ["VRFY \xa0x\xa0", "VRFY", "\xa0x\xa0"],
];

for (const [line, verb, args] of COMMAND_LINES) {
  Deno.test(`parseCommandLine() takes ${JSON.stringify(line)} apart`, () => {
    assertEquals(parseCommandLine(line), { verb, args });
  });
}

Deno.test("trimSpace() takes linear time", () => {
  const hostile = `a${" ".repeat(200_000)}b`;
  const start = performance.now();
  assertEquals(trimSpace(hostile), hostile);
  assertEquals(performance.now() - start < 100, true);
});

const PATHS: readonly (readonly [string, string | undefined])[] = [
  ["FROM:<a@b>", "<a@b>"],
  ["from: <a@b> X", "<a@b> X"],
  ["FROM:", ""],
  ["FROM <a@b>", undefined],
  ["FROM", undefined],
  ["TO:<a@b>", undefined],
  ["FROMX:<a@b>", undefined],
  ["", undefined],
];

for (const [args, text] of PATHS) {
  Deno.test(`pathText() finds ${JSON.stringify(text)} in ${JSON.stringify(args)}`, () => {
    assertEquals(pathText("FROM", args), text);
  });
}

// RFC 3461 §4.
const XTEXT: readonly (readonly [string, string | undefined])[] = [
  ["a", "a"],
  ["a+2Bb+3Dc", "a+b=c"],
  ["+00+FF", "\x00\xff"],
  ["", undefined],
  ["+", undefined],
  ["+2", undefined],
  ["+2b", undefined],
  ["a=b", undefined],
  ["a b", undefined],
  ["\x80", undefined],
];

for (const [text, decoded] of XTEXT) {
  Deno.test(`decodeXtext() reads ${JSON.stringify(text)} as ${JSON.stringify(decoded)}`, () => {
    assertEquals(decodeXtext(text), decoded);
  });
}

const LINE_ENDS: readonly (readonly [string, boolean])[] = [
  ["", false],
  ["a", false],
  ["\r\n", false],
  ["a\r\nb\r\n\r\n", false],
  ["\r", true],
  ["\n", true],
  ["a\r\n\r", true],
  ["a\r\r\n", true],
  ["a\n\r\n", true],
  ["a\rb", true],
  ["a\r\nb\nc\r\n", true],
];

for (const [text, bare] of LINE_ENDS) {
  Deno.test(`LineEnds finds ${bare ? "a" : "no"} bare one in ${JSON.stringify(text)}, whole and in all pieces`, () => {
    const bytes = latin1Encode(text);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const lines = new LineEnds();
      lines.push(bytes.subarray(0, cut));
      lines.push(bytes.subarray(cut));
      lines.end();
      assertEquals(lines.bare, bare);
    }
    const bytewise = new LineEnds();
    for (const octet of bytes) bytewise.push(Uint8Array.of(octet));
    bytewise.end();
    assertEquals(bytewise.bare, bare);
  });
}

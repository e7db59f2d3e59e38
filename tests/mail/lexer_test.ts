import { assertEquals } from "@std/assert";
import { stripComments } from "../../src/mail/lexer.ts";

Deno.test("stripComments() turns comments into blanks and leaves quoted strings alone", () => {
  const table: [string, string][] = [
    ["a (b) c", "a   c"],
    ["(a (nested) one) x", "x"],
    ["a(\\)b)c", "a c"],
    ['"(a)" (b)', '"(a)"'],
    ['"a\\"(b" (c)d', '"a\\"(b"  d'],
    ["a (open", "a"],
    ['a "open (b)', 'a "open (b)'],
    ["a ) b", "a ) b"],
    ["", ""],
  ];
  for (const [text, expected] of table) {
    assertEquals(stripComments(text), expected, text);
  }
});

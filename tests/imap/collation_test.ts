import { assert, assertEquals } from "@std/assert";
import { Finder, fold, orderKey } from "../../src/imap/search/collation.ts";

const SAME: readonly [a: string, b: string][] = [
  ["Abc", "aBC"],
  ["stra\u00dfe", "STRASSE"],
  ["\u00e9", "E\u0301"],
  ["\u03c3\u03c2", "\u03a3\u03a3"],
  ["\ufb01n", "FIN"],
  ["\uff21", "a"],
];

for (const [a, b] of SAME) {
  Deno.test(`fold() makes "${a}" and "${b}" the same`, () => {
    assertEquals(fold(a), fold(b));
    assertEquals(fold(fold(a)), fold(a));
  });
}

Deno.test("orderKey() makes plain order that of code points", () => {
  const sorted = ["", "A", "AB", "B", "\u00d6", "\ud7ff", "\ue000", "\uffee"]
    .concat("\uffee\u{10000}", "\uffee\u{1f600}")
    .concat("\u{10000}", "\u{1f600}", "\u{1f600}A");
  const shuffled = [...sorted].reverse()
    .sort((a, b) => orderKey(a) < orderKey(b) ? -1 : 1);
  assertEquals(shuffled, sorted);
  assertEquals(orderKey("plain \u00d6"), "plain \u00d6");
});

Deno.test("Finder finds what is cut anywhere, combining characters too", () => {
  const text = "one e\u0301te\u0301 \u{1f600}two\nthree";
  for (
    const needle of ["\u00e9t\u00e9", "E \u{1f600}", "O\nTH", "one", "ree"]
  ) {
    for (let cut = 0; cut <= text.length; cut++) {
      const finder = new Finder([fold(needle)]);
      finder.push(text.slice(0, cut));
      finder.push(text.slice(cut));
      finder.end();
      const expected = fold(text).includes(fold(needle));
      assertEquals(finder.done, expected, `${needle} at ${cut}`);
    }
  }
});

Deno.test("Finder finds nothing across two texts", () => {
  const finder = new Finder(["AB"]);
  finder.push("a");
  finder.end();
  finder.push("b");
  finder.end();
  assert(!finder.done);
});

Deno.test("Finder keeps little of a text without blanks", () => {
  const finder = new Finder(["NEEDLE"]);
  for (let i = 0; i < 1000; i++) finder.push("x".repeat(1000));
  finder.push("nee");
  finder.push("dle");
  finder.end();
  assert(finder.done);
});

Deno.test("no folded text has a small letter of ASCII: the index of texts, which takes them for capitals, is right", () => {
  const small: string[] = [];
  for (let code = 0; code <= 0x10ffff; code++) {
    const text = String.fromCodePoint(code);
    if (/[a-z]/.test(fold(text))) small.push(code.toString(16));
  }
  assertEquals(small, []);
});

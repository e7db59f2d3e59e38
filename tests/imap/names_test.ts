/** Patterns of names, sets of numbers, pages and dates: small parts of the grammar. */

import { assertEquals } from "@std/assert";
import { formatDateTime, parseDay } from "../../src/imap/date_time.ts";
import { mailboxPattern } from "../../src/imap/mailbox_pattern.ts";
import { sliceOf } from "../../src/imap/partial.ts";
import {
  formatSet,
  intersection,
  rangesInclude,
  resolveRanges,
} from "../../src/imap/sequence_set.ts";

const patterns: readonly [pattern: string, yes: string[], no: string[]][] = [
  ["*", ["INBOX", "a/b", ""], []],
  ["%", ["INBOX", "a"], ["a/b"]],
  ["a/%", ["a/b"], ["a", "a/b/c", "b/b"]],
  ["%/%", ["a/b"], ["a", "a/b/c"]],
  ["a*c", ["ac", "abc", "a/b/c"], ["acd", "bac"]],
  ["inbox", ["INBOX"], ["inbox"]],
  ["InBox/%", ["INBOX/a"], ["INBOX"]],
  ["a.b", ["a.b"], ["axb"]],
  ["", [""], ["a"]],
  ["*%*", ["", "a/b"], []],
  ["Entwu\u0308rfe", ["Entw\u00fcrfe"], []],
];

for (const [pattern, yes, no] of patterns) {
  Deno.test(`mailboxPattern("${pattern}") takes what RFC 9051 §6.3.9 says`, () => {
    const matches = mailboxPattern(pattern);
    assertEquals(yes.filter((name) => !matches(name)), []);
    assertEquals(no.filter(matches), []);
  });
}

Deno.test("mailboxPattern() takes no longer for a pattern that is made to", () => {
  const matches = mailboxPattern("*a".repeat(400) + "b");
  const start = performance.now();
  assertEquals(matches("a".repeat(1000)), false);
  assertEquals(performance.now() - start < 2000, true);
});

Deno.test("resolveRanges() orders and merges, with * as the largest number", () => {
  assertEquals(resolveRanges([[559, Infinity]], 100), [[100, 559]]);
  assertEquals(resolveRanges([[5, 3], [1, 2]], 100), [[1, 5]]);
  assertEquals(resolveRanges([[1, 1], [3, 3]], 100), [[1, 1], [3, 3]]);
  assertEquals(resolveRanges([[1, 9], [2, 3]], 100), [[1, 9]]);
});

Deno.test("rangesInclude() finds numbers by halves", () => {
  const ranges = [[1, 2], [5, 5], [9, 12]] as const;
  const found = Array.from({ length: 14 }, (_, i) => i).filter((number) =>
    rangesInclude(ranges, number)
  );
  assertEquals(found, [1, 2, 5, 9, 10, 11, 12]);
});

Deno.test("intersection() is what is in both", () => {
  assertEquals(intersection([[1, 5], [8, 9]], [[4, 8]]), [[4, 5], [8, 8]]);
  assertEquals(intersection([[1, 5]], []), []);
});

Deno.test("formatSet() writes ranges where numbers follow each other", () => {
  assertEquals(formatSet([1, 2, 3, 5, 7, 8]), "1:3,5,7:8");
  assertEquals(formatSet([]), "");
});

Deno.test("sliceOf() takes pages from both ends (RFC 9394 §3.1)", () => {
  const items = [1, 2, 3, 4, 5];
  const page = (from: number, to: number, fromEnd: boolean) =>
    sliceOf(items, { from, to, fromEnd });
  assertEquals(page(1, 2, false), [1, 2]);
  assertEquals(page(5, 9, false), [5]);
  assertEquals(page(6, 9, false), []);
  assertEquals(page(1, 2, true), [4, 5]);
  assertEquals(page(4, 9, true), [1, 2]);
  assertEquals(page(6, 9, true), []);
});

Deno.test("formatDateTime() has days of one digit with a space (RFC 9051 §9, date-day-fixed)", () => {
  const date = Date.UTC(1994, 1, 7, 1, 2, 3);
  assertEquals(formatDateTime(date), " 7-Feb-1994 01:02:03 +0000");
});

Deno.test("parseDay() knows the calendar", () => {
  assertEquals(parseDay("1-Feb-1994"), Date.UTC(1994, 1, 1));
  assertEquals(parseDay("29-feb-2024"), Date.UTC(2024, 1, 29));
  for (const text of ["29-Feb-2023", "0-Jan-2024", "1-Foo-2024", "1-Jan-24"]) {
    assertEquals(parseDay(text), undefined);
  }
});

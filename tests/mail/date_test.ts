import { assertEquals } from "@std/assert";
import { formatDate, parseDate } from "../../src/mail/mod.ts";

const at = (iso: string) => Date.parse(iso);

const DATES: [string, number | undefined][] = [
  // RFC 5322 appendix A.
  ["Fri, 21 Nov 1997 09:55:06 -0600", at("1997-11-21T15:55:06Z")],
  ["Tue, 1 Jul 2003 10:52:37 +0200", at("2003-07-01T08:52:37Z")],
  ["Thu, 13 Feb 1969 23:32:54 -0330", at("1969-02-14T03:02:54Z")],
  ["Mon, 24 Nov 1997 14:22:01 -0800", at("1997-11-24T22:22:01Z")],
  [
    "Thu,\r\n      13\r\n        Feb\r\n          1969\r\n      23:32\r\n               -0330 (Newfoundland Time)",
    at("1969-02-14T03:02:00Z"),
  ],
  ["21 Nov 97 09:55:06 GMT", at("1997-11-21T09:55:06Z")],
  [
    "Fri, 21 Nov 1997 09(comment):   55  :  06 -0600",
    at("1997-11-21T15:55:06Z"),
  ],
  // Years of two and three digits (§4.3).
  ["1 Jan 00 00:00 +0000", at("2000-01-01T00:00:00Z")],
  ["1 Jan 49 00:00 +0000", at("2049-01-01T00:00:00Z")],
  ["1 Jan 50 00:00 +0000", at("1950-01-01T00:00:00Z")],
  ["1 Jan 103 00:00 +0000", at("2003-01-01T00:00:00Z")],
  // Zones.
  ["1 Jul 2003 10:00 EDT", at("2003-07-01T14:00:00Z")],
  ["1 Jul 2003 10:00 est", at("2003-07-01T15:00:00Z")],
  ["1 Jul 2003 10:00 PST", at("2003-07-01T18:00:00Z")],
  ["1 Jul 2003 10:00 UT", at("2003-07-01T10:00:00Z")],
  ["1 Jul 2003 10:00 Z", at("2003-07-01T10:00:00Z")],
  ["1 Jul 2003 10:00 A", at("2003-07-01T10:00:00Z")],
  ["1 Jul 2003 10:00 CEST", at("2003-07-01T10:00:00Z")],
  ["1 Jul 2003 10:00 -0000", at("2003-07-01T10:00:00Z")],
  ["1 Jul 2003 10:00", at("2003-07-01T10:00:00Z")],
  [
    "1 Jul 2003 10:00:00 +0000 (a (nested \\) one) \xe9)",
    at("2003-07-01T10:00:00Z"),
  ],
  // Forms that only software writes.
  ["Tue 1 Jul 2003 10:52:37 +0200", at("2003-07-01T08:52:37Z")],
  ["TUE, 01 JUL 2003 10:52:37 +0200", at("2003-07-01T08:52:37Z")],
  ["1-Jul-2003 10:52:37 +0200", at("2003-07-01T08:52:37Z")],
  ["Tuesday, 1 July 2003 10:52:37.250 +0200", at("2003-07-01T08:52:37Z")],
  ["29 Feb 2024 23:59:60 +0000", at("2024-03-01T00:00:00Z")],
  // No dates.
  ["", undefined],
  ["yesterday", undefined],
  ["31 Feb 2020 00:00 +0000", undefined],
  ["29 Feb 2023 00:00 +0000", undefined],
  ["0 Jan 2020 00:00 +0000", undefined],
  ["1 Foo 2020 00:00 +0000", undefined],
  ["1 Jan 2020 24:00 +0000", undefined],
  ["1 Jan 2020 00:60 +0000", undefined],
  ["1 Jan 2020 00:00:61 +0000", undefined],
  ["1 Jan 2020 00:00 +0060", undefined],
  ["1 Jan 1899 00:00 +0000", undefined],
  ["1 Jan 2020", undefined],
  ["2020-01-01T00:00:00Z", undefined],
];

Deno.test("parseDate() reads RFC 5322 dates, old forms and comments, and refuses others", () => {
  for (const [text, expected] of DATES) {
    assertEquals(parseDate(text), expected, text);
  }
});

Deno.test("parseDate() gives an answer for 5 MB of hostile text", () => {
  for (const piece of ["(", "()", "\\", '"', " ", "1 Jan ", "09:", ", "]) {
    const text = piece.repeat(5_000_000 / piece.length);
    assertEquals(parseDate(text), undefined, piece);
  }
  const comment = `1 Jan 2000 00:00 +0000 ${"(".repeat(5_000_000)}`;
  assertEquals(parseDate(comment), Date.UTC(2000, 0, 1));
});

Deno.test("formatDate() writes RFC 5322 §3.3 dates in the zone asked for", () => {
  const ms = at("1997-11-21T15:55:06Z");
  assertEquals(formatDate(ms), "Fri, 21 Nov 1997 15:55:06 +0000");
  assertEquals(formatDate(ms, -360), "Fri, 21 Nov 1997 09:55:06 -0600");
  assertEquals(formatDate(ms, 345), "Fri, 21 Nov 1997 21:40:06 +0545");
  assertEquals(formatDate(0), "Thu, 1 Jan 1970 00:00:00 +0000");
});

Deno.test("formatDate() and parseDate() round-trip to the second", () => {
  for (let day = 0; day < 1500; day++) {
    const ms = Date.UTC(1999, 0, 1) + day * 86_461_000;
    assertEquals(parseDate(formatDate(ms, day % 721 - 360)), ms);
  }
});

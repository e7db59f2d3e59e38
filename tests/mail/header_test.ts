import { assertEquals, assertMatch } from "@std/assert";
import { latin1Decode, latin1Encode } from "../../src/bytes/mod.ts";
import {
  findField,
  findFields,
  formatField,
  HEADER_FIELDS_MAX,
  HEADER_SIZE_MAX,
  readHeader,
  trimWhiteSpace,
  unfold,
} from "../../src/mail/mod.ts";

const read = (text: string) => readHeader(latin1Encode(text));
const pairs = (text: string) =>
  read(text).fields.map(({ name, value }) => [name, value]);

const HEADERS: [string, string[][]][] = [
  ["", []],
  ["\r\n", []],
  ["A: b\r\n\r\nC: d\r\n", [["A", " b"]]],
  ["A: b\nC:d\n\nE: f", [["A", " b"], ["C", "d"]]],
  ["A: b\r\n c\r\n\td\r\nE:\r\n\r\n", [["A", " b\r\n c\r\n\td"], ["E", ""]]],
  ["A : b\r\nB\t:c", [["A", " b"], ["B", "c"]]],
  ["A: b", [["A", " b"]]],
  ["A: b\r", [["A", " b"]]],
  ["A: b\rC: d\r\n", [["A", " b\rC: d"]]],
  // A line of blanks folds; it does not end the header (RFC 5322 §4.2).
  ["A: b\r\n \r\n c\r\n\r\n", [["A", " b\r\n \r\n c"]]],
  // Lines that are no fields, and their folding.
  [" lost\r\nA: b\r\n", [["A", " b"]]],
  ["From alice Mon Jan 1 10:00:00\r\nA: b\r\n", [["A", " b"]]],
  ["no colon\r\n folded: x\r\nA: b\r\n", [["A", " b"]]],
  [": x\r\nA: b\r\n", [["A", " b"]]],
  ["\xe4: x\r\nA\x00: y\r\nA: \xe4\x00\r\n", [["A", " \xe4\x00"]]],
];

Deno.test("readHeader() reads fields as they stand and passes over broken lines", () => {
  for (const [text, expected] of HEADERS) {
    assertEquals(pairs(text), expected, text);
  }
});

Deno.test("readHeader() gives the offsets of each field and of the body", () => {
  const bytes = latin1Encode("xxA: b\r\n c\r\njunk\r\nB: d\n\r\nbody");
  const header = readHeader(bytes, 2);
  const cut = header.fields.map(({ start, end }) =>
    latin1Decode(bytes.subarray(start, end))
  );
  assertEquals(cut, ["A: b\r\n c\r\n", "B: d\n"]);
  assertEquals([header.start, header.fieldsEnd, header.end], [2, 23, 25]);
  assertEquals(latin1Decode(bytes.subarray(header.end)), "body");
});

Deno.test("readHeader() stops at the end it was given", () => {
  const bytes = latin1Encode("A: b\r\nC: d\r\n\r\n");
  const header = readHeader(bytes, 0, 6);
  assertEquals(header.fields.map((field) => field.name), ["A"]);
  assertEquals([header.fieldsEnd, header.end], [6, 6]);
  assertEquals(readHeader(bytes, 6, 9).fields, [
    { name: "C", value: " ", start: 6, end: 9 },
  ]);
});

Deno.test("readHeader() keeps 10,000 fields and not one more, and still finds the body", () => {
  const exact = read("A:b\r\n".repeat(HEADER_FIELDS_MAX) + "\r\nbody");
  assertEquals([exact.fields.length, exact.truncated], [10_000, false]);
  const more = read("A:b\r\n".repeat(HEADER_FIELDS_MAX + 2) + "\r\nbody");
  assertEquals([more.fields.length, more.truncated], [10_000, true]);
  assertEquals(more.fields.at(-1)!.end, 50_000);
  assertEquals([more.fieldsEnd, more.end], [50_010, 50_012]);
});

Deno.test("readHeader() reads fields of the first 1 MiB", () => {
  const long = read(`A: ${"x".repeat(5_000_000)}\r\nB: c\r\n\r\nbody`);
  assertEquals(long.fields.map((field) => field.name), ["A"]);
  assertEquals(long.fields[0]!.value.length, HEADER_SIZE_MAX - 2);
  assertEquals(long.fields[0]!.end, 5_000_005);
  assertEquals([long.truncated, long.end], [true, 5_000_013]);
});

Deno.test("readHeader() ends on 5 MB of any one thing", () => {
  for (const piece of ["\n", "a", " ", "a:\n", "a\n", ":", " \n", "\r", "\0"]) {
    const size = 5_000_000 / piece.length;
    const { end, fields } = read(piece.repeat(size));
    assertEquals(end, piece === "\n" ? 1 : piece.length * Math.floor(size));
    assertEquals(fields.length, piece === "a:\n" ? HEADER_FIELDS_MAX : 0);
  }
});

Deno.test("findField() finds the first of a name in any case, findFields() all", () => {
  const { fields } = read("TO: 1\r\nto: 2\r\nCc: 3\r\n\r\n");
  assertEquals(findField(fields, "To")?.value, " 1");
  assertEquals(findFields(fields, "tO").map(({ value }) => value), [
    " 1",
    " 2",
  ]);
  assertEquals(findField(fields, "Bcc"), undefined);
});

Deno.test("unfold() takes out line ends and outer blanks, nothing of 8 bits", () => {
  assertEquals(unfold(" a\r\n b\n\tc \r\n"), "a b\tc");
  assertEquals(unfold("\xa0a\xa0"), "\xa0a\xa0");
  assertEquals(trimWhiteSpace(" \t\r\n"), "");
  assertEquals(trimWhiteSpace(`a${" ".repeat(1_000_000)}b `).length, 1_000_002);
});

Deno.test("formatField() folds before blanks and stays within 78 columns", () => {
  const words = Array.from({ length: 60 }, (_, i) => `word${i}`).join(" ");
  const text = formatField("Subject", words);
  assertEquals(text.split("\r\n").every((line) => line.length <= 78), true);
  assertMatch(text, /^Subject: word0 word1 .*\r\n word/s);
  assertEquals(unfold(text.slice("Subject:".length)), words);
});

Deno.test("formatField() lets no value add a line of its own", () => {
  assertEquals(formatField("A", "b\r\nBcc: c\n\nd"), "A: b Bcc: c d\r\n");
  assertEquals(formatField("A", ""), "A:\r\n");
  assertEquals(formatField("A", " \r\n "), "A:\r\n");
  const long = "x".repeat(200);
  assertEquals(
    formatField("A", `${long} ${long}`),
    `A: ${long}\r\n ${long}\r\n`,
  );
});

import { assertEquals } from "@std/assert";
import { isAscii, latin1Decode, utf8Encode } from "../../src/bytes/mod.ts";
import {
  decodeEncodedWords,
  decodeText,
  encodeWords,
} from "../../src/mail/mod.ts";

const WORDS: [string, string][] = [
  // RFC 2047 §8.
  ["=?US-ASCII?Q?Keith_Moore?=", "Keith Moore"],
  ["=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?=", "Keld Jørn Simonsen"],
  ["=?ISO-8859-1?Q?Andr=E9?= Pirard", "André Pirard"],
  [
    "=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n    =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
    "If you can read this you understand the example.",
  ],
  ["=?ISO-8859-1?Q?Olle_J=E4rnefors?=", "Olle Järnefors"],
  ["=?ISO-8859-1?Q?Patrik_F=E4ltstr=F6m?=", "Patrik Fältström"],
  ["=?iso-8859-8?b?7eXs+SDv4SDp7Oj08A==?=", "םולש ןב ילטפנ"],
  ["(=?ISO-8859-1?Q?a?=)", "(a)"],
  ["(=?ISO-8859-1?Q?a?= b)", "(a b)"],
  ["(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"],
  ["(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)", "(ab)"],
  ["(=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=)", "(ab)"],
  ["(=?ISO-8859-1?Q?a_b?=)", "(a b)"],
  ["(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)"],
  // RFC 2231 §5.
  ["=?US-ASCII*EN?Q?Keith_Moore?=", "Keith Moore"],
  // A character split over words of one charset, also in different encodings.
  ["=?utf-8?B?4oI=?= =?UTF-8?Q?=AC?=", "€"],
  ["=?utf-8?Q?=E2?= x =?utf-8?Q?=82=AC?=", "\ufffd x \ufffd\ufffd"],
  ["=?iso-2022-jp?B?GyRCJCIbKEI=?= =?iso-2022-jp?B?GyRCJCQbKEI=?=", "あい"],
  ["=?utf-7?Q?+AOQ-?=", "ä"],
  // Mistakes that senders make.
  ["=?utf-8?B?w6Q?=", "ä"],
  ["=?utf-8?Q?a?==?utf-8?Q?b?=", "ab"],
  ["x=?utf-8?q?=c3=a4?=y", "xäy"],
  ["=?utf-8?Q?=C3=A4=G1=4?=", "ä=G1=4"],
  ["=?utf-8?Q??=", ""],
  ["=?x-nobody?Q?a=E4?=", "a\ufffd"],
  ["=??Q?a?=", "a"],
  // No words at all.
  ["=?utf-8?X?a?=", "=?utf-8?X?a?="],
  ["=?utf-8?Q?a b?=", "=?utf-8?Q?a b?="],
  ["=?utf-8?Q?a", "=?utf-8?Q?a"],
  ["=?utf-8?Q", "=?utf-8?Q"],
  ["a  b", "a  b"],
  ["", ""],
  // Octets outside of words: UTF-8 (RFC 6532), otherwise ISO 8859-1.
  ["\xc3\xa4 =?utf-8?Q?=C3=B6?=", "ä ö"],
  ["\xe4", "ä"],
  // A word smuggles no line into what is made of it.
  ["=?utf-8?Q?a=0D=0ABcc:_b=00?=", "a  Bcc: b "],
];

Deno.test("decodeEncodedWords() decodes as RFC 2047 §8 shows, and forgives", () => {
  for (const [value, expected] of WORDS) {
    assertEquals(decodeEncodedWords(value), expected, value);
  }
});

Deno.test("decodeEncodedWords() reads each of many words once", () => {
  const flood = (piece: string, times: number) =>
    decodeEncodedWords(piece.repeat(times));
  assertEquals(flood("=?a?q?b?= ", 100_000).length, 100_001);
  assertEquals(flood("=?utf-8?q?=C3=A4?=", 100_000).length, 100_000);
  // Each in a charset of its own that nobody knows.
  const unknown = Array.from({ length: 40_000 }, (_, i) => `=?x${i}?q?b?=`);
  assertEquals(decodeEncodedWords(unknown.join(" ")), "b".repeat(40_000));
  for (const piece of ["=?", "=?a?q?", "?=", "=?a*", "=?utf-8?B?", " "]) {
    const text = piece.repeat(1_000_000 / piece.length);
    assertEquals(decodeEncodedWords(text), text, piece);
  }
});

Deno.test("encodeWords() leaves US-ASCII as it is, but not what looks like a word", () => {
  assertEquals(encodeWords("Hello, world"), "Hello, world");
  assertEquals(encodeWords(""), "");
  assertEquals(encodeWords("=?x?"), "=?UTF-8?B?PT94Pw==?=");
  assertEquals(encodeWords("Käse"), "=?UTF-8?Q?K=C3=A4se?=");
  assertEquals(encodeWords("日本"), "=?UTF-8?B?5pel5pys?=");
  assertEquals(encodeWords("a\r\nb: c"), "=?UTF-8?Q?a=0D=0Ab=3A_c?=");
});

Deno.test("encodeWords() and decodeEncodedWords() round-trip in words of at most 75 characters", () => {
  for (
    const text of [
      "Grüße aus München",
      "ä".repeat(200),
      "日本語の件名".repeat(40),
      "\u{1f600}".repeat(100),
      `${"plain words ".repeat(20)}ü`,
      " ü ",
    ]
  ) {
    const words = encodeWords(text);
    assertEquals(decodeEncodedWords(words), text);
    assertEquals(isAscii(words), true);
    for (const word of words.split(" ")) {
      assertEquals(word.length <= 75, true, word);
      // Whole characters in each word (RFC 2047 §5).
      assertEquals(decodeEncodedWords(word).includes("\ufffd"), false, word);
    }
  }
  assertEquals(decodeEncodedWords(encodeWords("a\ud800")), "a\ufffd");
});

Deno.test("decodeText() takes UTF-8 for UTF-8 and anything else for ISO 8859-1", () => {
  assertEquals(decodeText(latin1Decode(utf8Encode("ä€"))), "ä€");
  assertEquals(decodeText("\xe4\xff"), "äÿ");
});

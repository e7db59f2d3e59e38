import { assertEquals } from "@std/assert";
import { latin1Encode, utf8Encode } from "../../src/bytes/mod.ts";
import { CHARSET_LABELS } from "../../src/mail/charset_labels.ts";
import {
  charsetDecoder,
  decodeCharset,
  isKnownCharset,
} from "../../src/mail/mod.ts";

const TEXTS: [string, string, string][] = [
  ["utf-8", "\xc3\xa4\xe2\x82\xac", "ä€"],
  ["UTF8", "\xff\xc3\xa4\xc3", "\ufffdä\ufffd"],
  ["us-ascii", "abc", "abc"],
  ["US-ASCII", "\xc3\xa4", "ä"],
  ["", "\xc3\xa4", "ä"],
  ["iso-8859-1", "\xe4\x80\x9f", "ä\x80\x9f"],
  [" Latin1 ", "\xe4", "ä"],
  ["windows-1252", "\x80\x93", "€\u201c"],
  ["iso-8859-15", "\xa4", "€"],
  ["koi8-r", "\xc4\xc9\xcd\xc1", "дима"],
  ["iso-2022-jp", '\x1b$B$"\x1b(Ba', "あa"],
  ["cp932", "\x82\xa0", "あ"],
  ["gb2312", "\xc4\xe3", "你"],
  ["utf-16le", "a\x00\xe4\x00", "aä"],
  ["x-nobody-knows", "a\xe4\x80b", "a\ufffd\ufffdb"],
  ["replacement", "a\xe4", "a\ufffd"],
  // RFC 2152.
  ["utf-7", "Hi Mom -+Jjo--!", "Hi Mom -\u263a-!"],
  ["utf-7", "A+ImIDkQ.", "A\u2262\u0391."],
  ["UTF-7", "+ZeVnLIqe-", "日本語"],
  ["utf-7", "1 +- 1 = 2", "1 + 1 = 2"],
  ["utf-7", "+2D3cAA-", "\ud83d\udc00"],
  ["utf-7", "+2D0-x", "\ufffdx"],
  ["utf-7", "a\xe4b+", "a\ufffdb"],
];

Deno.test("decodeCharset() reads what the label says", () => {
  for (const [label, octets, expected] of TEXTS) {
    assertEquals(decodeCharset(latin1Encode(octets), label), expected, label);
  }
});

Deno.test("charsetDecoder() gives the same text an octet at a time", () => {
  for (const [label, octets, expected] of TEXTS) {
    const decoder = charsetDecoder(label);
    let text = "";
    for (const octet of latin1Encode(octets)) {
      text += decoder.write(Uint8Array.of(octet));
    }
    assertEquals(text + decoder.end(), expected, label);
  }
});

Deno.test("decodeCharset() gives a text for every octet in every charset and for any label", () => {
  const every = Uint8Array.from({ length: 256 }, (_, i) => i);
  for (
    const label of [
      ...TEXTS.map(([name]) => name),
      "\0",
      "*",
      "ü",
      "utf-7,utf-8",
    ]
  ) {
    assertEquals(decodeCharset(every, label).isWellFormed(), true, label);
  }
});

Deno.test("decodeCharset() reads a megabyte", () => {
  for (const piece of ["+", "+A", "\xff", "+2D0-"]) {
    const octets = latin1Encode(piece.repeat(1_000_000 / piece.length));
    for (const label of ["utf-7", "utf-8", "x-none"]) {
      assertEquals(decodeCharset(octets, label).isWellFormed(), true);
    }
  }
});

Deno.test("the platform knows each of the labels that are listed", () => {
  assertEquals(CHARSET_LABELS.size, 221);
  for (const label of CHARSET_LABELS) {
    assertEquals(new TextDecoder(label).encoding.length > 0, true, label);
    assertEquals(isKnownCharset(label.toUpperCase()), true, label);
  }
});

Deno.test("isKnownCharset() tells guesses from knowledge", () => {
  assertEquals(isKnownCharset("ISO-8859-1"), true);
  assertEquals(isKnownCharset("utf-7"), true);
  assertEquals(isKnownCharset("us-ascii"), true);
  assertEquals(isKnownCharset("x-nobody-knows"), false);
  assertEquals(decodeCharset(utf8Encode("é"), "latin-1"), "Ã©");
});

import { assertEquals } from "@std/assert";
import {
  base64Encode,
  latin1Decode,
  latin1Encode,
} from "../../src/bytes/mod.ts";
import {
  decodeTransferEncoding,
  parseTransferEncoding,
  transferDecoder,
  type TransferEncoding,
} from "../../src/mail/mod.ts";

const BODIES: [TransferEncoding, string, string][] = [
  ["7bit", "a=41\r\n", "a=41\r\n"],
  ["binary", "\0\xff", "\0\xff"],
  ["base64", "", ""],
  ["base64", "SGVsbG8=", "Hello"],
  ["base64", "SGVs\r\nbG8=\r\n", "Hello"],
  ["base64", "SGVsbG8", "Hello"],
  ["base64", "SGVsbA==", "Hell"],
  ["base64", "SGVsbA", "Hell"],
  ["base64", "S!G?V\x80s bG8=", "Hello"],
  ["base64", "SGVsbA==SGVsbG8=", "HellHello"],
  ["base64", "SGVsbG8=====", "Hello"],
  ["base64", "S", ""],
  ["base64", "====", ""],
  ["base64", "/+8=", "\xff\xef"],
  ["quoted-printable", "a=3Db=E4", "a=b\xe4"],
  ["quoted-printable", "a=e4=eF", "a\xe4\xef"],
  ["quoted-printable", "soft=\r\nline", "softline"],
  ["quoted-printable", "soft=\nline", "softline"],
  ["quoted-printable", "soft= \t\r\nline", "softline"],
  ["quoted-printable", "blanks \t \r\nx", "blanks\r\nx"],
  ["quoted-printable", "blanks \nx ", "blanks\nx"],
  ["quoted-printable", "keep =\r\n  it", "keep   it"],
  ["quoted-printable", "a b", "a b"],
  ["quoted-printable", "a=20\r\n", "a \r\n"],
  ["quoted-printable", "odd =G1 =4 == =", "odd =G1 =4 == "],
  ["quoted-printable", "===41", "==A"],
  ["quoted-printable", "=4=41", "=4A"],
  ["quoted-printable", "=4", "=4"],
  ["quoted-printable", "a=", "a"],
  ["quoted-printable", "a\rb \rc\r", "a\rb \rc\r"],
  ["quoted-printable", "=\rx", "=\rx"],
  ["quoted-printable", "= x", "= x"],
  ["quoted-printable", "\0\xff=00", "\0\xff\0"],
];

Deno.test("decodeTransferEncoding() decodes, and takes mistakes for what they are worth", () => {
  for (const [encoding, body, expected] of BODIES) {
    const octets = decodeTransferEncoding(latin1Encode(body), encoding);
    assertEquals(latin1Decode(octets), expected, body);
  }
});

Deno.test("transferDecoder() gives the same octets however the body is cut", () => {
  for (const [encoding, body, expected] of BODIES) {
    for (const size of [1, 2, 3, 5]) {
      const decoder = transferDecoder(encoding);
      const octets = latin1Encode(body);
      let text = "";
      for (let at = 0; at < octets.length; at += size) {
        text += latin1Decode(decoder.write(octets.subarray(at, at + size)));
      }
      assertEquals(text + latin1Decode(decoder.end()), expected, body);
    }
  }
});

Deno.test("base64 decodes what base64Encode() wrote, for all lengths", () => {
  const every = Uint8Array.from({ length: 259 }, (_, i) => i * 7);
  for (let size = 0; size < every.length; size++) {
    const octets = every.subarray(0, size);
    const encoded = latin1Encode(base64Encode(octets));
    assertEquals(decodeTransferEncoding(encoded, "base64"), octets);
  }
});

Deno.test("decoders never give more octets than they took, on a megabyte of hostile text", () => {
  for (const piece of ["=", " ", "\r", "=4", "A", "= ", "=\r"]) {
    const body = latin1Encode(piece.repeat(1_000_000 / piece.length));
    for (const encoding of ["base64", "quoted-printable"] as const) {
      const { length } = decodeTransferEncoding(body, encoding);
      assertEquals(length <= body.length, true, piece);
    }
  }
});

Deno.test("parseTransferEncoding() knows the five of RFC 2045 §6.1", () => {
  const table: [string, TransferEncoding | undefined][] = [
    ["", "7bit"],
    [" Base64 (why not)", "base64"],
    ["QUOTED-PRINTABLE", "quoted-printable"],
    ["8bit", "8bit"],
    ["binary", "binary"],
    ["x-uuencode", undefined],
    ["utf-8", undefined],
  ];
  for (const [value, expected] of table) {
    assertEquals(parseTransferEncoding(value), expected, value);
  }
});

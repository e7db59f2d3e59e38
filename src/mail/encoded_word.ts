/**
 * Encoded words in header fields (RFC 2047; RFC 2231 §5 for the language).
 *
 * Tolerant: words longer than 75 characters, words that stick to other text and
 * base 64 without padding are read. Text outside of words is UTF-8 (RFC 6532).
 *
 * @module
 */

import {
  asciiLower,
  base64Encode,
  concatBytes,
  latin1Encode,
  utf8Encode,
  utf8FromByteString,
} from "../bytes/mod.ts";
import { decodeCharset } from "./charset.ts";
import { decodeTransferEncoding } from "./transfer_encoding.ts";

// Each part stops at the "?" that every later start of a word has too: linear.
const WORD =
  /=\?([^?* \t\r\n]*)(?:\*[^? \t\r\n]*)?\?([bq])\?([^? \t\r\n]*)\?=/gi;
const BLANKS = /^[ \t\r\n]*$/;

/** Octets of one encoded word (RFC 2047 §2). */
const WORD_MAX = 75;

/** The text of `value`, a byte string, with its encoded words decoded. Line ends and NULs in words become blanks. */
export function decodeEncodedWords(value: string): string {
  const out: string[] = [];
  let run: Word[] = [];
  let at = 0;
  for (const match of value.matchAll(WORD)) {
    const gap = value.slice(at, match.index);
    if (run.length === 0 || !BLANKS.test(gap)) {
      // Blanks between words are not shown (RFC 2047 §6.2); others are.
      out.push(decodeRun(run), decodeText(gap));
      run = [];
    }
    run.push(wordOf(match));
    at = match.index + match[0].length;
  }
  out.push(decodeRun(run), decodeText(value.slice(at)));
  return out.join("");
}

/** A byte string as text: UTF-8 when it is (RFC 6532), otherwise each octet a character of ISO 8859-1. */
export function decodeText(byteString: string): string {
  return utf8FromByteString(byteString) ?? byteString;
}

/**
 * `text` as unstructured or phrase text in US-ASCII: as it is when it can be,
 * otherwise as encoded words in UTF-8, joined by single blanks (to fold at).
 */
export function encodeWords(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && !text.includes("=?")) return text;
  const encoded = utf8Encode(text.toWellFormed());
  const isPlain = (octet: number) =>
    /[A-Za-z0-9 ]/.test(String.fromCharCode(octet));
  const plain = encoded.filter(isPlain).length;
  const letter = plain * 2 >= encoded.length ? "Q" : "B";
  const frame = WORD_MAX - `=?UTF-8?${letter}??=`.length;
  return pieces(text.toWellFormed(), letter, frame)
    .map((piece) => `=?UTF-8?${letter}?${piece}?=`).join(" ");
}

interface Word {
  readonly charset: string;
  readonly octets: Uint8Array;
}

function wordOf(match: RegExpMatchArray): Word {
  const [, charset, encoding, text] = match;
  const octets = latin1Encode(
    asciiLower(encoding!) === "q" ? text!.replace(/_/g, " ") : text!,
  );
  return {
    charset: asciiLower(charset!),
    octets: asciiLower(encoding!) === "q"
      ? decodeQ(octets)
      : decodeTransferEncoding(octets, "base64"),
  };
}

/** RFC 2047 §4.2: "=" and two digits; anything else is itself, a trailing blank too. */
function decodeQ(octets: Uint8Array): Uint8Array {
  const out = new Uint8Array(octets.length);
  let size = 0;
  for (let i = 0; i < octets.length; i++) {
    const digits = String.fromCharCode(octets[i + 1] ?? 0, octets[i + 2] ?? 0);
    const escape = octets[i] === 0x3d && /^[0-9A-Fa-f]{2}$/.test(digits);
    out[size++] = escape ? parseInt(digits, 16) : octets[i]!;
    if (escape) i += 2;
  }
  return out.subarray(0, size);
}

/** Neighbours in one charset are decoded together: senders split characters between words. */
function decodeRun(run: readonly Word[]): string {
  const texts: string[] = [];
  for (let i = 0, end = 0; i < run.length; i = end) {
    const { charset } = run[i]!;
    end = i + 1;
    // ISO 2022 words begin and end in US-ASCII; a decoder objects to two shifts in a row.
    const joins = !charset.startsWith("iso-2022");
    while (joins && run[end]?.charset === charset) end++;
    const octets = run.slice(i, end).map((word) => word.octets);
    texts.push(decodeCharset(concatBytes(octets), charset));
  }
  // A word must not smuggle a line into what is made of the text.
  return texts.join("").replace(/[\r\n\0]/g, " ");
}

/** Encoded texts of at most `max` characters, each of whole characters (RFC 2047 §5). */
function pieces(text: string, letter: "Q" | "B", max: number): string[] {
  return letter === "Q" ? piecesQ(text, max) : piecesB(text, max);
}

function piecesQ(text: string, max: number): string[] {
  const done: string[] = [];
  let piece = "";
  for (const char of text) {
    const next = [...utf8Encode(char)].map(encodeQ).join("");
    if (piece.length + next.length > max) {
      done.push(piece);
      piece = "";
    }
    piece += next;
  }
  return [...done, piece];
}

function piecesB(text: string, max: number): string[] {
  const done: string[] = [];
  const room = Math.floor(max / 4) * 3;
  let octets: number[] = [];
  for (const char of text) {
    const next = utf8Encode(char);
    if (octets.length + next.length > room) {
      done.push(base64Encode(Uint8Array.from(octets)));
      octets = [];
    }
    octets.push(...next);
  }
  return [...done, base64Encode(Uint8Array.from(octets))];
}

/** RFC 2047 §5 (3): only these may stand in a phrase; it does for the other places too. */
function encodeQ(octet: number): string {
  const char = String.fromCharCode(octet);
  if (char === " ") return "_";
  if (/[A-Za-z0-9!*+/-]/.test(char)) return char;
  return `=${octet.toString(16).toUpperCase().padStart(2, "0")}`;
}

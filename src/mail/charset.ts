/**
 * Charsets of messages: from octets and a label to text (RFC 2045 §5.1, RFC 2046 §4.1.2).
 *
 * The platform's `TextDecoder` does nearly all of them. It reads "iso-8859-1" and
 * "us-ascii" as windows-1252 and does not know UTF-7 (RFC 2152); these are here.
 * Nothing throws: octets that mean nothing become U+FFFD.
 *
 * @module
 */

import { asciiLower, latin1Decode } from "../bytes/mod.ts";
import { CHARSET_LABELS } from "./charset_labels.ts";
import { Utf7Decoder } from "./utf7.ts";
import { trimWhiteSpace } from "./white_space.ts";

/** Turns octets into text, piece by piece. */
export interface CharsetDecoder {
  /** The characters that `bytes` complete. */
  write(bytes: Uint8Array): string;
  /** What is left; nothing may be written afterwards. */
  end(): string;
}

/** Names in use for what `TextDecoder` knows by another name or means otherwise. */
const ALIASES = new Map([
  ["us-ascii", "utf-8"],
  ["ascii", "utf-8"],
  ["ansi_x3.4-1968", "utf-8"],
  ["iso646-us", "utf-8"],
  ["", "utf-8"],
  ["latin1", "iso-8859-1"],
  ["latin-1", "iso-8859-1"],
  ["iso8859-1", "iso-8859-1"],
  ["iso_8859-1", "iso-8859-1"],
  ["l1", "iso-8859-1"],
  ["iso88591", "iso-8859-1"],
  ["iso_8859-1:1987", "iso-8859-1"],
  ["iso-ir-100", "iso-8859-1"],
  ["csisolatin1", "iso-8859-1"],
  ["cp819", "iso-8859-1"],
  ["ibm819", "iso-8859-1"],
  ["unicode-1-1-utf-7", "utf-7"],
  ["unicode-2-0-utf-7", "utf-7"],
  ["cp932", "shift_jis"],
  ["cp936", "gbk"],
  ["cp949", "euc-kr"],
  ["cp950", "big5"],
]);

/**
 * A decoder for the charset that `label` names.
 *
 * US-ASCII is read as UTF-8, of which it is a part: much mail is mislabelled so.
 * An unknown charset gives its US-ASCII octets, and U+FFFD for each other one.
 */
export function charsetDecoder(label: string): CharsetDecoder {
  const name = charsetName(label);
  if (name === "utf-7") return new Utf7Decoder();
  if (name === "iso-8859-1") return { write: latin1Decode, end: () => "" };
  if (!CHARSET_LABELS.has(name)) return { write: asciiOnly, end: () => "" };
  const decoder = new TextDecoder(name);
  return {
    write: (bytes) => decoder.decode(bytes, { stream: true }),
    end: () => decoder.decode(),
  };
}

/** All of `bytes` as text. */
export function decodeCharset(bytes: Uint8Array, label: string): string {
  const decoder = charsetDecoder(label);
  return decoder.write(bytes) + decoder.end();
}

/** True when text in that charset is told exactly, not by its US-ASCII octets alone. */
export function isKnownCharset(label: string): boolean {
  const name = charsetName(label);
  return name === "utf-7" || CHARSET_LABELS.has(name);
}

function charsetName(label: string): string {
  const lower = asciiLower(trimWhiteSpace(label));
  return ALIASES.get(lower) ?? lower;
}

function asciiOnly(bytes: Uint8Array): string {
  return latin1Decode(bytes).replace(/[\x80-\xff]/g, "\ufffd");
}

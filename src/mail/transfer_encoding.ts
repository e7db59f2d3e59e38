/**
 * Content transfer encodings, decoded as the octets come (RFC 2045 §6).
 *
 * Tolerant: what is not of the alphabet is passed over (base64, §6.8) or kept as
 * it is (quoted-printable, §6.7). Nothing throws, and at most one line is held back.
 *
 * @module
 */

import { asciiLower, CR, LF, SP, TAB } from "../bytes/mod.ts";
import { stripComments } from "./lexer.ts";

export type TransferEncoding =
  | "7bit"
  | "8bit"
  | "binary"
  | "base64"
  | "quoted-printable";

const KNOWN: readonly string[] = [
  "7bit",
  "8bit",
  "binary",
  "base64",
  "quoted-printable",
] satisfies TransferEncoding[];

/** Turns encoded octets into the ones they stand for. */
export interface TransferDecoder {
  /** What `bytes` complete; they are not kept, and may be part of a line. */
  write(bytes: Uint8Array): Uint8Array;
  /** What is left; nothing may be written afterwards. */
  end(): Uint8Array;
}

/** The encoding that a Content-Transfer-Encoding value names; 7bit when it is empty, undefined when it is unknown. */
export function parseTransferEncoding(
  value: string,
): TransferEncoding | undefined {
  const name = asciiLower(stripComments(value));
  if (name === "") return "7bit";
  return KNOWN.includes(name) ? name as TransferEncoding : undefined;
}

/** A decoder for `encoding`; 7bit, 8bit and binary pass through as they are. */
export function transferDecoder(encoding: TransferEncoding): TransferDecoder {
  if (encoding === "base64") return new Base64Decoder();
  if (encoding === "quoted-printable") return new QuotedPrintableDecoder();
  return { write: (bytes) => bytes, end: () => new Uint8Array(0) };
}

/** All of `bytes` decoded at once. */
export function decodeTransferEncoding(
  bytes: Uint8Array,
  encoding: TransferEncoding,
): Uint8Array {
  const decoder = transferDecoder(encoding);
  const body = decoder.write(bytes);
  const tail = decoder.end();
  if (tail.length === 0) return body;
  const all = new Uint8Array(body.length + tail.length);
  all.set(body);
  all.set(tail, body.length);
  return all;
}

const SKIP = 0xff;
const PAD = 0xfe;

/** What each octet is worth in base 64 (RFC 2045 §6.8, table 1). */
const SEXTETS = (() => {
  const table = new Uint8Array(256).fill(SKIP);
  const alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (let i = 0; i < 64; i++) table[alphabet.charCodeAt(i)] = i;
  table["=".charCodeAt(0)] = PAD;
  return table;
})();

/** Padding ends a group, wherever it stands; groups may follow it, as when encoded texts were joined. */
class Base64Decoder implements TransferDecoder {
  #bits = 0;
  #count = 0;

  write(bytes: Uint8Array): Uint8Array {
    const out = new Uint8Array(((bytes.length + this.#count) * 3 >> 2) + 3);
    let size = 0;
    for (let i = 0; i < bytes.length; i++) {
      const sextet = SEXTETS[bytes[i]!]!;
      if (sextet === SKIP) continue;
      if (sextet === PAD) {
        size += this.#flush(out, size);
        continue;
      }
      this.#bits = this.#bits << 6 | sextet;
      if (++this.#count < 4) continue;
      out[size++] = this.#bits >> 16;
      out[size++] = this.#bits >> 8;
      out[size++] = this.#bits;
      this.#bits = this.#count = 0;
    }
    return out.subarray(0, size);
  }

  end(): Uint8Array {
    const out = new Uint8Array(2);
    return out.subarray(0, this.#flush(out, 0));
  }

  /** Writes the whole octets of an unfinished group: how many they are. */
  #flush(out: Uint8Array, at: number): number {
    const octets = Math.max(this.#count - 1, 0);
    const bits = this.#bits << 6 * (4 - this.#count);
    if (octets > 0) out[at] = bits >> 16;
    if (octets > 1) out[at + 1] = bits >> 8;
    this.#bits = this.#count = 0;
    return octets;
  }
}

const EQUALS = 0x3d;
/** Blanks held back at the end of a line; longer runs than any line may have (RFC 5321 §4.5.3.1.6) are text. */
const HELD_MAX = 1000;

/**
 * Blanks before a line end were added on the way and are dropped (RFC 2045 §6.7 rule 3);
 * "=" at a line's end, blanks behind it or not, joins lines (rule 5).
 */
class QuotedPrintableDecoder implements TransferDecoder {
  /** Blanks of which it is not known whether they end the line, or "=" and what followed it. */
  #held: number[] = [];

  write(bytes: Uint8Array): Uint8Array {
    const out = new Uint8Array(bytes.length + this.#held.length);
    let size = 0;
    for (let i = 0; i < bytes.length; i++) {
      const octet = bytes[i]!;
      const plain = octet > SP && octet !== EQUALS && this.#held.length === 0;
      if (plain) out[size++] = octet;
      else size = this.#octet(octet, out, size);
    }
    return out.subarray(0, size);
  }

  end(): Uint8Array {
    const held = this.#held;
    this.#held = [];
    if (held[0] !== EQUALS) {
      return Uint8Array.from(held.at(-1) === CR ? [CR] : []);
    }
    return Uint8Array.from(held.slice(1).every(isBlank) ? [] : held);
  }

  #octet(octet: number, out: Uint8Array, size: number): number {
    const held = this.#held;
    if (held[0] === EQUALS) return this.#escape(octet, out, size);
    if (octet === EQUALS || isBlank(octet) || octet === CR) {
      return this.#hold(octet, out, size);
    }
    // Blanks, and perhaps a CR, before this octet: at a line end only the CR stays.
    if (octet !== LF) size = this.#release(out, size);
    else if (held.at(-1) === CR) out[size++] = CR;
    held.length = 0;
    out[size++] = octet;
    return size;
  }

  /** Holds a blank, a CR or "=" back; what it shows to be text goes out. */
  #hold(octet: number, out: Uint8Array, size: number): number {
    const held = this.#held;
    const text = octet === EQUALS || held.at(-1) === CR ||
      held.length >= HELD_MAX;
    if (text) size = this.#release(out, size);
    held.push(octet);
    return size;
  }

  /** Writes out what was held back: it is text. */
  #release(out: Uint8Array, size: number): number {
    for (const octet of this.#held) out[size++] = octet;
    this.#held.length = 0;
    return size;
  }

  /** An octet after "=": a digit, a line end, a blank before a line end, or a mistake that is kept as text. */
  #escape(octet: number, out: Uint8Array, size: number): number {
    const held = this.#held;
    const last = held.at(-1)!;
    const first = held.length === 1;
    if (octet === LF && (first || isBlank(last) || last === CR)) {
      held.length = 0;
      return size;
    }
    const value = hexDigit(octet);
    if (held.length === 2 && value >= 0 && hexDigit(last) >= 0) {
      out[size++] = hexDigit(last) << 4 | value;
      held.length = 0;
      return size;
    }
    const waits = first && value >= 0 ||
      (first || isBlank(last)) && (isBlank(octet) || octet === CR);
    if (waits && held.length < HELD_MAX) {
      held.push(octet);
      return size;
    }
    return this.#octet(octet, out, this.#release(out, size));
  }
}

function isBlank(octet: number): boolean {
  return octet === SP || octet === TAB;
}

/** The value of a hexadecimal digit, lower case too (RFC 2045 §6.7, note to rule 1), or -1. */
function hexDigit(octet: number): number {
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30;
  const letter = octet & ~0x20;
  return letter >= 0x41 && letter <= 0x46 ? letter - 0x37 : -1;
}

/**
 * Byte strings: text in which each character stands for one byte (U+0000 to U+00FF).
 *
 * Protocol lines are kept this way so that regular expressions work on them and
 * no byte is lost. `new TextDecoder("latin1")` is windows-1252 and would lose some.
 */

import { Buffer } from "node:buffer";

/** A call into the engine's own copy: a fortieth of what String.fromCharCode costs for 4 KiB. */
const latin1Slice: (from: number, to: number) => string =
  // deno-lint-ignore no-explicit-any -- Node's types hide it, Node's streams stand on it.
  (Buffer.prototype as any).latin1Slice;

/** The byte string of `bytes`; round-trips with {@linkcode latin1Encode}. */
export function latin1Decode(bytes: Uint8Array): string {
  return latin1Slice.call(bytes, 0, bytes.length);
}

/** Up to here a loop is faster than a call out of the engine. */
const SHORT = 128;

const encoder = new TextEncoder();

/**
 * The bytes of a byte string.
 *
 * @throws {RangeError} When a character is above U+00FF: it is no byte.
 */
export function latin1Encode(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  latin1EncodeInto(text, bytes, 0);
  return bytes;
}

/**
 * Writes the bytes of a byte string into `bytes` from `at` on, where there is room for them.
 *
 * @throws {RangeError} When a character is above U+00FF: it is no byte.
 */
export function latin1EncodeInto(
  text: string,
  bytes: Uint8Array,
  at: number,
): void {
  const { length } = text;
  if (length > SHORT) {
    // What takes as many bytes in UTF-8 as it has characters is US-ASCII.
    const room = bytes.subarray(at, at + length);
    const { read, written } = encoder.encodeInto(text, room);
    if (read === length && written === length) return;
  }
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff) {
      throw new RangeError(`Cannot encode "${text[i]}" as one byte`);
    }
    bytes[at + i] = code;
  }
}

/** UTF-8, strict where it matters: mail may carry any bytes. */

import { latin1Encode } from "./latin1.ts";

const encoder = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Up to here a loop is faster than a call out of the engine. */
const SHORT = 128;

/** The UTF-8 bytes of `text`. */
export function utf8Encode(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  if (text.length > SHORT) {
    // All of it fits where it is US-ASCII, which saves making the room twice.
    const { read } = encoder.encodeInto(text, bytes);
    return read === text.length ? bytes : encoder.encode(text);
  }
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return encoder.encode(text);
    bytes[i] = code;
  }
  return bytes;
}

/** The text of `bytes`, or undefined when they are not UTF-8. */
export function utf8Decode(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Reads a byte string as UTF-8; undefined when it is not. */
export function utf8FromByteString(byteString: string): string | undefined {
  // deno-lint-ignore no-control-regex
  if (/^[\x00-\x7f]*$/.test(byteString)) return byteString;
  return utf8Decode(latin1Encode(byteString));
}

/**
 * Byte strings: text in which each character stands for one byte (U+0000 to U+00FF).
 *
 * Protocol lines are kept this way so that regular expressions work on them and
 * no byte is lost. `new TextDecoder("latin1")` is windows-1252 and would lose some.
 */

const CHUNK = 8192;

/** The byte string of `bytes`; round-trips with {@linkcode latin1Encode}. */
export function latin1Decode(bytes: Uint8Array): string {
  if (bytes.length <= CHUNK) {
    return String.fromCharCode.apply(null, bytes as unknown as number[]);
  }
  let text = "";
  for (let i = 0; i < bytes.length; i += CHUNK) {
    text += String.fromCharCode.apply(
      null,
      bytes.subarray(i, i + CHUNK) as unknown as number[],
    );
  }
  return text;
}

/**
 * The bytes of a byte string.
 *
 * @throws {RangeError} When a character is above U+00FF: it is no byte.
 */
export function latin1Encode(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff) {
      throw new RangeError(`Cannot encode "${text[i]}" as one byte`);
    }
    bytes[i] = code;
  }
  return bytes;
}

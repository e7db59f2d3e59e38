/**
 * xtext (RFC 3461 §4): text in which "+", "=" and what is not printable are hexadecimal.
 *
 * @module
 */

const XTEXT = /^(?:[\x21-\x2a\x2c-\x3c\x3e-\x7e]|\+[0-9A-F]{2})+$/;

/** The byte string that `text` stands for; undefined when it is no xtext, or empty. */
export function decodeXtext(text: string): string | undefined {
  if (!XTEXT.test(text)) return undefined;
  return text.replace(
    /\+(..)/g,
    (_, hex) => String.fromCharCode(parseInt(hex, 16)),
  );
}

/** `text`, printable US-ASCII or a byte string, as xtext. */
export function encodeXtext(text: string): string {
  return text.replace(
    /[^\x21-\x2a\x2c-\x3c\x3e-\x7e]/g,
    (character) => "+" + hexadecimal(character.charCodeAt(0)),
  );
}

function hexadecimal(code: number): string {
  return (code & 0xff).toString(16).toUpperCase().padStart(2, "0");
}

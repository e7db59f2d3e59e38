/**
 * Quoted-printable, as it is written (RFC 2045 §6.7). Reading it: `transfer_encoding.ts`.
 *
 * @module
 */

import { latin1Decode } from "../bytes/mod.ts";

/** Characters of a line, its "=" included. */
const LINE_MAX = 76;

/** `text`, whose lines end in CRLF, in quoted-printable: US-ASCII in lines of at most 76 characters. */
export function quotedPrintableEncode(text: Uint8Array): string {
  return latin1Decode(text).split("\r\n").map(encodeLine).join("\r\n");
}

function encodeLine(line: string): string {
  const lines: string[] = [];
  let current = "";
  for (let at = 0; at < line.length; at++) {
    const next = encodeOctet(line[at]!, at === line.length - 1);
    if (current.length + next.length >= LINE_MAX) {
      lines.push(`${current}=`);
      current = "";
    }
    current += next;
  }
  return [...lines, current].join("\r\n");
}

/** Blanks at the end of a line would not survive (rule 3). */
function encodeOctet(char: string, last: boolean): string {
  const plain = /[\x21-\x3c\x3e-\x7e]/.test(char) ||
    !last && (char === " " || char === "\t");
  if (plain) return char;
  const hex = char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0");
  return `=${hex}`;
}

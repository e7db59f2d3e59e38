/**
 * White space of header fields (RFC 5322 §2.2.3, §3.2.2): SP, TAB and line ends.
 *
 * `\s` and `String.trim` are of no use on byte strings: they also match 0xA0,
 * which is half of a character in UTF-8.
 *
 * @module
 */

import { CR, LF, SP, TAB } from "../bytes/mod.ts";

function isBlank(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === SP || code === TAB || code === CR || code === LF;
}

/** `text` without white space at its ends. */
export function trimWhiteSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text, start)) start++;
  while (end > start && isBlank(text, end - 1)) end--;
  return text.slice(start, end);
}

/** A raw field body on one line: line ends taken out, trimmed (RFC 5322 §2.2.3). */
export function unfold(value: string): string {
  // Most are not folded.
  return trimWhiteSpace(
    value.includes("\n") ? value.replace(/\r?\n/g, "") : value,
  );
}

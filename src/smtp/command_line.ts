/**
 * A command line taken apart: verb and arguments (RFC 5321 §4.1.1, §2.4 for case).
 *
 * @module
 */

import { asciiUpper } from "../bytes/mod.ts";

export interface CommandLine {
  /** In upper case; "" for a line that begins with no word. */
  readonly verb: string;
  /** What follows, without space around it. */
  readonly args: string;
}

/** Splits `line`, a byte string without its CRLF. Space at its end is tolerated (RFC 5321 §4.1.1). */
export function parseCommandLine(line: string): CommandLine {
  const space = line.indexOf(" ");
  const word = space < 0 ? trimSpace(line) : line.slice(0, space);
  return {
    verb: asciiUpper(word),
    args: space < 0 ? "" : trimSpace(line.slice(space + 1)),
  };
}

/** Drops spaces and tabs at both ends, in linear time; no other character: an octet of UTF-8 may look like a space. */
export function trimSpace(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isSpace(text, from)) from++;
  while (to > from && isSpace(text, to - 1)) to--;
  return text.slice(from, to);
}

function isSpace(text: string, at: number): boolean {
  return text[at] === " " || text[at] === "\t";
}

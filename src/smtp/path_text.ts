/**
 * The argument of MAIL and RCPT up to its path.
 *
 * @module
 */

import { asciiUpper } from "../bytes/mod.ts";
import { trimSpace } from "./command_line.ts";

/**
 * What follows "FROM:" or "TO:" in `args`; undefined when the word is missing.
 *
 * RFC 5321 §3.3 forbids a space after the colon, but names clients that send it,
 * and nothing is in doubt where it stands.
 */
export function pathText(
  word: "FROM" | "TO",
  args: string,
): string | undefined {
  const colon = word.length;
  if (asciiUpper(args.slice(0, colon)) !== word) return undefined;
  return args[colon] === ":" ? trimSpace(args.slice(colon + 1)) : undefined;
}

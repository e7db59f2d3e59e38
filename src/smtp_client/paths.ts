/**
 * Addresses on their way into a command: the one place where they become text.
 *
 * Only what parses as a mailbox comes out, written anew: no octet of it can end the
 * path, or the line, early.
 *
 * @module
 */

import { isAscii } from "../bytes/mod.ts";
import { formatAddress, parseMailbox } from "../mail/mod.ts";

/** A path with its brackets. */
export interface Path {
  readonly text: string;
  /** Its local part is not US-ASCII (domains are A-labels): it needs SMTPUTF8. */
  readonly needsUtf8: boolean;
}

/** The path of `address`; undefined when it is none. */
export function pathOf(address: string): Path | undefined {
  const parsed = parseMailbox(address);
  if (!parsed) return undefined;
  const text = `<${formatAddress(parsed)}>`;
  return { text, needsUtf8: !isAscii(text) };
}

/** The same for MAIL, where "" is the null path. */
export function reversePathOf(address: string): Path | undefined {
  return address === "" ? { text: "<>", needsUtf8: false } : pathOf(address);
}

/**
 * Base subjects: what is left of a subject without "Re:", "Fwd:" and their kin
 * (RFC 5256 §2.1).
 *
 * @module
 */

import { decodeEncodedWords, unfold } from "../../mail/mod.ts";
import { fold } from "./collation.ts";

export interface BaseSubject {
  /** Folded, to be compared. */
  readonly text: string;
  /** Something was taken away that says that this is a reply or was forwarded. */
  readonly isReply: boolean;
}

/** Characters of a subject that count: what a line of mail may hold. */
const LENGTH_MAX = 2000;

const BLOB = "\\[[^[\\]]*\\][ \\t]*";
const TRAILER = /(?:\(fwd\)|[ \t])$/i;
const LEADER = new RegExp(
  `^(?:(?:${BLOB})*(?:re|fwd?)[ \\t]*(?:${BLOB})?:|[ \\t])`,
  "i",
);
const LEADING_BLOB = new RegExp(`^${BLOB}(?=.)`, "s");

/** Reads the raw value of a Subject field. */
export function baseSubject(value: string): BaseSubject {
  const decoded = decodeEncodedWords(unfold(value.slice(0, LENGTH_MAX)));
  // Step 1.
  let text = decoded.replace(/[ \t\r\n]+/g, " ");
  let isReply = false;
  for (let wrapped = true; wrapped;) {
    const stripped = strip(text);
    isReply ||= stripped.isReply;
    // Step 6.
    wrapped = /^\[fwd:.*\]$/is.test(stripped.text);
    text = wrapped ? stripped.text.slice(5, -1) : stripped.text;
    isReply ||= wrapped;
  }
  return { text: fold(text), isReply };
}

/** Steps 2 to 5. */
function strip(whole: string): { text: string; isReply: boolean } {
  let text = whole;
  let isReply = false;
  const take = (pattern: RegExp) => {
    const found = pattern.exec(text)?.[0];
    if (found === undefined) return false;
    const isLeader = pattern !== TRAILER;
    text = isLeader
      ? text.slice(found.length)
      : text.slice(0, text.length - found.length);
    isReply ||= pattern !== LEADING_BLOB && found.trim() !== "";
    return true;
  };
  while (take(TRAILER));
  while (take(LEADER) || take(LEADING_BLOB));
  return { text, isReply };
}

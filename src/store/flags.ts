/**
 * Flags and keywords of messages, in one spelling and order (RFC 9051 §2.3.2, RFC 3501 §2.3.2).
 *
 * @module
 */

import { asciiLower } from "../bytes/mod.ts";
import type { Flag } from "./store.ts";

/** The flags that Maildir has a letter for, in the order of the letters. */
export const LETTER_FLAGS: ReadonlyMap<string, Flag> = new Map([
  ["D", "\\Draft"],
  ["F", "\\Flagged"],
  ["P", "$Forwarded"],
  ["R", "\\Answered"],
  ["S", "\\Seen"],
  ["T", "\\Deleted"],
]);

const SPELLING = new Map(
  [...LETTER_FLAGS.values()].map((flag, place) => [
    asciiLower(flag),
    { flag, place },
  ]),
);

/**
 * `flags` as all stores keep them: each once (in whatever case), flags with a Maildir
 * letter first, keywords after them by name. Flags with a backslash that are none of
 * the five are left out: \Recent is no flag that can be set.
 */
export function normalFlags(flags: readonly Flag[]): readonly Flag[] {
  const known = new Map<string, Flag>();
  for (const flag of flags) {
    const folded = asciiLower(flag);
    const spelling = SPELLING.get(folded)?.flag;
    if (spelling === undefined && flag.startsWith("\\")) continue;
    if (!known.has(folded)) known.set(folded, spelling ?? flag);
  }
  return [...known.values()].sort(byPlace);
}

function byPlace(a: Flag, b: Flag): number {
  const [left, right] = [placeOf(a), placeOf(b)];
  return left !== right ? left - right : a < b ? -1 : 1;
}

function placeOf(flag: Flag): number {
  return SPELLING.get(asciiLower(flag))?.place ?? LETTER_FLAGS.size;
}

/** What `old` becomes by a STORE of `flags` (RFC 9051 §6.4.6). */
export function changedFlags(
  old: readonly Flag[],
  how: "add" | "remove" | "replace",
  flags: readonly Flag[],
): readonly Flag[] {
  if (how === "replace") return normalFlags(flags);
  if (how === "add") return normalFlags([...old, ...flags]);
  const removed = new Set(flags.map(asciiLower));
  return normalFlags(old.filter((flag) => !removed.has(asciiLower(flag))));
}

/** True when both lists, as {@linkcode normalFlags} made them, say the same. */
export function sameFlags(a: readonly Flag[], b: readonly Flag[]): boolean {
  return a.length === b.length && a.every((flag, i) => flag === b[i]);
}

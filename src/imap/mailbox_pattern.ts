/**
 * Patterns of LIST and LSUB: `*` is anything, `%` anything within one level
 * (RFC 9051 §6.3.9).
 *
 * @module
 */

import { asciiUpper } from "../bytes/mod.ts";
import { DELIMITER } from "./mailbox_name.ts";

/** Tells whether a name matches. Takes time linear in both, whatever the pattern. */
export function mailboxPattern(pattern: string): (name: string) => boolean {
  const parts = withInbox(pattern).normalize("NFC").replace(
    /[*%]*\*[*%]*/g,
    "*",
  )
    .replace(/%+/g, "%");
  return (name) => matches([...parts], name);
}

/** INBOX is the same in any case (RFC 9051 §5.1). */
function withInbox(pattern: string): string {
  const [first = "", ...rest] = pattern.split(DELIMITER);
  return asciiUpper(first) === "INBOX"
    ? ["INBOX", ...rest].join(DELIMITER)
    : pattern;
}

/** Steps through the name with all places of the pattern that it can have come to. */
function matches(parts: readonly string[], name: string): boolean {
  let places = skipWildcards(parts, new Set([0]));
  for (const char of name) {
    const next = new Set<number>();
    for (const place of places) {
      const part = parts[place];
      if (part === "*" || part === "%" && char !== DELIMITER) next.add(place);
      else if (part === char) next.add(place + 1);
    }
    if (next.size === 0) return false;
    places = skipWildcards(parts, next);
  }
  return places.has(parts.length);
}

/** A wildcard may stand for nothing. */
function skipWildcards(
  parts: readonly string[],
  places: Set<number>,
): Set<number> {
  // A set grows while it is walked: places that are added are visited, too.
  for (const place of places) {
    const part = parts[place];
    if (part === "*" || part === "%") places.add(place + 1);
  }
  return places;
}

/**
 * What a row's function returns: a value where nothing had to be waited for, otherwise
 * the session that waits.
 *
 * @module
 */

import type { Session } from "../wire/mod.ts";

/** The value, waited for where it takes a session to get it. */
export function* run<T>(outcome: T | Session<T>): Session<T> {
  return isSession(outcome) ? yield* outcome : outcome;
}

function isSession<T>(outcome: T | Session<T>): outcome is Session<T> {
  return typeof outcome === "object" && outcome !== null &&
    Symbol.iterator in outcome && "next" in outcome;
}

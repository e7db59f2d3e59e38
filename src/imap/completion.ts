/**
 * How a command ends: its tagged response, what is left of its line, and when enough is
 * enough (RFC 9051 §7.1).
 *
 * @module
 */

import { BareLineEnd, LineTooLong, type Session } from "../wire/mod.ts";
import type { ImapSession } from "./imap_session.ts";
import type { Scanner } from "./scanner.ts";
import { bad, type Status, statusLine } from "./status.ts";
import { tell } from "./tell_changes.ts";

/** Queues the tagged response; too many mistakes in a row end the session. */
export function complete(
  s: ImapSession,
  tag: string,
  status: Status,
  hint?: string,
): void {
  s.errors = status.status === "BAD" ? s.errors + 1 : 0;
  const syntax = hint === undefined ? "" : `; syntax: ${hint}`;
  s.out.words(statusLine(tag, status) + syntax);
  s.out.end();
  const guesses = s.authFailures >= s.setting.max_auth_failures;
  if (s.errors < s.setting.max_errors && !guesses) return;
  s.closing = true;
  tell(s, `BYE Too many ${guesses ? "failed logins" : "errors"}`);
}

/** A line that could not be read, and was dropped; there is no telling its tag. */
export function brokenLine(error: unknown): Status | undefined {
  if (error instanceof LineTooLong) return bad("Line is too long", "TOOBIG");
  if (!(error instanceof BareLineEnd)) return undefined;
  return bad("A line ends in CR LF and holds no other CR or LF");
}

/** Passes over what belongs to a command that was refused. */
export function* skipRest(scanner: Scanner): Session<boolean> {
  try {
    return yield* scanner.skipRest();
  } catch (error) {
    if (brokenLine(error) === undefined) throw error;
    return true;
  }
}

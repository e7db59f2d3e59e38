/** Finds the mailbox that a command names (RFC 9051 §7.1, NONEXISTENT and TRYCREATE). */

import type { Mailbox } from "../store/mod.ts";
import { type Session, work } from "../wire/mod.ts";
import { type ImapSession, userOf } from "./imap_session.ts";
import { no, Refusal } from "./status.ts";

/** @throws {Refusal} NONEXISTENT. */
export function existingMailbox(
  s: ImapSession,
  name: string,
): Session<Mailbox> {
  return findMailbox(s, name, "NONEXISTENT");
}

/**
 * The mailbox that messages are to go to.
 *
 * @throws {Refusal} TRYCREATE (RFC 9051 §6.3.12, §6.4.7).
 */
export function targetMailbox(s: ImapSession, name: string): Session<Mailbox> {
  return findMailbox(s, name, "TRYCREATE");
}

function* findMailbox(
  s: ImapSession,
  name: string,
  code: string,
): Session<Mailbox> {
  const user = userOf(s);
  const mailbox = yield* work(() => user.mailbox(name));
  if (mailbox !== undefined) return mailbox;
  throw new Refusal(no("There is no such mailbox", code));
}

/**
 * Who may send under which name (RFC 5321 §3.6, RFC 6409 §4.3 and §6.1).
 *
 * @module
 */

import type { Address } from "../mail/mod.ts";
import { type Session, work } from "../wire/mod.ts";
import { refuse } from "./refusal.ts";
import * as replies from "./replies.ts";
import { isSubmission, type SmtpSession } from "./smtp_session.ts";

/**
 * Refuses a sender that has not proven who it is, where it has to. Before TLS it is
 * told to begin there, for otherwise it would show its password to no avail.
 */
export function checkMaySubmit(s: SmtpSession): void {
  if (!isSubmission(s) || s.login) return;
  const { tls, allowPlaintextAuth } = s.setting;
  // RFC 3207 §4, RFC 6409 §4.3.
  const first = !s.link.tls && tls && !allowPlaintextAuth;
  refuse(first ? replies.tlsFirst : replies.authFirst);
}

/** Refuses a submitter that uses an address which is not theirs. Nobody's address, `<>`, is free to use. */
export function* checkOwnsSender(
  s: SmtpSession,
  from: Address | null,
): Session<void> {
  const { login } = s;
  if (!login || from === null) return;
  const { accounts } = s.setting;
  const owns = yield* work(() => accounts.owns(login.account, from));
  if (!owns) refuse(replies.notYourAddress);
}

/**
 * What every way of logging in has in common (RFC 9051 §6.2, RFC 5530 §3).
 *
 * @module
 */

import { type Session, work } from "../wire/mod.ts";
import { capabilities } from "./capabilities.ts";
import { type ImapSession, logEvent } from "./imap_session.ts";
import { no, ok, type Status } from "./status.ts";

/** Opens the mail of an account that has proven who it is. */
export function* enter(
  s: ImapSession,
  account: string,
  mechanism: string,
): Session<Status> {
  const user = yield* work(() => s.setting.store.open(account));
  yield* work(() => user.makeDefaults());
  s.login = { account, user };
  logEvent(s, "imap.login", { account, mechanism, tls: s.link.tls?.version });
  // RFC 9051 §6.2.2: the client need not ask what has changed.
  return ok("Logged in", capabilities(s));
}

/** Counts a failed login; the answer is the same for unknown users and wrong passwords. */
export function loginFailed(
  s: ImapSession,
  login: string | undefined,
  mechanism: string,
): Status {
  s.authFailures++;
  logEvent(s, "imap.login_failed", { login, mechanism });
  return no(s.setting.password_invalid_message, "AUTHENTICATIONFAILED");
}

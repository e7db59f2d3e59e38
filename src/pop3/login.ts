/**
 * What every way of logging in has in common (RFC 1939 §4, RFC 2449 §6.5, RFC 3206).
 *
 * @module
 */

import { type Session, work } from "../wire/mod.ts";
import { openMaildrop } from "./maildrop.ts";
import { logEvent, type Pop3Session, releaseMaildrop } from "./pop3_session.ts";
import { err, ok, Refusal, type Reply } from "./reply.ts";
import { replies } from "./replies.ts";

/**
 * Opens the maildrop of an account that has proven who it is, for this session alone.
 *
 * @throws {Refusal} When another session has it, or the last login was too short a time ago.
 */
export function* enterMaildrop(
  s: Pop3Session,
  account: string,
  mechanism: string,
): Session<Reply> {
  const { setting } = s;
  s.user = undefined;
  checkDelay(s, account);
  if (setting.maildrops.has(account)) throw new Refusal(replies.inUse);
  setting.maildrops.add(account);
  s.locked = account;
  try {
    s.maildrop = yield* work(() => openMaildrop(setting.store, account));
  } catch (error) {
    releaseMaildrop(s);
    throw error;
  }
  setting.loginDelay?.lastLogins.set(account, setting.now());
  logEvent(s, "pop3.login", { account, mechanism, tls: s.link.tls?.version });
  return ok(setting.password_ok_message || `${account}'s ${fullness(s)}`);
}

/** Counts a failed login; the reply is the same for unknown users and wrong passwords. */
export function loginFailed(
  s: Pop3Session,
  login: string | undefined,
  mechanism: string,
): Reply {
  s.user = undefined;
  s.authFailures++;
  logEvent(s, "pop3.login_failed", { login, mechanism });
  return err(s.setting.password_invalid_message, "AUTH");
}

/** "maildrop has 2 messages (320 octets)", as RFC 1939 §5 words it. */
export function fullness(s: Pop3Session): string {
  const count = s.maildrop?.count ?? 0;
  const octets = s.maildrop?.octets ?? 0;
  return `maildrop has ${count} message${
    count === 1 ? "" : "s"
  } (${octets} octets)`;
}

function checkDelay(s: Pop3Session, account: string): void {
  const delay = s.setting.loginDelay;
  const last = delay?.lastLogins.get(account);
  if (delay === undefined || last === undefined) return;
  if (s.setting.now() - last < delay.seconds * 1000) {
    throw new Refusal(replies.loginDelay);
  }
}

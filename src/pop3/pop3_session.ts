/**
 * What lives with one POP3 connection.
 *
 * @module
 */

import { timestamp } from "../sasl/mod.ts";
import { limits, type Link, type Wire } from "../wire/mod.ts";
import type { Maildrop } from "./maildrop.ts";
import type { Pop3Setting } from "./setting.ts";

/** RFC 1939 §3; the UPDATE state is the inside of QUIT. */
export type State = "authorization" | "transaction";

export interface Pop3Session {
  readonly wire: Wire;
  readonly link: Link;
  readonly setting: Pop3Setting;
  /** The timestamp of the greeting (RFC 1939 §7, APOP); undefined where APOP is not offered. */
  readonly challenge: string | undefined;
  /** The name that USER gave, until PASS. */
  user: string | undefined;
  /** RFC 6856 §2.1. */
  utf8: boolean;
  /** The account whose maildrop this session holds, from just before it is opened. */
  locked: string | undefined;
  /** Open from login to QUIT. */
  maildrop: Maildrop | undefined;
  errors: number;
  authFailures: number;
  /** The reply that comes next is the last. */
  closing: boolean;
}

/** A session before its greeting. */
export function newSession(
  wire: Wire,
  link: Link,
  setting: Pop3Setting,
): Pop3Session {
  return {
    wire,
    link,
    setting,
    challenge: setting.offersApop ? timestamp(setting) : undefined,
    user: undefined,
    utf8: false,
    locked: undefined,
    maildrop: undefined,
    errors: 0,
    authFailures: 0,
    closing: false,
  };
}

export function stateOf(s: Pop3Session): State {
  return s.maildrop === undefined ? "authorization" : "transaction";
}

/** The open maildrop, for commands of the TRANSACTION state. */
export function maildropOf(s: Pop3Session): Maildrop {
  if (s.maildrop === undefined) throw new Error("No maildrop is open");
  return s.maildrop;
}

/** True where STLS would be accepted. */
export function offersStls(s: Pop3Session): boolean {
  return s.setting.tls && s.setting.enable_stls && s.link.tls === undefined;
}

/** True where a password may be sent readable. */
export function acceptsPlaintext(s: Pop3Session): boolean {
  return s.link.tls !== undefined || s.setting.allowPlaintextAuth;
}

/** How long the session waits for the next command, in milliseconds. */
export function patienceOf(s: Pop3Session): number {
  const timeout = s.setting.timeout * 1000 || limits.pop3.idle;
  if (s.maildrop !== undefined) return timeout;
  const before = s.setting.login_timeout * 1000 || limits.pop3.idleBeforeLogin;
  return Math.min(timeout, before);
}

/** Lets go of the maildrop, so that the account may log in again. */
export function releaseMaildrop(s: Pop3Session): void {
  s.maildrop?.close();
  s.maildrop = undefined;
  if (s.locked !== undefined) s.setting.maildrops.delete(s.locked);
  s.locked = undefined;
}

/** Logs an event of this session. */
export function logEvent(
  s: Pop3Session,
  event: string,
  fields: Record<string, unknown> = {},
): void {
  s.setting.log(event, {
    session: s.link.id,
    remote: s.link.remoteAddress,
    ...fields,
  });
}

/**
 * What lives with one IMAP connection.
 *
 * @module
 */

import type { MailUser } from "../store/mod.ts";
import { limits, type Link, type Upgrade, type Wire } from "../wire/mod.ts";
import { Output } from "./output.ts";
import type { CommandLimits } from "./scanner.ts";
import type { Selected } from "./selected.ts";
import type { ImapSetting } from "./setting.ts";

/** RFC 9051 §3; the logout state is `closing`. */
export type State = "not authenticated" | "authenticated" | "selected";

/** What ENABLE, or another command's arguments, can switch on (RFC 9051 §6.3.1). */
export type Enabled =
  | "IMAP4REV2"
  | "CONDSTORE"
  | "QRESYNC"
  | "UTF8=ACCEPT"
  | "UIDONLY";

/** The account that has logged in, and its mail. */
export interface Login {
  readonly account: string;
  readonly user: MailUser;
}

export interface ImapSession {
  readonly wire: Wire;
  readonly link: Link;
  readonly setting: ImapSetting;
  readonly out: Output;
  readonly enabled: Set<Enabled>;
  /** Of the command that runs. */
  tag: string;
  login: Login | undefined;
  selected: Selected | undefined;
  /** What the connection turns into after the tagged response (RFC 9051 §6.2.1, RFC 4978 §3). */
  afterCompletion: Upgrade | undefined;
  /** COMPRESS was done. */
  compressed: boolean;
  /** Commands in a row that were not in the grammar. */
  errors: number;
  authFailures: number;
  /** The response that comes next is the last. */
  closing: boolean;
}

/** A session before its greeting. */
export function newSession(
  wire: Wire,
  link: Link,
  setting: ImapSetting,
): ImapSession {
  const enabled = new Set<Enabled>();
  return {
    wire,
    link,
    setting,
    out: new Output(wire, () => allowsUtf8({ enabled })),
    enabled,
    tag: "*",
    login: undefined,
    selected: undefined,
    afterCompletion: undefined,
    compressed: false,
    errors: 0,
    authFailures: 0,
    closing: false,
  };
}

export function stateOf(s: ImapSession): State {
  if (s.login === undefined) return "not authenticated";
  return s.selected === undefined ? "authenticated" : "selected";
}

/** The mail of the account that is logged in, for commands that need one. */
export function userOf(s: ImapSession): MailUser {
  if (s.login === undefined) throw new Error("Nobody is logged in");
  return s.login.user;
}

/** The mailbox that is open, for commands of the selected state. */
export function selectedOf(s: ImapSession): Selected {
  if (s.selected === undefined) throw new Error("No mailbox is selected");
  return s.selected;
}

/** True where quoted strings may hold UTF-8 (RFC 9051 §4.3, RFC 6855 §3). */
export function allowsUtf8({ enabled }: Pick<ImapSession, "enabled">): boolean {
  return enabled.has("IMAP4REV2") || enabled.has("UTF8=ACCEPT");
}

/** True where STARTTLS would be accepted. */
export function offersStartTls(s: ImapSession): boolean {
  return s.setting.tls && s.setting.enable_starttls &&
    s.link.tls === undefined && s.login === undefined;
}

/** True where a password may be sent readable. */
export function acceptsPlaintext(s: ImapSession): boolean {
  return s.link.tls !== undefined || s.setting.allowPlaintextAuth;
}

/** How long the session waits for the next command, in milliseconds (RFC 9051 §5.4). */
export function patienceOf(s: ImapSession): number {
  const timeout = s.setting.timeout * 1000 || limits.imap.idle;
  if (s.login !== undefined) return timeout;
  const before = s.setting.login_timeout * 1000 || limits.imap.idleBeforeLogin;
  return Math.min(timeout, before);
}

/** What a command may hold now. */
export function commandLimitsOf(s: ImapSession): CommandLimits {
  const { imap } = limits;
  return s.login === undefined
    ? {
      line: imap.commandLineBeforeLogin,
      literal: imap.literalBeforeLogin,
      literals: 4 * imap.literalBeforeLogin,
      unasked: imap.literalMinus,
    }
    : {
      line: imap.commandLine,
      literal: imap.literal,
      literals: imap.literals,
      unasked: Infinity,
    };
}

/** Logs an event of this session. */
export function logEvent(
  s: ImapSession,
  event: string,
  fields: Record<string, unknown> = {},
): void {
  s.setting.log(event, {
    session: s.link.id,
    remote: s.link.remoteAddress,
    ...fields,
  });
}

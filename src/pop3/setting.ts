/**
 * What a POP3 listener is told about the world: ports, policy, gomaild's switches.
 *
 * @module
 */

import type { Accounts } from "../accounts/mod.ts";
import type { Store } from "../store/mod.ts";
import { limits } from "../wire/mod.ts";

/** The object `POP3` of the configuration, under the names that gomaild gave its keys. */
export interface Pop3Keys {
  /** Text of the greeting. */
  readonly start_greeting: string;
  /** Text of the reply to QUIT. */
  readonly end_greeting: string;
  /** USER and PASS work. */
  readonly enable_user_cmd: boolean;
  /** USER accepts any name, so that nobody can learn which exist. */
  readonly secure_user_cmd: boolean;
  /** Deleted messages move to the mailbox "Trash". */
  readonly fake_dele_cmd: boolean;
  /** Seconds without a command until the session ends; 0 takes the limit of RFC 1939 §3. */
  readonly timeout: number;
  /** The same before login; 0 takes the limit of `wire/limits.ts`. */
  readonly login_timeout: number;
  readonly timeout_message: string;
  /** USER with an unknown name, where `secure_user_cmd` is off. */
  readonly user_invalid_message: string;
  readonly user_ok_message: string;
  readonly password_invalid_message: string;
  /** After login; where empty, the reply tells how full the maildrop is. */
  readonly password_ok_message: string;
  readonly enable_stls: boolean;
  /** AUTH works; the next three switch single mechanisms. */
  readonly enable_auth: boolean;
  readonly enable_auth_login: boolean;
  readonly enable_auth_plain: boolean;
  readonly enable_auth_cram_md5: boolean;
  /** Mistakes in one connection until it is closed. */
  readonly max_errors: number;
  /** Failed logins in one connection until it is closed. */
  readonly max_auth_failures: number;
}

/** What holds where the configuration says nothing. */
export const pop3Defaults: Pop3Keys = {
  start_greeting: "POP3 server ready",
  end_greeting: "POP3 server signing off",
  enable_user_cmd: true,
  secure_user_cmd: true,
  fake_dele_cmd: false,
  timeout: 0,
  login_timeout: 0,
  timeout_message: "idle for too long",
  user_invalid_message: "no such user",
  user_ok_message: "send PASS",
  password_invalid_message: "wrong user name or password",
  password_ok_message: "",
  enable_stls: true,
  enable_auth: true,
  enable_auth_login: true,
  enable_auth_plain: true,
  enable_auth_cram_md5: true,
  max_errors: limits.pop3.errors,
  max_auth_failures: limits.pop3.authFailures,
};

/** The accounts whose maildrop is open: one session each (RFC 1939 §4). A `Set<string>` will do. */
export interface MaildropLocks {
  has(account: string): boolean;
  add(account: string): unknown;
  delete(account: string): unknown;
}

/** The least time between two logins of an account (RFC 2449 §6.5). */
export interface LoginDelay {
  readonly seconds: number;
  /** When each account last logged in, in milliseconds since 1970; shared by all sessions. */
  readonly lastLogins: Map<string, number>;
}

/** All that a POP3 session may use. */
export interface Pop3Setting extends Pop3Keys {
  readonly serverName: string;
  readonly accounts: Accounts;
  readonly store: Store;
  readonly maildrops: MaildropLocks;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: (octets: number) => Uint8Array;
  readonly log: (event: string, fields: Record<string, unknown>) => void;
  /** A certificate is there: STLS can work. */
  readonly tls: boolean;
  /** Passwords may cross the wire readable. */
  readonly allowPlaintextAuth: boolean;
  /** Some account opted in to APOP, so that the greeting needs its timestamp. */
  readonly offersApop: boolean;
  /** SASL mechanisms to offer, by name; the `enable_auth_…` keys can take some away. */
  readonly mechanisms: readonly string[];
  /** Days until messages are removed by policy (RFC 2449 §6.7). */
  readonly expire: number | "NEVER";
  readonly loginDelay?: LoginDelay;
}

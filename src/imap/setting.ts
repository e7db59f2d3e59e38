/**
 * What an IMAP listener is told about the world: ports, policy, switches.
 *
 * @module
 */

import type { Accounts } from "../accounts/mod.ts";
import type { Store } from "../store/mod.ts";
import { limits } from "../wire/mod.ts";

/** The object `IMAP` of the configuration. */
export interface ImapKeys {
  /** Text of the greeting. */
  readonly start_greeting: string;
  /** Text of the BYE that answers LOGOUT. */
  readonly end_greeting: string;
  /** LOGIN works, where passwords may be sent at all. */
  readonly enable_login_cmd: boolean;
  /** AUTHENTICATE works; the next three switch single mechanisms. */
  readonly enable_auth: boolean;
  readonly enable_auth_login: boolean;
  readonly enable_auth_plain: boolean;
  readonly enable_auth_cram_md5: boolean;
  readonly enable_starttls: boolean;
  /** COMPRESS=DEFLATE is offered. */
  readonly enable_compress: boolean;
  /** UIDONLY is offered. */
  readonly enable_uidonly: boolean;
  /** Seconds without a command until the session ends; 0 takes the limit of RFC 9051 §5.4. */
  readonly timeout: number;
  /** The same before login; 0 takes the limit of `wire/limits.ts`. */
  readonly login_timeout: number;
  /** Text of the BYE that ends a silent session. */
  readonly timeout_message: string;
  readonly password_invalid_message: string;
  /** Octets of a message that APPEND takes. */
  readonly max_message_size: number;
  /** Commands in a row that are not in the grammar, until the connection is closed. */
  readonly max_errors: number;
  /** Failed logins in one connection until it is closed. */
  readonly max_auth_failures: number;
}

/** What holds where the configuration says nothing. */
export const imapDefaults: ImapKeys = {
  start_greeting: "IMAP server ready",
  end_greeting: "IMAP server signing off",
  enable_login_cmd: true,
  enable_auth: true,
  enable_auth_login: true,
  enable_auth_plain: true,
  enable_auth_cram_md5: true,
  enable_starttls: true,
  enable_compress: true,
  enable_uidonly: true,
  timeout: 0,
  login_timeout: 0,
  timeout_message: "Idle for too long",
  password_invalid_message: "Wrong user name or password",
  max_message_size: limits.imap.messageSize,
  max_errors: limits.imap.errors,
  max_auth_failures: limits.imap.authFailures,
};

/** All that an IMAP session may use. */
export interface ImapSetting extends ImapKeys {
  readonly serverName: string;
  readonly accounts: Accounts;
  readonly store: Store;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Lets others have their turn. */
  readonly pause: () => Promise<void>;
  /** Resolves after so many milliseconds, unless the server stops before. */
  readonly later: (milliseconds: number) => Promise<void>;
  /** What `promise` resolves to, or undefined when that takes more milliseconds than these. */
  readonly within: <T>(
    promise: Promise<T>,
    milliseconds: number,
  ) => Promise<{ readonly value: T } | undefined>;
  readonly random: (octets: number) => Uint8Array;
  readonly log: (event: string, fields: Record<string, unknown>) => void;
  /** Accounts that may change the limits of others (RFC 9208 §4.1.3): canonical addresses. */
  readonly administrators: readonly string[];
  /** A certificate is there: STARTTLS can work. */
  readonly tls: boolean;
  /** Passwords may cross the wire readable. */
  readonly allowPlaintextAuth: boolean;
  /** SASL mechanisms to offer, by name; the `enable_auth_…` keys can take some away. */
  readonly mechanisms: readonly string[];
}

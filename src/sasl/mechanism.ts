/**
 * SASL mechanisms as sessions (RFC 4422).
 *
 * A mechanism does not know which protocol carries it: it asks, and the protocol
 * turns the question into "334 …" or "+ …". So one file serves SMTP, POP3 and IMAP.
 *
 * @module
 */

import type { Session } from "../wire/mod.ts";

/** A login that was proven. */
export interface Identity {
  /** The account's canonical address. */
  readonly address: string;
}

/** What SCRAM keeps of a password (RFC 5802 §3). */
export interface ScramSecret {
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
  /** Whose it is; undefined for an account that does not exist, whose proof then always fails. */
  readonly identity: Identity | undefined;
}

export type ScramHash = "sha-1" | "sha-256";

/** What mechanisms need to know of accounts; the `Accounts` port satisfies it. */
export interface Credentials {
  /** The identity behind `login` when `password` is right. Takes as long for unknown logins. */
  verify(login: string, password: string): Promise<Identity | undefined>;
  /** The SCRAM secret of `login`; a stable invented one where there is none, so that nobody can tell. */
  scram(login: string, hash: ScramHash): Promise<ScramSecret>;
  /** The password itself, for accounts that opted in to CRAM-MD5 and APOP. */
  sharedSecret(
    login: string,
  ): Promise<{ identity: Identity; secret: string } | undefined>;
}

/** What a mechanism may use of the world around it. */
export interface SaslContext {
  readonly credentials: Credentials;
  /** Sends a challenge and waits for the response. */
  readonly ask: (challenge: Uint8Array) => Session<Uint8Array>;
  /** The tls-server-end-point binding of this connection (RFC 5929 §4); undefined in clear text. */
  readonly channelBinding: Uint8Array | undefined;
  /** True when `-PLUS` mechanisms are offered on this connection. */
  readonly offersPlus: boolean;
  readonly serverName: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: (octets: number) => Uint8Array;
}

/** One mechanism: a file, and a line in `mechanisms.ts`. */
export interface Mechanism {
  readonly name: string;
  /**
   * True when the client may speak first: the first `ask` takes its initial
   * response where there is one, and sends its challenge where there is none.
   */
  readonly clientFirst: boolean;
  /** True when the password crosses the wire readable. */
  readonly plaintext: boolean;
  /** True for mechanisms that need the password itself: only on request. */
  readonly legacy: boolean;
  /** True for `-PLUS`. */
  readonly needsBinding: boolean;
  /** The dialogue; undefined is a failed login. Throws {@linkcode SaslSyntaxError}, {@linkcode SaslUnauthorized}. */
  readonly run: (context: SaslContext) => Session<Identity | undefined>;
}

/** A response that the mechanism's grammar does not know; the protocols answer 501 or -ERR or BAD. */
export class SaslSyntaxError extends Error {
  override name = "SaslSyntaxError";
}

/** The login was proven, but it may not act as the one that it asked for (RFC 4422 §3.4.1). */
export class SaslUnauthorized extends Error {
  override name = "SaslUnauthorized";
}

/** The client cancelled with "*" (RFC 4954 §4, RFC 5034 §4). */
export class SaslCancelled extends Error {
  override name = "SaslCancelled";
}

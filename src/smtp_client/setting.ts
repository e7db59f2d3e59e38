/**
 * What a connection to another server is to do: a plain record, made by the caller.
 *
 * @module
 */

import { limits } from "../wire/mod.ts";
import type { Transmission } from "./transmission.ts";

/** LMTP (RFC 2033) has LHLO, and a reply a recipient after the message. */
export type ClientProtocol = "smtp" | "lmtp";

/**
 * STARTTLS (RFC 3207): never; where it is offered and works, else in the clear;
 * or not at all without. Under implicit TLS it does not matter.
 */
export type StartTlsPolicy = "never" | "opportunistic" | "required";

/** Who we are to a smarthost. */
export interface ClientLogin {
  readonly user: string;
  readonly password: string;
  /** SASL mechanisms that may be used; all that are known where it is absent. */
  readonly mechanisms?: readonly string[];
  /** Whether PLAIN and LOGIN may show the password to a peer that TLS has not verified. */
  readonly allowPlaintext?: boolean;
}

export interface ClientSetting {
  readonly protocol: ClientProtocol;
  /** Our name in EHLO (RFC 5321 §4.1.4): a host name, or an address literal. */
  readonly helloName: string;
  readonly startTls: StartTlsPolicy;
  readonly login?: ClientLogin;
  /**
   * The next message for this connection; undefined ends it with QUIT. It may wait as
   * long as the peer's patience is thought to last.
   */
  readonly next: () => Promise<Transmission | undefined>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: (octets: number) => Uint8Array;
  readonly limits: ClientLimits;
}

/** Numbers that bound a session, in milliseconds and pieces; `wire/limits.ts` tells their sources. */
export interface ClientLimits {
  readonly greeting: number;
  readonly hello: number;
  readonly startTls: number;
  readonly auth: number;
  readonly mail: number;
  readonly rcpt: number;
  readonly data: number;
  readonly chunk: number;
  readonly end: number;
  readonly reset: number;
  readonly quit: number;
  /** A whole transaction, up to the final dot, besides the time that its octets may take. */
  readonly transaction: number;
  /** Octets a second below which a peer takes too little. */
  readonly leastSpeed: number;
  /** Recipients of one transaction for a peer that does not tell its limit. */
  readonly recipients: number;
}

/** The limits as `wire/limits.ts` has them. */
export const defaultClientLimits: ClientLimits = limits.smtpClient;

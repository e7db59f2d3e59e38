/**
 * What a connection came to, for whoever made it: who the peer is, and how it ended.
 *
 * @module
 */

import type { Reply } from "../mail/mod.ts";
import type { Capabilities } from "./capabilities.ts";

/** What the peer told of itself. */
export interface PeerReport {
  /** Its greeting; absent where there was none. */
  readonly greeting?: Reply;
  /** What it offers now: after STARTTLS and AUTH, as it said it last. */
  readonly capabilities: Capabilities;
  /** It offered STARTTLS at some time; with implicit TLS it need not. */
  readonly offeredTls: boolean;
  /** The SASL mechanism that logged us in. */
  readonly mechanism?: string;
}

/** Why a connection ended before its QUIT. */
export type ClientFailureKind =
  /** The greeting was no 220 (RFC 5321 §3.1). */
  | "greeting"
  /** Neither EHLO nor HELO was taken. */
  | "hello"
  /** STARTTLS is demanded and not offered. */
  | "tls not offered"
  /** STARTTLS is demanded and was refused. */
  | "tls refused"
  /** The handshake failed; `Link.tlsFailure` tells why. Trying again in the clear is the caller's decision. */
  | "tls handshake"
  /** No mechanism suits, or the login was refused, or the peer could not prove itself. */
  | "auth"
  /** The peer closed the connection, or said 421 (RFC 5321 §3.8). */
  | "lost"
  /** It was too slow. */
  | "timeout"
  /** What it said is not SMTP. */
  | "protocol"
  /** Our own trouble: a message that cannot be read, a bug. */
  | "local";

export interface ClientFailure {
  readonly kind: ClientFailureKind;
  /** The peer's own words, or ours in their place; 4xx and 5xx. */
  readonly reply: Reply;
  readonly spoken: boolean;
  /** Our own bug or trouble, for the log. */
  readonly error?: unknown;
}

export interface ClientReport {
  readonly peer: PeerReport;
  /** Messages that `next` gave, and whose `done` was told. */
  readonly transmissions: number;
  /** Absent when the session came to its QUIT. */
  readonly failure?: ClientFailure;
}

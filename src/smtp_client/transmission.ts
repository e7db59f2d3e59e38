/**
 * One message for one peer: what is sent, and where its outcomes go.
 *
 * @module
 */

import type { Reply } from "../mail/mod.ts";
import type { BodyType, Notify } from "../queue/mod.ts";

export interface TransmissionRecipient {
  /** Without angle brackets. */
  readonly address: string;
  readonly notify?: readonly Notify[];
  /** RFC 3461 §4.2: "addr-type;address", decoded. */
  readonly orcpt?: string;
}

export interface Transmission {
  /** The reverse-path without angle brackets; "" is the null one. */
  readonly from: string;
  readonly recipients: readonly TransmissionRecipient[];
  readonly body: BodyType;
  /** The sender asked for SMTPUTF8 (RFC 6531 §3.4). */
  readonly smtputf8: boolean;
  /** Octets that {@linkcode open} will give, exactly. */
  readonly size: number;
  /** RFC 3461 §4.3. */
  readonly ret?: "FULL" | "HDRS";
  /** RFC 3461 §4.4, decoded. */
  readonly envid?: string;
  /** RFC 8689: only over verified TLS, to a peer that promises the same. */
  readonly requireTls?: boolean;
  /** RFC 2852; `at` in milliseconds since 1970. */
  readonly deliverBy?: {
    readonly at: number;
    readonly mode: "R" | "N";
    readonly trace: boolean;
  };
  /** RFC 6710: -9 to 9. */
  readonly priority?: number;
  /** The message from its first octet; called once for each transaction that needs it. */
  open(): Promise<MessageOctets>;
  /**
   * Told once, with one result a recipient, in the order of `recipients`. It may
   * wait (the queue's journal): the peer's connection rests meanwhile. It never throws.
   */
  done(results: readonly ClientResult[]): void | Promise<void>;
}

/** The message's octets, from the first to the last; `queue`'s `Octets` are such. */
export interface MessageOctets {
  /** The next octets, at most `max`; undefined at the end. */
  read(max: number): Promise<Uint8Array | undefined>;
  close(): void;
}

/** Which exchange with the peer decided a result. */
export type ClientStep =
  /** Nothing was asked: the message or an address cannot be sent to this peer. */
  | "check"
  | "MAIL"
  | "RCPT"
  | "DATA"
  /** The reply to the final dot, or to BDAT. */
  | "message";

/** What became of one recipient. */
export interface ClientResult {
  readonly kind: "sent" | "failed" | "later";
  /** The peer's own words, or ours in their place. */
  readonly reply: Reply;
  /** False where `reply` is ours: the connection was lost, a feature is missing, … */
  readonly spoken: boolean;
  readonly step: ClientStep;
  /** The message had been sent whole when the connection was lost: the peer may have it (RFC 1047). */
  readonly uncertain?: true;
  /**
   * The peer never said a word about this recipient in this connection (it was idle
   * and gone, or takes no more messages): another connection may try at once.
   */
  readonly untried?: true;
  /** The peer was given NOTIFY, RET and the rest: success reports are its duty now (RFC 3461 §5.2.1). */
  readonly dsn: boolean;
  /** The peer was given BY, and reports on it (RFC 2852 §4.1.4). */
  readonly deliverBy?: true;
}

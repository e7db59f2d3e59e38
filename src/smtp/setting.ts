/**
 * What a listener lets SMTP do: a plain record, made once and shared by its sessions.
 *
 * @module
 */

import type { Accounts, Allowance, SendingLimits } from "../accounts/mod.ts";
import { limits } from "../wire/mod.ts";
import type { Spool } from "../queue/mod.ts";

/**
 * Who speaks to a listener: other servers (port 25), people's clients (RFC 6409,
 * RFC 8314), or a mail system that hands over for delivery (RFC 2033).
 */
export type ListenerKind = "mx" | "submission" | "submissions" | "lmtp";

/** Numbers that bound a session; sizes in octets, times in milliseconds. */
export interface SmtpLimits {
  readonly messageSize: number;
  readonly recipients: number;
  readonly receivedHops: number;
  readonly errors: number;
  readonly idleCommands: number;
  readonly authFailures: number;
  /** How long a silent client is waited for (the key `timeout`). */
  readonly idle: number;
}

/** Texts that operators may choose, by gomaild's keys. */
export interface SmtpMessages {
  /** Follows "220 <server name> ESMTP"; may be empty. */
  readonly start_greeting: string;
  /** Answers QUIT. */
  readonly end_greeting: string;
  /** Answers an accepted message; its id follows. */
  readonly queued_message: string;
  readonly data_start_message: string;
  /** Follow the server's name in the answers to HELO and EHLO. */
  readonly helo_message: string;
  readonly ehlo_message: string;
  readonly sender_ok_message: string;
  readonly sender_invalid_message: string;
  readonly recipient_ok_message: string;
  readonly recipient_invalid_message: string;
  readonly timeout_message: string;
}

export interface SmtpSetting {
  readonly listener: { readonly kind: ListenerKind };
  readonly serverName: string;
  readonly accounts: Accounts;
  readonly spool: Spool;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: (octets: number) => Uint8Array;
  /** Notes one event; never given a secret. */
  readonly log: (event: string, fields: Record<string, unknown>) => void;
  readonly limits: SmtpLimits;
  readonly messages: SmtpMessages;
  /** Whether STARTTLS is available: there is a certificate and `enable_starttls` is on. */
  readonly tls: boolean;
  /** Whether passwords may cross the wire readable without TLS. */
  readonly allowPlaintextAuth: boolean;
  /** SASL mechanisms to offer, by name; none switches AUTH off. */
  readonly mechanisms: readonly string[];
  /** Whether submitted mail for other servers can be delivered. */
  readonly remoteDelivery: boolean;
  /** A keyed hash of text: makes senders of forwarded mail (SRS); absent where none are rewritten. */
  readonly srsHash?: (text: string) => Uint8Array;
  /** How much accounts may send; absent where that is not limited. */
  readonly sending?: {
    readonly limits: SendingLimits;
    readonly allowanceOf: (account: string) => Allowance;
  };
  /** Whether mail for a domain that is not ours is taken from anybody (a backup MX, a store behind us). */
  readonly relaysFor: (domain: string) => boolean;
  /** Who may start the queue; absent where nobody may. */
  readonly etrn?: EtrnSetting;
  /** Whether a submission's From field, too, has to name an address of the submitter. */
  readonly checkFromHeader: boolean;
}

/** Whose mail a client asks for (RFC 1985 §5.3). */
export type QueueNode =
  | { readonly kind: "domain"; readonly domain: string }
  /** The domain and all below it: "@example.org". */
  | { readonly kind: "domains"; readonly domain: string }
  /** A queue by its name here: "#name". */
  | { readonly kind: "queue"; readonly name: string };

/** ETRN (RFC 1985). */
export interface EtrnSetting {
  /** Whether a client at this address may ask. */
  readonly mayAsk: (address: string) => boolean;
  /** Whether whoever has logged in may ask. */
  readonly authenticated: boolean;
  /**
   * Tries at once what waits for `node`.
   *
   * @returns How many messages that are; undefined when there is no such queue.
   */
  readonly startQueue: (node: QueueNode) => Promise<number | undefined>;
}

/** The limits as `wire/limits.ts` has them. */
export const defaultSmtpLimits: SmtpLimits = {
  messageSize: limits.smtp.messageSize,
  recipients: limits.smtp.recipients,
  receivedHops: limits.smtp.receivedHops,
  errors: limits.smtp.errors,
  idleCommands: limits.smtp.idleCommands,
  authFailures: limits.smtp.authFailures,
  idle: limits.smtp.idle,
};

/** The texts where the configuration gives none. */
export const defaultSmtpMessages: SmtpMessages = {
  start_greeting: "",
  end_greeting: "Closing connection",
  queued_message: "Queued",
  data_start_message: "End data with <CR><LF>.<CR><LF>",
  helo_message: "",
  ehlo_message: "",
  sender_ok_message: "Sender OK",
  sender_invalid_message: "Sender address is not valid",
  recipient_ok_message: "Recipient OK",
  recipient_invalid_message: "Recipient address is not valid",
  timeout_message: "Idle for too long, closing connection",
};

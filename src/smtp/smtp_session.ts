/**
 * What lives as long as the connection: who the peer says it is, who it proved to be.
 *
 * @module
 */

import { formatReply, type Reply } from "../mail/mod.ts";
import type { Link, Wire } from "../wire/mod.ts";
import type { Command, Extension } from "./rows.ts";
import type { SmtpSetting } from "./setting.ts";
import type { Transaction } from "./transaction.ts";

/** How the peer named itself. */
export interface Hello {
  /** As given, a byte string. */
  readonly name: string;
  /** True after EHLO and LHLO. */
  readonly extended: boolean;
}

/** A login that succeeded in this connection. */
export interface Login {
  /** The account's canonical address. */
  readonly account: string;
  readonly mechanism: string;
}

export interface SmtpSession {
  readonly wire: Wire;
  readonly link: Link;
  readonly setting: SmtpSetting;
  /** By verb; those that this listener knows. */
  readonly commands: ReadonlyMap<string, Command>;
  readonly extensions: readonly Extension[];
  hello: Hello | undefined;
  login: Login | undefined;
  transaction: Transaction | undefined;
  /** Refused commands since the last message. */
  errors: number;
  /** Commands in a row that moved no mail. */
  idleCommands: number;
  authFailures: number;
}

/** Queues `reply`. */
export function sendReply(s: SmtpSession, reply: Reply): void {
  for (const line of formatReply(reply)) s.wire.sendLine(line);
}

/** Ends the transaction, if there is one; a message on its way in is dropped. */
export function forgetTransaction(s: SmtpSession): void {
  s.transaction?.reception?.drop();
  s.transaction = undefined;
}

/** True for listeners where only people with an account may send (RFC 6409 §4.3). */
export function isSubmission(s: SmtpSession): boolean {
  const { kind } = s.setting.listener;
  return kind === "submission" || kind === "submissions";
}

/**
 * True where a submission may say when and how it is delivered: what is promised here
 * is kept by the queue and the couriers to other servers.
 */
export function mayInstructQueue(s: SmtpSession): boolean {
  return isSubmission(s) && s.setting.remoteDelivery;
}

/** The transaction that `after: "mail"` and `after: "rcpt"` promise. */
export function currentTransaction(s: SmtpSession): Transaction {
  if (!s.transaction) throw new Error("Cannot go on without a transaction");
  return s.transaction;
}

/**
 * What lives as long as a connection to a peer, and how the session leaves it early.
 *
 * @module
 */

import type { Reply } from "../mail/mod.ts";
import type { Link, Wire } from "../wire/mod.ts";
import type { Capabilities } from "./capabilities.ts";
import type { ClientFailureKind } from "./report.ts";
import type { ClientSetting } from "./setting.ts";

export interface ClientSession {
  readonly wire: Wire;
  readonly link: Link;
  readonly setting: ClientSetting;
  greeting: Reply | undefined;
  capabilities: Capabilities;
  offeredTls: boolean;
  mechanism: string | undefined;
  /** Transactions that MAIL has begun, for the peer's MAILMAX (RFC 9422 §4.1). */
  transactions: number;
  transmissions: number;
  /** A transaction was broken off: RSET comes before the next. */
  unfinished: boolean;
  /** When the transaction's time is over, in milliseconds since 1970. */
  deadline: number;
}

/** The connection is of no more use: what `ClientFailure` says of it. */
export class Broken extends Error {
  override name = "Broken";

  constructor(
    readonly kind: ClientFailureKind,
    readonly reply: Reply,
    /** True where `reply` is the peer's. */
    readonly spoken: boolean,
    options?: ErrorOptions,
  ) {
    super(reply.lines[0] ?? "", options);
  }
}

/** Sends one command. Its parts were made by `paths.ts` and `parameters.ts`; `sendLine` lets no line end through. */
export function sendCommand(s: ClientSession, text: string): void {
  s.wire.sendLine(text);
}

/** 2yz: done. */
export function isDone(reply: Reply): boolean {
  return reply.code >= 200 && reply.code < 300;
}

/** 3yz: go on. */
export function isMore(reply: Reply): boolean {
  return reply.code >= 300 && reply.code < 400;
}

/** 4yz and 5yz. */
export function isRefusal(reply: Reply): boolean {
  return reply.code >= 400;
}

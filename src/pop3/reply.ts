/**
 * POP3 replies as values (RFC 1939 §3, RFC 2449 §8).
 *
 * @module
 */

import { flush, type Session, type Wire } from "../wire/mod.ts";

/** The response codes that are registered (RFC 2449 §8.1, RFC 3206 §4, RFC 6856 §5). */
export type ResponseCode =
  | "AUTH"
  | "IN-USE"
  | "LOGIN-DELAY"
  | "SYS/PERM"
  | "SYS/TEMP"
  | "UTF8";

export interface Reply {
  readonly ok: boolean;
  readonly code?: ResponseCode;
  readonly text: string;
  /** The lines of a multi-line reply, without CRLF; they are read while they are sent. */
  readonly lines?: Iterable<string>;
}

/** A command that is refused; anything else that a command throws is our own fault. */
export class Refusal extends Error {
  override name = "Refusal";

  constructor(readonly reply: Reply) {
    super(reply.text);
  }
}

/** "+OK", and `lines` where the command's reply has several. */
export function ok(text: string, lines?: Iterable<string>): Reply {
  return lines === undefined ? { ok: true, text } : { ok: true, text, lines };
}

/** "-ERR", with a response code where a program may want to know why. */
export function err(text: string, code?: ResponseCode): Reply {
  return code === undefined ? { ok: false, text } : { ok: false, code, text };
}

/** The first line of `reply`, without CRLF. */
export function statusLine(reply: Reply): string {
  const code = reply.code === undefined ? "" : ` [${reply.code}]`;
  const text = reply.text === "" ? "" : ` ${reply.text}`;
  return `${reply.ok ? "+OK" : "-ERR"}${code}${text}`;
}

/** Queues `reply`; a long one waits for the peer on its way. */
export function* sendReply(wire: Wire, reply: Reply): Session<void> {
  wire.sendLine(statusLine(reply));
  if (reply.lines === undefined) return;
  for (const line of reply.lines) {
    wire.sendLine(line.startsWith(".") ? `.${line}` : line);
    if (wire.isFull) yield* flush();
  }
  wire.sendLine(".");
}

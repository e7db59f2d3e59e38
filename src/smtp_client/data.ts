/**
 * The message behind DATA (RFC 5321 §4.1.1.4, §4.5.2).
 *
 * @module
 */

import { DotWriter, type Session } from "../wire/mod.ts";
import { Broken, type ClientSession } from "./client_session.ts";
import { type Content, LineEnds, push } from "./content.ts";
import * as replies from "./replies.ts";

/** Octets that are asked for at a time. */
const PIECE = 64 * 1024;

/**
 * Sends all octets, dot-stuffed, and queues the final dot.
 *
 * @param last Called before the dot may leave: from then on the peer may have the message.
 * @throws {Broken} For a message that would not be one message to everybody; the
 * connection must end without the dot.
 */
export function* sendData(
  s: ClientSession,
  content: Content,
  last: () => void,
): Session<void> {
  const dots = new DotWriter();
  const lines = new LineEnds();
  while (content.left > 0) {
    const piece = yield* content.next(PIECE);
    if (!lines.push(piece)) throw bareLineEnds();
    s.wire.sendBytes(dots.push(piece));
    if (content.left > 0) yield* push(s);
  }
  if (!lines.end()) throw bareLineEnds();
  last();
  s.wire.sendBytes(END[dots.end()]!);
  yield* push(s);
}

const END: Readonly<Record<string, Uint8Array>> = {
  ".\r\n": new TextEncoder().encode(".\r\n"),
  "\r\n.\r\n": new TextEncoder().encode("\r\n.\r\n"),
};

function bareLineEnds(): Broken {
  return new Broken("local", replies.bareLineEnds, false);
}

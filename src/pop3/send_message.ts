/**
 * Sends a message's octets, dot-stuffed, in constant memory (RFC 1939 §3).
 *
 * @module
 */

import { latin1Encode } from "../bytes/mod.ts";
import { DotWriter, flush, type Session, settle } from "../wire/mod.ts";
import type { OpenMessage } from "./open_message.ts";
import type { Pop3Session } from "./pop3_session.ts";
import type { TopCutter } from "./top_cutter.ts";

/** A message broke off after its +OK: the connection must end without the last dot. */
export class MessageCutShort extends Error {
  override name = "MessageCutShort";
}

/** Sends `message`, or as much of it as `cutter` lets through, and the line with the dot. */
export function* sendMessage(
  s: Pop3Session,
  message: OpenMessage,
  cutter?: TopCutter,
): Session<void> {
  const dots = new DotWriter();
  while (true) {
    const octets = yield* nextOctets(message);
    if (octets === undefined) break;
    s.wire.sendBytes(dots.push(cutter?.push(octets) ?? octets));
    if (cutter?.done) break;
    if (s.wire.isFull) yield* flush();
  }
  s.wire.sendBytes(latin1Encode(dots.end()));
}

function* nextOctets(message: OpenMessage): Session<Uint8Array | undefined> {
  try {
    return yield* settle(message.next());
  } catch (error) {
    throw new MessageCutShort("Cannot read a message to its end", {
      cause: error,
    });
  }
}

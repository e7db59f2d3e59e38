/**
 * The message in chunks (RFC 3030 §2), for every peer that offers CHUNKING: nothing is
 * searched for dots, and no line end can be mistaken.
 *
 * @module
 */

import type { Reply } from "../mail/mod.ts";
import { limits, type Session } from "../wire/mod.ts";
import { type ClientSession, isDone, sendCommand } from "./client_session.ts";
import { type Content, push } from "./content.ts";
import { expectSilence, readReplyInTime } from "./read_reply.ts";

/**
 * Sends the message, the last chunk without waiting for its reply.
 *
 * @param last Called before the last chunk may leave.
 * @returns The reply that refused a chunk before the last; undefined when all was sent.
 */
export function* sendChunks(
  s: ClientSession,
  content: Content,
  last: () => void,
): Session<Reply | undefined> {
  const { chunkSize } = limits.smtpClient;
  while (content.left > chunkSize) {
    yield* sendChunk(s, content, chunkSize, "");
    const reply = yield* readReplyInTime(s, s.setting.limits.chunk);
    if (!isDone(reply)) return reply;
  }
  last();
  yield* sendChunk(s, content, content.left, " LAST");
  return undefined;
}

function* sendChunk(
  s: ClientSession,
  content: Content,
  octets: number,
  word: "" | " LAST",
): Session<void> {
  yield* expectSilence(s);
  sendCommand(s, `BDAT ${octets}${word}`);
  const end = content.left - octets;
  while (content.left > end) {
    s.wire.sendBytes(yield* content.next(content.left - end));
    yield* push(s);
  }
  // A chunk of nothing is a line that waits to be sent.
  yield* push(s);
}

/**
 * Reading what a peer answers (RFC 5321 §4.2), whatever it is.
 *
 * A reply has one patience from its first octet to its last, a bounded length and a
 * bounded number of lines. A bare LF ends a line too: old servers send it, and no
 * harm can come of it, for what a peer says is never passed on as a command. Text
 * that is not UTF-8 and control characters are replaced: it goes into logs and reports.
 *
 * @module
 */

import { CR, latin1Decode, LF, utf8FromByteString } from "../bytes/mod.ts";
import { parseReply, type Reply } from "../mail/mod.ts";
import { Disconnected, limits, type Session, TimedOut } from "../wire/mod.ts";
import { Broken, type ClientSession } from "./client_session.ts";
import * as replies from "./replies.ts";

const { replyLine, replyLines, replySize } = limits.smtpClient;

/**
 * Waits for the next reply, at most `patience` milliseconds.
 *
 * @throws {Broken} For 421, which closes the channel whenever it comes (RFC 5321
 * §3.8), for what is no reply, when the connection ends, and when it takes too long.
 */
export function* readReply(
  s: ClientSession,
  patience: number,
): Session<Reply> {
  const lines = yield* readLines(s, patience);
  const reply = parseReply(lines);
  if (!reply) throw new Broken("protocol", replies.garbled, false);
  if (reply.code === 421) throw new Broken("lost", reply, true);
  return reply;
}

/** As {@linkcode readReply}, for a step of a transaction, whose own time bounds the wait. */
export function readReplyInTime(
  s: ClientSession,
  patience: number,
): Session<Reply> {
  return readReply(s, Math.min(patience, Math.max(timeLeft(s), 0)));
}

/** Milliseconds that the transaction still has. */
export function timeLeft(s: ClientSession): number {
  return s.deadline - s.setting.now();
}

/**
 * Makes sure that the peer waits for us. What it says unasked would be taken for the
 * answer to the next command, and a refusal for a promise.
 *
 * @throws {Broken}
 */
export function* expectSilence(s: ClientSession): Session<void> {
  if (s.wire.buffered === 0) return;
  // It may be a 421, which has its own meaning.
  const reply = yield* readReply(s, 0);
  throw new Broken("protocol", replies.surplus(reply.code), false);
}

function* readLines(s: ClientSession, patience: number): Session<string[]> {
  const lines: string[] = [];
  let size = 0;
  const clock = { fresh: true };
  s.wire.patience = patience;
  while (true) {
    const line = yield* readLine(s, clock);
    lines.push(readable(line));
    size += line.length;
    if (!/^\d{3}-/.test(line)) return lines;
    if (lines.length >= replyLines || size > replySize) {
      throw new Broken("protocol", replies.garbled, false);
    }
  }
}

/** One line without its end, a byte string. */
function* readLine(
  s: ClientSession,
  clock: { fresh: boolean },
): Session<string> {
  const { wire } = s;
  let scanned = 0;
  while (true) {
    const octets = wire.peek();
    const end = octets.indexOf(LF, scanned);
    if (end > replyLine || end < 0 && octets.length > replyLine) {
      throw new Broken("protocol", replies.garbled, false);
    }
    if (end >= 0) {
      const to = end > 0 && octets[end - 1] === CR ? end - 1 : end;
      const line = latin1Decode(octets.subarray(0, to));
      wire.skip(end + 1);
      return line;
    }
    scanned = octets.length;
    yield* wait(s, clock.fresh);
    clock.fresh = false;
  }
}

function* wait(s: ClientSession, fresh: boolean): Session<void> {
  try {
    yield* s.wire.more(fresh);
  } catch (error) {
    throw endOf(error);
  }
}

/** What ended the connection, as {@linkcode Broken}; other errors as they are. */
export function endOf(error: unknown): unknown {
  if (error instanceof Disconnected) {
    return new Broken("lost", replies.lost, false);
  }
  if (error instanceof TimedOut) {
    return new Broken("timeout", replies.timedOut, false);
  }
  return error;
}

function readable(line: string): string {
  const text = utf8FromByteString(line) ?? line.replace(/[\x80-\xff]/g, "?");
  // deno-lint-ignore no-control-regex
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/g, " ");
}

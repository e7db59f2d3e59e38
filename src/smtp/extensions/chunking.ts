/**
 * CHUNKING and BDAT (RFC 3030 §2): the message in pieces of a size told beforehand.
 *
 * Whatever is wrong with a BDAT, its octets are read first: they follow the command
 * at once, and must not be taken for commands.
 *
 * @module
 */

import type { Reply } from "../../mail/mod.ts";
import type { Session } from "../../wire/mod.ts";
import {
  acceptMessage,
  forEachRecipient,
  openReception,
} from "../accept_message.ts";
import { moreOfBody } from "../dot_body.ts";
import { faultReply } from "../fault.ts";
import { Reception } from "../reception.ts";
import * as replies from "../replies.ts";
import type { Command, Extension, Outcome } from "../rows.ts";
import {
  currentTransaction,
  forgetTransaction,
  type SmtpSession,
} from "../smtp_session.ts";
import type { Transaction } from "../transaction.ts";

const command: Command = {
  verb: "BDAT",
  syntax: "BDAT <octets> [LAST]",
  *run(s, args) {
    const chunk = parseChunk(args);
    if (!chunk) {
      return yield* refuseChunk(s, BAD, replies.syntax(command.syntax));
    }
    const refusal = chunkRefusal(s, chunk);
    if (refusal) return yield* refuseChunk(s, chunk, refusal);
    const transaction = currentTransaction(s);
    const reception = receptionFor(s, transaction);
    if (!(reception instanceof Reception)) {
      return yield* refuseChunk(s, chunk, reception);
    }
    yield* readChunk(s, chunk.octets, reception);
    return chunk.last
      ? yield* acceptMessage(s, transaction, reception)
      : chunkVerdict(transaction, reception, chunk.octets);
  },
};

export const chunking: Extension = {
  keyword: "CHUNKING",
  rfc: "RFC 3030",
  advertise: () => "",
  commands: [command],
};

interface Chunk {
  readonly octets: number;
  readonly last: boolean;
  /** The size could be read, but what follows it is nonsense. */
  readonly malformed: boolean;
}

/** A chunk of which nothing is known: nothing can be skipped. */
const BAD: Chunk = { octets: 0, last: false, malformed: true };

function parseChunk(args: string): Chunk | undefined {
  const match = /^(\d{1,15})(?: +(.*))?$/s.exec(args);
  if (!match) return undefined;
  const last = /^last$/i.test(match[2] ?? "");
  const malformed = match[2] !== undefined && !last;
  return { octets: Number(match[1]), last, malformed };
}

function chunkRefusal(s: SmtpSession, chunk: Chunk): Reply | undefined {
  const { transaction } = s;
  const { kind } = s.setting.listener;
  if (!s.hello) return replies.helloFirst(kind);
  if (!transaction) return replies.mailFirst;
  // RFC 3030 §2: after a chunk that was refused, all are, until RSET.
  if (transaction.broken) return replies.badOrder;
  if (transaction.recipients.size === 0) return replies.noRecipients;
  return chunk.malformed ? replies.syntax(command.syntax) : undefined;
}

/** The message's reception, which the first chunk opens; or the reply that tells of our fault. */
function receptionFor(
  s: SmtpSession,
  transaction: Transaction,
): Reception | Reply {
  const binary = transaction.parameters.body === "BINARYMIME";
  try {
    return transaction.reception ?? openReception(s, transaction, !binary);
  } catch (error) {
    return faultReply(s, error);
  }
}

/** Skips the chunk; the message that it belonged to can no longer be whole. */
function* refuseChunk(
  s: SmtpSession,
  chunk: Chunk,
  reply: Reply,
): Session<Outcome> {
  yield* readChunk(s, chunk.octets);
  const { transaction } = s;
  if (!transaction) return reply;
  breakTransaction(transaction);
  if (!chunk.last) return reply;
  forgetTransaction(s);
  return transaction.accepted.length > 0
    ? forEachRecipient(s, transaction, reply)
    : reply;
}

function breakTransaction(transaction: Transaction): void {
  transaction.reception?.drop();
  transaction.broken = true;
}

/** Reads `octets` into `reception`, or into nothing. */
function* readChunk(
  s: SmtpSession,
  octets: number,
  reception?: Reception,
): Session<void> {
  const { wire } = s;
  let left = octets;
  let block = 0;
  while (left > 0) {
    if (wire.buffered === 0) block = yield* moreOfBody(wire, block, 0);
    const bytes = wire.peek().subarray(0, left);
    reception?.take(bytes);
    wire.skip(bytes.length);
    block += bytes.length;
    left -= bytes.length;
    if (reception) yield* reception.settled();
  }
}

function chunkVerdict(
  transaction: Transaction,
  reception: Reception,
  octets: number,
): Reply {
  const { refusal } = reception;
  if (!refusal) return replies.chunkTaken(octets);
  breakTransaction(transaction);
  return refusal;
}

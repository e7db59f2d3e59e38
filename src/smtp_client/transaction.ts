/**
 * One mail transaction: MAIL, RCPT and the message, for recipients that the peer takes
 * together (RFC 5321 §3.3; pipelined by RFC 2920 §3.1 where the peer allows it).
 *
 * @module
 */

import type { Reply } from "../mail/mod.ts";
import { flush, type Session } from "../wire/mod.ts";
import { sendChunks } from "./bdat.ts";
import type { Checked } from "./check.ts";
import {
  Broken,
  type ClientSession,
  isDone,
  isMore,
  sendCommand,
} from "./client_session.ts";
import { Content } from "./content.ts";
import { sendData } from "./data.ts";
import { canPromise, mailParameters, rcptParameters } from "./parameters.ts";
import type { Path } from "./paths.ts";
import { expectSilence, readReply, readReplyInTime } from "./read_reply.ts";
import * as replies from "./replies.ts";
import type { Results } from "./results.ts";
import type { ClientStep, Transmission } from "./transmission.ts";

/** Commands that are under way at a time: their replies have to fit into what a connection holds by itself (RFC 2920 §3.1). */
const WINDOW = 50;

/** A transaction under way. */
export interface Transaction {
  readonly transmission: Transmission;
  readonly checked: Checked;
  /** Indices of the transmission's recipients. */
  readonly group: readonly number[];
  readonly content: Content;
  readonly results: Results;
  /** Those that RCPT took. */
  readonly accepted: number[];
  /** Those that the peer wants in another transaction (RFC 5321 §4.5.3.1.10). */
  readonly tooMany: number[];
  step: ClientStep;
  /** MAIL had BY (RFC 2852). */
  promised: boolean;
  /** The last octet of the message may have left. */
  sent: boolean;
}

/**
 * Runs it to its end. Recipients of `tooMany` and, where MAIL or the message were
 * refused, none, are left without a result.
 *
 * @throws {Broken} When the connection is lost; who has no result then gets one from that.
 */
export function* runTransaction(
  s: ClientSession,
  t: Transaction,
): Session<void> {
  yield* expectSilence(s);
  s.transactions++;
  if (s.unfinished) yield* reset(s);
  // What MAIL begins, only the end of the message or RSET ends.
  s.unfinished = true;
  const data = yield* sendEnvelope(s, t);
  if (t.accepted.length === 0) return yield* withdraw(s, t, data);
  t.step = "message";
  if (s.capabilities.chunking) yield* chunked(s, t);
  else yield* dotted(s, t, data);
}

/** RFC 5321 §4.1.1.5: a transaction that came to nothing is over. */
function* reset(s: ClientSession): Session<void> {
  sendCommand(s, "RSET");
  const reply = yield* readReply(s, s.setting.limits.reset);
  if (!isDone(reply)) throw unexpected("RSET", reply);
  s.unfinished = false;
}

/**
 * Sends MAIL, all RCPT and, where the message goes by DATA, DATA.
 *
 * @returns The reply to DATA, where it was sent.
 */
function* sendEnvelope(
  s: ClientSession,
  t: Transaction,
): Session<Reply | undefined> {
  const { pipelining, chunking } = s.capabilities;
  const window = pipelining ? WINDOW : 1;
  const exchanges = [mailExchange(s, t), ...rcptExchanges(s, t)];
  let data: Reply | undefined;
  const last = chunking
    ? undefined
    : dataExchange(s, t, (reply) => data = reply);
  if (pipelining && last) exchanges.push(last);
  for (let at = 0; at < exchanges.length; at += window) {
    const some = exchanges.slice(at, at + window);
    yield* expectSilence(s);
    for (const { command } of some) sendCommand(s, command);
    yield* flush();
    for (const { read } of some) yield* read();
    if (t.step === "MAIL") break;
  }
  if (!pipelining && last && t.accepted.length > 0) {
    yield* expectSilence(s);
    sendCommand(s, last.command);
    yield* last.read();
  }
  return data;
}

/** A command, and what is done with its reply. */
interface Exchange {
  readonly command: string;
  readonly read: () => Session<void>;
}

function mailExchange(s: ClientSession, t: Transaction): Exchange {
  const { transmission, checked } = t;
  const now = s.setting.now();
  t.promised = canPromise(transmission, s.capabilities, now);
  const parameters = mailParameters(
    transmission,
    s.capabilities,
    checked.smtputf8,
    now,
  );
  return {
    command: `MAIL FROM:${checked.from.text}${parameters}`,
    *read() {
      const reply = yield* readReplyInTime(s, s.setting.limits.mail);
      if (isMore(reply)) throw unexpected("MAIL", reply);
      if (isDone(reply)) t.step = "RCPT";
      else t.results.settleAll(t.group, "MAIL", reply);
    },
  };
}

function rcptExchanges(s: ClientSession, t: Transaction): Exchange[] {
  const { transmission, checked } = t;
  return t.group.map((index) => {
    const path = checked.to[index] as Path;
    const recipient = transmission.recipients[index]!;
    const parameters = rcptParameters(
      recipient,
      s.capabilities,
      checked.smtputf8,
    );
    return {
      command: `RCPT TO:${path.text}${parameters}`,
      *read() {
        const reply = yield* readReplyInTime(s, s.setting.limits.rcpt);
        // After a refused MAIL it says nothing new.
        if (t.step === "MAIL") return;
        if (isMore(reply)) throw unexpected("RCPT", reply);
        if (isDone(reply)) t.accepted.push(index);
        else if (isTooMany(reply, t)) t.tooMany.push(index);
        else t.results.settle(index, "RCPT", reply);
      },
    };
  });
}

/**
 * RFC 5321 §4.5.3.1.10: 452, or 552 as old servers have it, when others were taken
 * before; with an enhanced code only the one that means it.
 */
function isTooMany(reply: Reply, t: Transaction): boolean {
  if (reply.code !== 452 && reply.code !== 552) return false;
  if (t.accepted.length === 0) return false;
  return reply.enhanced === undefined || /^[45]\.5\.3$/.test(reply.enhanced);
}

function dataExchange(
  s: ClientSession,
  t: Transaction,
  note: (reply: Reply) => void,
): Exchange {
  return {
    command: "DATA",
    *read() {
      const reply = yield* readReplyInTime(s, s.setting.limits.data);
      if (isDone(reply)) throw unexpected("DATA", reply);
      note(reply);
      if (!isMore(reply)) t.results.settleAll(t.accepted, "DATA", reply);
    },
  };
}

/** RFC 2920 §3.1: a DATA that was taken for nobody is ended by a lone dot. */
function* withdraw(
  s: ClientSession,
  t: Transaction,
  data: Reply | undefined,
): Session<void> {
  if (!data || !isMore(data)) {
    s.unfinished = t.step !== "MAIL";
    return;
  }
  sendCommand(s, ".");
  yield* readReply(s, s.setting.limits.data);
}

function* dotted(
  s: ClientSession,
  t: Transaction,
  data: Reply | undefined,
): Session<void> {
  if (!data || !isMore(data)) return;
  yield* expectSilence(s);
  yield* sendData(s, t.content, () => t.sent = true);
  yield* readVerdicts(s, t);
}

function* chunked(s: ClientSession, t: Transaction): Session<void> {
  const refusal = yield* sendChunks(s, t.content, () => t.sent = true);
  if (!refusal) return yield* readVerdicts(s, t);
  if (isMore(refusal)) throw unexpected("BDAT", refusal);
  t.results.settleAll(t.accepted, "message", refusal);
}

/** The reply to the message; for LMTP one for each recipient that RCPT took (RFC 2033 §4.2). */
function* readVerdicts(s: ClientSession, t: Transaction): Session<void> {
  const { setting, capabilities } = s;
  const about = {
    dsn: capabilities.dsn,
    ...t.promised && { deliverBy: true as const },
  };
  const each = setting.protocol === "lmtp"
    ? t.accepted.map((index) => [index])
    : [t.accepted];
  for (const indices of each) {
    const reply = yield* readReply(s, setting.limits.end);
    if (isMore(reply)) throw unexpected("the message", reply);
    t.results.settleAll(indices, "message", reply, isDone(reply) ? about : {});
  }
  s.unfinished = false;
}

function unexpected(verb: string, { code }: Reply): Broken {
  return new Broken("protocol", replies.unexpected(verb, code), false);
}

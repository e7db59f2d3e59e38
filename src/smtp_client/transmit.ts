/**
 * One message: checked, split into transactions as the peer wants it, and its results
 * told.
 *
 * @module
 */

import { limits, type Session, settle } from "../wire/mod.ts";
import { check, type Checked } from "./check.ts";
import { Broken, type ClientSession } from "./client_session.ts";
import { openContent } from "./content.ts";
import { endOf, readReply } from "./read_reply.ts";
import * as replies from "./replies.ts";
import { Results } from "./results.ts";
import { runTransaction, type Transaction } from "./transaction.ts";
import type { Transmission } from "./transmission.ts";

/**
 * Sends `transmission` and tells it what came of it.
 *
 * @throws {Broken} When the connection is of no more use; the results were told then, too.
 */
export function* transmit(
  s: ClientSession,
  transmission: Transmission,
): Session<void> {
  const results = new Results(transmission.recipients.length);
  let broken: Broken | undefined;
  try {
    yield* sendAll(s, transmission, results);
  } catch (error) {
    broken = asBroken(error);
    const { reply, spoken, kind } = broken;
    // Nobody asked about those who are left.
    const untried = kind === "lost" && s.transactions > 0;
    results.settleAll(results.open(), "MAIL", reply, {
      spoken,
      ...untried && { untried },
    });
  }
  yield* settle(transmission.done(results.all()));
  s.transmissions++;
  if (broken) throw broken;
}

function* sendAll(
  s: ClientSession,
  transmission: Transmission,
  results: Results,
): Session<void> {
  const checked = yield* check(s, transmission);
  if ("code" in checked) {
    results.settleAll(results.open(), "check", checked, { spoken: false });
    return;
  }
  checked.to.forEach((path, index) => {
    if ("code" in path) results.settle(index, "check", path, { spoken: false });
  });
  let waiting = results.open();
  while (waiting.length > 0) {
    if (isSpent(s)) {
      const about = { spoken: false, untried: true as const };
      results.settleAll(waiting, "MAIL", replies.untried, about);
      return;
    }
    const group = nextGroup(s, checked, waiting);
    const tooMany = yield* sendGroup(s, transmission, checked, group, results);
    const sent = new Set(group);
    waiting = [...tooMany, ...waiting.filter((index) => !sent.has(index))];
  }
}

/** RFC 9422 §4.1: the connection has carried all that the peer allows. */
export function isSpent(s: ClientSession): boolean {
  const { mailMax } = s.capabilities.limits;
  return mailMax !== undefined && s.transactions >= mailMax;
}

/** As many recipients as the peer takes together (RFC 9422 §4.2, §4.3, RFC 5321 §4.5.3.1.8). */
function nextGroup(
  s: ClientSession,
  { to }: Checked,
  waiting: readonly number[],
): number[] {
  const { rcptMax = s.setting.limits.recipients, rcptDomainMax = Infinity } =
    s.capabilities.limits;
  const most = Math.min(rcptMax, limits.smtpClient.recipientsMost);
  const domains = new Set<string>();
  const group: number[] = [];
  for (const index of waiting) {
    if (group.length >= most) break;
    const path = to[index] as { text: string };
    const domain = path.text.slice(path.text.lastIndexOf("@"));
    if (!domains.has(domain) && domains.size >= rcptDomainMax) continue;
    domains.add(domain);
    group.push(index);
  }
  return group;
}

/** One transaction; who has to be asked for in another. */
function* sendGroup(
  s: ClientSession,
  transmission: Transmission,
  checked: Checked,
  group: readonly number[],
  results: Results,
): Session<readonly number[]> {
  const isFirst = s.transactions === 0;
  const content = yield* openContent(transmission);
  const t: Transaction = {
    transmission,
    checked,
    group,
    content,
    results,
    accepted: [],
    tooMany: [],
    step: "MAIL",
    promised: false,
    sent: false,
  };
  s.deadline = s.setting.now() + timeFor(s, transmission);
  try {
    yield* runTransaction(s, t);
    return t.tooMany;
  } catch (error) {
    const end = yield* lastWord(s, error);
    settleBroken(t, end, isFirst);
    throw end;
  } finally {
    content.octets.close();
  }
}

function timeFor(s: ClientSession, { size }: Transmission): number {
  const { transaction, leastSpeed } = s.setting.limits;
  return transaction + size / leastSpeed * 1000;
}

/**
 * A peer that closes while we send often has said why: that counts, where it can
 * still be read.
 */
function* lastWord(
  s: ClientSession,
  error: unknown,
): Session<Broken> {
  const end = asBroken(error);
  if (end.kind !== "lost" || end.spoken) return end;
  try {
    const reply = yield* readReply(s, 0);
    return reply.code >= 400 ? new Broken("lost", reply, true) : end;
  } catch (later) {
    const second = asBroken(later);
    return second.spoken ? second : end;
  }
}

/** What the end of the connection means for those who were in this transaction. */
function settleBroken(t: Transaction, end: Broken, isFirst: boolean): void {
  const open = t.group.filter((index) => !t.results.isSettled(index));
  const { reply, spoken } = end;
  if (t.sent && !spoken && (end.kind === "lost" || end.kind === "timeout")) {
    const told = end.kind === "lost"
      ? replies.lostAfterMessage
      : replies.timedOutAfterMessage;
    // RFC 1047: the peer may have the message, and we must send it again.
    t.results.settleAll(
      open.filter((index) => t.accepted.includes(index)),
      "message",
      told,
      {
        spoken: false,
        uncertain: true,
      },
    );
  }
  const untried = t.step === "MAIL" && !isFirst && end.kind === "lost";
  t.results.settleAll(open, t.step, reply, {
    spoken,
    ...untried && { untried },
  });
}

/** `error` as what ended the connection; our own bug is local trouble. */
export function asBroken(error: unknown): Broken {
  const end = endOf(error);
  if (end instanceof Broken) return end;
  return new Broken("local", replies.localTrouble, false, { cause: error });
}

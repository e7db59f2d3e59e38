/** What follows from the outcomes of an attempt: settlements, notes and fates. Pure. */

import { type Reply, reply } from "../mail/mod.ts";
import type { Destination, Progress, WaitingEntry } from "../queue/mod.ts";
import { destinationKey, type Envelope } from "../queue/mod.ts";
import type { Outcome } from "./courier.ts";
import type { Fate, Told } from "./report.ts";
import { deadlinesOf, nextStep, type Patience } from "./retry_schedule.ts";

export interface Attempt {
  readonly entry: WaitingEntry;
  readonly envelope: Envelope;
  readonly destinations: readonly Destination[];
  readonly outcomes: readonly Outcome[];
  readonly place: "local" | "remote";
  readonly patience: Patience;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** As `Math.random`. */
  readonly random: () => number;
}

/** One destination after an attempt. */
export interface Verdict extends Told {
  /** Undefined when it is done with. */
  readonly progress: Progress | undefined;
}

/** One verdict a destination, in their order. */
export function verdictsOf(attempt: Attempt): Verdict[] {
  return attempt.destinations.map((destination, i) => {
    const outcome = attempt.outcomes[i] ?? NO_WORD;
    const key = destinationKey(destination);
    return outcome.kind === "later"
      ? waits(attempt, key, outcome)
      : ended(attempt, key, outcome);
  });
}

/** Our own bug must not lose a message. */
const NO_WORD: Outcome = {
  kind: "later",
  reply: reply(451, "4.3.0", "Local error in processing"),
};

/** What is said of destinations that are past their sender's deadline (RFC 2852 §4.1.4). */
export const LATE: Outcome = {
  kind: "failed",
  reply: reply(
    550,
    "5.4.7",
    "Delivery time expired: not delivered by the time that its sender set",
  ),
};

function ended(
  { entry, now }: Attempt,
  key: string,
  outcome: Outcome,
): Verdict {
  const action = outcome.kind === "failed"
    ? "failed"
    : outcome.reports
    ? "passed"
    : outcome.relayed
    ? "relayed"
    : "delivered";
  const isFirst = (entry.progress(key)?.attempts ?? 0) === 0;
  const words = { ...wordsOf(outcome), lastAttempt: now };
  const fate = { key, action, isFirst, ...words } as const;
  return { fate, progress: undefined, isNews: true };
}

function waits(
  { entry, envelope, place, patience, now, random }: Attempt,
  key: string,
  outcome: Outcome,
): Verdict {
  const before = entry.progress(key);
  const attempts = (before?.attempts ?? 0) + 1;
  const deadlines = deadlinesOf(envelope, patience);
  const step = nextStep({
    deadlines,
    attempts,
    place,
    warned: before?.warned ?? false,
    retryAfter: outcome.retryAfter,
    now,
    random: random(),
  });
  const words = wordsOf(outcome);
  const isFirst = attempts === 1;
  if (step.kind === "expired") {
    const action = "failed" as const;
    const said = { ...expired(words), lastAttempt: now };
    const fate = { key, action, isFirst, ...said };
    return { fate, progress: undefined, isNews: true };
  }
  const { next, warn } = step;
  const { reply, peer } = words;
  const progress: Progress = {
    attempts,
    next,
    last: now,
    reply: brief(reply),
    ...peer !== undefined && { peer },
    ...(warn || before?.warned) && { warned: true },
    ...(before?.held || outcome.hold) && { held: true },
  };
  const fate: Fate = {
    key,
    action: "delayed",
    isFirst,
    ...words,
    lastAttempt: now,
    retryUntil: deadlines.expires,
    ...deadlines.isAsked && { isAsked: true },
  };
  return { fate, progress, isNews: warn };
}

function wordsOf(
  { reply, peer }: Outcome,
): { readonly reply: Reply; readonly peer?: string } {
  return { reply, ...peer !== undefined && { peer } };
}

/**
 * RFC 3463 §3.5: X.4.7 is what ended it. The last words of the peer stand behind it,
 * for they tell why.
 */
function expired(words: ReturnType<typeof wordsOf>): { readonly reply: Reply } {
  const { reply: last, peer } = words;
  const said = peer === undefined ? "" : `${peer} said: `;
  const lines = brief(last).lines;
  return {
    reply: reply(
      550,
      "5.4.7",
      "Delivery time expired",
      `${said}${last.code} ${last.enhanced ?? ""} ${lines[0] ?? ""}`
        .replaceAll("  ", " "),
      ...lines.slice(1),
    ),
  };
}

const LINES = 4;
const LINE = 256;

/** As much of a reply as is kept in the spool. */
function brief({ code, enhanced, lines }: Reply): Reply {
  const kept = lines.slice(0, LINES).map((line) => line.slice(0, LINE));
  return reply(code, enhanced, ...kept);
}

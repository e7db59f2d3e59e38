/**
 * When a delivery that did not work is tried again, when its sender is told of the
 * delay, and when it is given up (RFC 5321 §4.5.4.1, RFC 2852 §4). Pure.
 *
 * Permanent and temporary failures are told apart before, by the enhanced code of the
 * reply (`smtp_client/results.ts`).
 *
 * @module
 */

import type { Envelope } from "../queue/mod.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The parts of the schedule that an operator may want otherwise, in milliseconds. */
export interface Patience {
  /** After so long a message is returned to its sender. */
  readonly expireAfter: number;
  /** After so long its sender is told that it waits. */
  readonly warnAfter: number;
}

export const PATIENCE: Patience = {
  // RFC 5321 §4.5.4.1: "at least 4-5 days".
  expireAfter: 5 * 24 * HOUR,
  warnAfter: 4 * HOUR,
};

/**
 * Minutes between attempts at other servers. Greylisting wants five minutes or so, and
 * has mostly forgotten a client after a few hours.
 */
const REMOTE = [5, 10, 20, 30, 45, 60, 90, 120, 180, 240];
const LOCAL_FIRST = 10 * SECOND;
const LOCAL_LONGEST = 15 * MINUTE;
/** What came at one moment is not tried again at one moment: up to so much later. */
const JITTER = 0.2;

/**
 * Milliseconds to wait after `attempts` failed ones (1 and more). Our own trouble, a
 * full disk in most cases, is looked at again sooner than that of others.
 *
 * @param random From 0 to 1, as `Math.random()` gives it.
 */
export function nextAttemptIn(
  attempts: number,
  place: "local" | "remote",
  random: number,
): number {
  const step = Math.min(Math.max(attempts, 1), 30) - 1;
  const wait = place === "local"
    ? Math.min(LOCAL_LONGEST, LOCAL_FIRST * 2 ** step)
    : REMOTE[Math.min(step, REMOTE.length - 1)]! * MINUTE;
  return Math.round(wait * (1 + JITTER * random));
}

/** The moments that decide over a message, in milliseconds since 1970. */
export interface Deadlines {
  /** Not delivered by then, it is returned. */
  readonly expires: number;
  /** Not delivered by then, its sender is told of the delay. */
  readonly warns: number;
  /** `expires` is what the sender asked for (RFC 2852, mode R): nothing is tried after it. */
  readonly isStrict: boolean;
  /** `warns` is what the sender asked for (RFC 2852, mode N): told without NOTIFY=DELAY, too. */
  readonly isAsked: boolean;
}

/** The deadlines of a message; a hold for a future release (RFC 4865) is no delay. */
export function deadlinesOf(
  envelope: Pick<Envelope, "received" | "notBefore" | "deliverBy">,
  patience: Patience,
): Deadlines {
  const { received, notBefore = 0, deliverBy } = envelope;
  const from = Math.max(received, notBefore);
  const expires = from + patience.expireAfter;
  const warns = from + patience.warnAfter;
  const isStrict = deliverBy?.mode === "R" && deliverBy.at < expires;
  const isAsked = deliverBy?.mode === "N" && deliverBy.at < expires;
  return {
    expires: isStrict ? deliverBy.at : expires,
    warns: isAsked ? deliverBy.at : warns,
    isStrict,
    isAsked,
  };
}

/** What follows on an attempt that did not work. */
export type NextStep =
  | { readonly kind: "expired" }
  | {
    readonly kind: "retry";
    /** Milliseconds since 1970. */
    readonly next: number;
    /** The sender is to be told of the delay. */
    readonly warn: boolean;
  };

export interface FailedAttempt {
  readonly deadlines: Deadlines;
  /** With this one. */
  readonly attempts: number;
  readonly place: "local" | "remote";
  /** The sender was told already. */
  readonly warned: boolean;
  /** It is not tried again for so many milliseconds, whatever the schedule says. */
  readonly retryAfter?: number | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** From 0 to 1. */
  readonly random: number;
}

/** Decides; the last attempt is made when the message expires, and not after it. */
export function nextStep(attempt: FailedAttempt): NextStep {
  const { deadlines, attempts, place, now, random } = attempt;
  if (now >= deadlines.expires) return { kind: "expired" };
  const wait = Math.max(
    nextAttemptIn(attempts, place, random),
    attempt.retryAfter ?? 0,
  );
  const warn = !attempt.warned && now >= deadlines.warns;
  const isDueToWarn = !attempt.warned && !warn;
  const next = Math.min(
    now + wait,
    deadlines.expires,
    // The sender hears of the delay when it is due, not at some attempt after it.
    isDueToWarn ? deadlines.warns : Infinity,
  );
  return { kind: "retry", next, warn };
}

/**
 * Criteria put together: all, any, not (RFC 9051 §6.4.4). What costs little is tried first.
 *
 * @module
 */

import type { Session } from "../../wire/mod.ts";
import type { Message } from "../message.ts";
import type { Criterion, MessageContext, Need } from "../rows.ts";
import { run } from "../run_row.ts";

const COST: Readonly<Record<Need, number>> = {
  meta: 0,
  header: 1,
  structure: 2,
  body: 3,
};

type Test = NonNullable<Criterion["may"]>;

/** A criterion that looks at nothing but what is known before a message is opened. */
export function known(
  test: Test,
  more: Pick<Criterion, "only" | "usesModseq"> = {},
): Criterion {
  return { needs: "meta", may: test, matches: test, ...more };
}

/** Matches what all of `criteria` match. */
export function all(criteria: readonly Criterion[]): Criterion {
  if (criteria.length === 1) return criteria[0]!;
  const only = criteria.find((criterion) => criterion.only)?.only;
  return {
    ...together(criteria),
    ...(only ? { only } : {}),
    ...mayAll(criteria),
    matches: untilOne(criteria, false),
  };
}

/** Matches what one of `criteria` matches. */
export function any(criteria: readonly Criterion[]): Criterion {
  return {
    ...together(criteria),
    ...mayAny(criteria),
    matches: untilOne(criteria, true),
  };
}

function mayAll(criteria: readonly Criterion[]): Pick<Criterion, "may"> {
  const tests = criteria.flatMap(({ may }) => may ?? []);
  if (tests.length === 0) return {};
  return {
    may: (message, context) => {
      for (let i = 0; i < tests.length; i++) {
        if (!tests[i]!(message, context)) return false;
      }
      return true;
    },
  };
}

function mayAny(criteria: readonly Criterion[]): Pick<Criterion, "may"> {
  const tests = criteria.flatMap(({ may }) => may ?? []);
  if (tests.length < criteria.length) return {};
  return {
    may: (message, context) => {
      for (let i = 0; i < tests.length; i++) {
        if (tests[i]!(message, context)) return true;
      }
      return false;
    },
  };
}

/** Matches what `criterion` does not match. */
export function not(criterion: Criterion): Criterion {
  const { may } = criterion;
  if (criterion.needs === "meta" && may) {
    return {
      ...together([criterion]),
      ...known((message, context) => !may(message, context)),
    };
  }
  return {
    ...together([criterion]),
    matches: (message, context) => {
      const outcome = criterion.matches(message, context);
      return typeof outcome === "boolean" ? !outcome : negated(outcome);
    },
  };
}

function* negated(outcome: Session<boolean>): Session<boolean> {
  return !(yield* outcome);
}

function together(criteria: readonly Criterion[]): Omit<Criterion, "matches"> {
  const needs = criteria.map((criterion) => criterion.needs)
    .reduce((a, b) => COST[a] >= COST[b] ? a : b, "meta");
  return { needs, usesModseq: criteria.some((c) => c.usesModseq) };
}

/** Tries one after the other until one gives `decisive`; nothing waits where nothing has to be read. */
function untilOne(
  criteria: readonly Criterion[],
  decisive: boolean,
): Criterion["matches"] {
  const sorted = [...criteria].sort((a, b) => COST[a.needs] - COST[b.needs]);
  return (message, context) => {
    for (const [i, criterion] of sorted.entries()) {
      const outcome = criterion.matches(message, context);
      if (typeof outcome !== "boolean") {
        const rest = sorted.slice(i + 1);
        return goOn(outcome, rest, decisive, message, context);
      }
      if (outcome === decisive) return decisive;
    }
    return !decisive;
  };
}

function* goOn(
  first: Session<boolean>,
  rest: readonly Criterion[],
  decisive: boolean,
  message: Message,
  context: MessageContext,
): Session<boolean> {
  if ((yield* first) === decisive) return decisive;
  for (const criterion of rest) {
    const outcome = yield* run(criterion.matches(message, context));
    if (outcome === decisive) return decisive;
  }
  return !decisive;
}

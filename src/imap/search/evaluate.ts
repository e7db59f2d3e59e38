/**
 * Tries a criterion on the messages of a view, in slices: others have their turn between.
 *
 * @module
 */

import type { Session } from "../../wire/mod.ts";
import type { Message } from "../message.ts";
import type { Criterion, MessageContext } from "../rows.ts";
import { run } from "../run_row.ts";
import { Refusal } from "../status.ts";
import type { Numbered, View } from "../view.ts";

/** What a search needs of its session. */
export interface SearchScope {
  readonly view: Pick<View, "all" | "select" | "byUid" | "count">;
  readonly context: MessageContext;
  readonly open: (numbered: Numbered) => Message;
  /** Lets others have their turn, and perhaps tells the client how far it is (RFC 9585). */
  readonly pause: (done: number, most: number) => Session<void>;
  /** All messages have been looked at. */
  readonly end: () => Session<void>;
}

/** Messages of which only metadata is looked at between two pauses; those that are read count for more. */
const SLICE = 2000;

/** Calls `visit` for each message that matches, in their order. */
export function* eachMatch(
  scope: SearchScope,
  criterion: Criterion,
  visit: (message: Message) => void | Session<void>,
): Session<void> {
  let done = 0;
  let spent = 0;
  for (const numbered of candidates(scope, criterion)) {
    const message = scope.open(numbered);
    const outcome = criterion.matches(message, scope.context);
    const isMatch = typeof outcome === "boolean"
      ? outcome
      : yield* unlessGone(outcome);
    if (isMatch) yield* unlessGone(visitOf(visit(message)));
    done++;
    spent += 1 + message.cost;
    if (spent < SLICE) continue;
    spent = 0;
    yield* scope.pause(done, scope.view.count);
  }
  yield* scope.end();
}

/** The messages that match. */
export function* findMatches(
  scope: SearchScope,
  criterion: Criterion,
): Session<Numbered[]> {
  const found: Numbered[] = [];
  yield* eachMatch(scope, criterion, ({ sequence, meta }) => {
    found.push({ sequence, meta });
  });
  return found;
}

/** All messages, or those that the criterion's own set leaves. */
function candidates(
  { view, context }: SearchScope,
  { only }: Criterion,
): Iterable<Numbered> {
  if (only === undefined) return view.all();
  if (only.set.kind === "ranges") return view.select(only.set.ranges, only.by);
  return [...context.saved].sort((a, b) => a - b)
    .flatMap((uid) => view.byUid(uid) ?? []);
}

function* visitOf(outcome: void | Session<void>): Session<boolean> {
  if (outcome) yield* run(outcome);
  return true;
}

/** A message that another session removed meanwhile matches nothing. */
function* unlessGone(session: Session<boolean>): Session<boolean> {
  try {
    return yield* session;
  } catch (error) {
    const gone = error instanceof Refusal &&
      error.status.code === "EXPUNGEISSUED";
    if (!gone) throw error;
    return false;
  }
}

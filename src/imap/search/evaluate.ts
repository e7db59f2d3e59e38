/**
 * Tries a criterion on the messages of a view, in slices: others have their turn between.
 *
 * @module
 */

import type { Session } from "../../wire/mod.ts";
import type { Message } from "../message.ts";
import type { Criterion, Known, MessageContext } from "../rows.ts";
import { Refusal } from "../status.ts";
import type { Numbered, View } from "../view.ts";

/** What a search needs of its session. */
export interface SearchScope {
  readonly view: Pick<View, "presentAt" | "select" | "byUid" | "count">;
  readonly context: MessageContext;
  readonly open: (numbered: Numbered) => Message;
  /** True for a message that is \\Recent here. */
  readonly isRecent: (uid: number) => boolean;
  /** As `Message.lacks`. */
  readonly lacks: (uid: number, part: Uint8Array) => boolean | undefined;
  /** Lets others have their turn, and perhaps tells the client how far it is (RFC 9585). */
  readonly pause: (done: number, most: number) => Session<void>;
  /** All messages have been looked at. */
  readonly end: () => Session<void>;
}

/** What is spent between two pauses: a look at metadata is 1. */
const SLICE = 20_000;
/** To open a message; what is read of it costs as much again for each 1 of its own cost. */
const OPENING = 10;

/** Calls `visit` for each message that matches, in their order. */
export function* eachMatch(
  scope: SearchScope,
  criterion: Criterion,
  visit: (message: Message) => void | Session<void>,
): Session<void> {
  yield* eachCandidate(scope, criterion, ({ sequence, meta }) => {
    const message = scope.open({ sequence, meta });
    const tried = tryOn(message, criterion, visit, scope.context);
    return tried ? spentOn(message, tried) : OPENING;
  });
}

function* spentOn(message: Message, tried: Session<void>): Session<number> {
  yield* unlessGone(tried);
  return OPENING * (1 + message.cost);
}

/** As {@linkcode eachMatch}, where what is known suffices; the object is the same each time. */
export function eachKnown(
  scope: SearchScope,
  criterion: Criterion,
  visit: (known: Known) => void,
): Session<void> {
  return isDecidedByMeta(criterion)
    ? eachCandidate(scope, criterion, (known) => (visit(known), 0))
    : eachMatch(scope, criterion, visit);
}

function isDecidedByMeta({ needs, may }: Criterion): boolean {
  return needs === "meta" && may !== undefined;
}

/** Calls `take`, which tells what it spent, for each message that may match by what is known of it. */
function* eachCandidate(
  scope: SearchScope,
  criterion: Criterion,
  take: (known: Known) => number | Session<number>,
): Session<void> {
  const looking = new Looking(scope, criterion);
  const { count } = looking;
  let spent = 0;
  for (let i = 0; i < count;) {
    const end = Math.min(count, i + SLICE - spent);
    const next = looking.next(i, end);
    spent += next - i;
    i = next;
    if (i < end) {
      const cost = take(looking);
      spent += 1 + (typeof cost === "number" ? cost : yield* cost);
      i++;
    }
    if (spent < SLICE) continue;
    spent = 0;
    yield* scope.pause(i, scope.view.count);
  }
  yield* scope.end();
}

/** Goes from one message that may match to the next; one object for all that are looked at. */
class Looking implements Known {
  readonly #scope: SearchScope;
  readonly #may: Criterion["may"];
  readonly #numbers: readonly number[] | undefined;
  /** Messages that are looked at. */
  readonly count: number;
  sequence = 0;
  meta!: Known["meta"];

  constructor(scope: SearchScope, criterion: Criterion) {
    this.#scope = scope;
    this.#may = criterion.may;
    this.#numbers = candidates(scope, criterion);
    this.count = this.#numbers?.length ?? scope.view.count;
  }

  get recent(): boolean {
    return this.#scope.isRecent(this.meta.uid);
  }

  lacks(part: Uint8Array): boolean | undefined {
    return this.#scope.lacks(this.meta.uid, part);
  }

  /** Stands at the first message from `from` on that may match, and tells its place; `end` where there is none before it. */
  next(from: number, end: number): number {
    // A loop of its own, which is compiled soon: a mailbox may be gone through in it.
    const { view, context } = this.#scope;
    const may = this.#may;
    const numbers = this.#numbers;
    for (let i = from; i < end; i++) {
      const sequence = numbers ? numbers[i]! : i + 1;
      const meta = view.presentAt(sequence);
      if (meta === undefined) continue;
      this.sequence = sequence;
      this.meta = meta;
      if (may === undefined || may(this, context)) return i;
    }
    return end;
  }
}

/** Visits the message if it matches; a session where something has to be waited for. */
function tryOn(
  message: Message,
  criterion: Criterion,
  visit: (message: Message) => void | Session<void>,
  context: MessageContext,
): void | Session<void> {
  if (isDecidedByMeta(criterion)) return visit(message);
  const outcome = criterion.matches(message, context);
  if (outcome === false) return;
  if (outcome === true) return visit(message);
  return (function* () {
    const visiting = (yield* outcome) ? visit(message) : undefined;
    if (visiting) yield* visiting;
  })();
}

/** The messages that match. */
export function* findMatches(
  scope: SearchScope,
  criterion: Criterion,
): Session<Numbered[]> {
  const found: Numbered[] = [];
  yield* eachKnown(scope, criterion, ({ sequence, meta }) => {
    found.push({ sequence, meta });
  });
  return found;
}

/** Sequence numbers of the criterion's own set, ascending; undefined for all. */
function candidates(
  { view, context }: SearchScope,
  { only }: Criterion,
): readonly number[] | undefined {
  if (only === undefined) return undefined;
  const found = only.set.kind === "ranges"
    ? view.select(only.set.ranges, only.by)
    : [...context.saved].sort((a, b) => a - b)
      .flatMap((uid) => view.byUid(uid) ?? []);
  return found.map(({ sequence }) => sequence);
}

/** A message that another session removed meanwhile matches nothing. */
function* unlessGone(session: Session<void>): Session<void> {
  try {
    yield* session;
  } catch (error) {
    const gone = error instanceof Refusal &&
      error.status.code === "EXPUNGEISSUED";
    if (!gone) throw error;
  }
}

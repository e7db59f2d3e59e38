/**
 * SORT: the order of messages (RFC 5256 §3, §4; RFC 5957 for DISPLAYFROM and DISPLAYTO).
 *
 * @module
 */

import type { Session } from "../../wire/mod.ts";
import type { Message } from "../message.ts";
import type { Criterion, Known } from "../rows.ts";
import type { Scanner } from "../scanner.ts";
import { BadSyntax } from "../status.ts";
import type { Numbered } from "../view.ts";
import { orderKey } from "./collation.ts";
import { eachKnown, eachMatch, type SearchScope } from "./evaluate.ts";
import {
  headerFact,
  knownFact,
  type SentDates,
  sentDates,
  type SortTexts,
  sortTexts,
} from "./header_facts.ts";
import { sortSliced } from "./sort_sliced.ts";

/** What a key orders by. */
interface Facts {
  readonly meta: Message["meta"];
  /** Where a key asks for them. */
  readonly dates: SentDates | undefined;
  readonly texts: SortTexts | undefined;
}

/** One key of a SORT. */
export interface SortKey {
  readonly reverse: boolean;
  readonly reads: "meta" | "dates" | "texts";
  readonly value: (facts: Facts) => number | string;
}

type Row = Omit<SortKey, "reverse">;

const KEYS: ReadonlyMap<string, Row> = new Map<string, Row>([
  ["ARRIVAL", { reads: "meta", value: ({ meta }) => meta.internalDate }],
  ["CC", ofTexts(({ cc }) => cc.mailbox)],
  ["DATE", { reads: "dates", value: (facts) => sentDate(facts, facts.dates!) }],
  ["DISPLAYFROM", ofTexts(({ from }) => from.display)],
  ["DISPLAYTO", ofTexts(({ to }) => to.display)],
  ["FROM", ofTexts(({ from }) => from.mailbox)],
  ["SIZE", { reads: "meta", value: ({ meta }) => meta.size }],
  ["SUBJECT", ofTexts(({ text }) => text)],
  ["TO", ofTexts(({ to }) => to.mailbox)],
]);

function ofTexts(value: (texts: SortTexts) => string): Row {
  return { reads: "texts", value: ({ texts }) => orderKey(value(texts!)) };
}

/** Keys of one SORT. */
const KEYS_MAX = 100;

/** Reads `(REVERSE DATE SUBJECT)`. */
export function parseSortKeys(scanner: Scanner): readonly SortKey[] {
  let count = 0;
  return scanner.list(() => {
    if (++count > KEYS_MAX) throw new BadSyntax("too many sort keys");
    const first = scanner.word("a sort key");
    if (first !== "REVERSE") return sortKey(first, false);
    scanner.space();
    return sortKey(scanner.word("a sort key"), true);
  });
}

/** The messages that match, in the order of `keys`. */
export function* sortMatches(
  scope: SearchScope,
  criterion: Criterion,
  keys: readonly SortKey[],
): Session<Numbered[]> {
  const rows: SortRow[] = [];
  const readsDates = keys.some((key) => key.reads === "dates");
  const readsTexts = keys.some((key) => key.reads === "texts");
  const add = (message: Known, dates?: SentDates, texts?: SortTexts) => {
    const { sequence, meta } = message;
    const values = keys.map((key) => key.value({ meta, dates, texts }));
    rows.push({ numbered: { sequence, meta }, values });
  };
  const addRead = function* (message: Message): Session<void> {
    const dates = readsDates && (yield* headerFact(message, sentDates));
    const texts = readsTexts && (yield* headerFact(message, sortTexts));
    add(message, dates || undefined, texts || undefined);
  };
  const readsNothing = !readsDates && !readsTexts;
  if (readsNothing) yield* eachKnown(scope, criterion, (known) => add(known));
  else {yield* eachMatch(scope, criterion, (message) => {
      const dates = readsDates ? knownFact(message, sentDates) : undefined;
      const texts = readsTexts ? knownFact(message, sortTexts) : undefined;
      const isKnown = (dates || !readsDates) && (texts || !readsTexts);
      return isKnown ? add(message, dates, texts) : addRead(message);
    });}
  const sorted = yield* sortSliced(
    rows,
    (a, b) => compareRows(a, b, keys),
    () => scope.pause(scope.view.count, scope.view.count),
  );
  return sorted.map(({ numbered }) => numbered);
}

/** RFC 5256 §2.2: the Date field, in UTC; where that cannot be read, INTERNALDATE. */
export function sentDate(
  { meta }: Pick<Message, "meta">,
  { utc }: SentDates,
): number {
  return Number.isNaN(utc) ? meta.internalDate : utc;
}

interface SortRow {
  readonly numbered: Numbered;
  readonly values: readonly (number | string)[];
}

function sortKey(name: string, reverse: boolean): SortKey {
  const row = KEYS.get(name);
  if (row === undefined) {
    throw new BadSyntax(`there is no sort key "${name}"`);
  }
  return { reverse, ...row };
}

/** RFC 5256 §3: equal ones are in the order of their sequence numbers, REVERSE or not. */
function compareRows(
  a: SortRow,
  b: SortRow,
  keys: readonly SortKey[],
): number {
  // No iterator: this runs a million times.
  for (let i = 0; i < keys.length; i++) {
    const order = compareValues(a.values[i]!, b.values[i]!);
    if (order !== 0) return keys[i]!.reverse ? -order : order;
  }
  return a.numbered.sequence - b.numbered.sequence;
}

/** Both are of one kind: values of one key. */
function compareValues(a: number | string, b: number | string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

/**
 * SORT: the order of messages (RFC 5256 §3, §4; RFC 5957 for DISPLAYFROM and DISPLAYTO).
 *
 * @module
 */

import {
  decodeEncodedWords,
  decodeText,
  findField,
  type HeaderField,
  type HeaderGroup,
  type HeaderMailbox,
  parseAddressList,
  parseDate,
  readHeader,
} from "../../mail/mod.ts";
import type { Session } from "../../wire/mod.ts";
import { commonHeader } from "../common_fields.ts";
import type { Message } from "../message.ts";
import type { Scanner } from "../scanner.ts";
import { BadSyntax } from "../status.ts";
import type { Numbered } from "../view.ts";
import { baseSubject } from "./base_subject.ts";
import { fold, orderKey } from "./collation.ts";
import { eachMatch, type SearchScope } from "./evaluate.ts";
import { sortSliced } from "./sort_sliced.ts";
import type { Criterion } from "../rows.ts";

/** One key of a SORT. */
export interface SortKey {
  readonly reverse: boolean;
  /** The header has to be read. */
  readonly readsHeader: boolean;
  readonly value: (
    message: Message,
    fields: readonly HeaderField[],
  ) => number | string;
}

type Value = SortKey["value"];

const META_VALUES: ReadonlyMap<string, Value> = new Map<string, Value>([
  ["ARRIVAL", ({ meta }) => meta.internalDate],
  ["SIZE", ({ meta }) => meta.size],
]);

const HEADER_VALUES: ReadonlyMap<string, Value> = new Map<string, Value>([
  ["CC", (_, fields) => mailboxOf(fields, "Cc")],
  ["DATE", (message, fields) => sentDate(message, fields)],
  ["DISPLAYFROM", (_, fields) => displayOf(fields, "From")],
  ["DISPLAYTO", (_, fields) => displayOf(fields, "To")],
  ["FROM", (_, fields) => mailboxOf(fields, "From")],
  [
    "SUBJECT",
    (_, fields) =>
      orderKey(baseSubject(findField(fields, "Subject")?.value ?? "").text),
  ],
  ["TO", (_, fields) => mailboxOf(fields, "To")],
]);

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
  const rows: Row[] = [];
  const readsHeader = keys.some((key) => key.readsHeader);
  yield* eachMatch(
    scope,
    readsHeader ? { ...criterion, needs: "header" } : criterion,
    function* (message) {
      const fields = readsHeader
        ? readHeader(yield* commonHeader(message)).fields
        : [];
      const values = keys.map((key) => key.value(message, fields));
      const { sequence, meta } = message;
      rows.push({ numbered: { sequence, meta }, values });
    },
  );
  const sorted = yield* sortSliced(
    rows,
    (a, b) => compareRows(a, b, keys),
    () => scope.pause(scope.view.count, scope.view.count),
  );
  return sorted.map(({ numbered }) => numbered);
}

/** RFC 5256 §2.2: the Date field, in UTC; where that cannot be read, INTERNALDATE. */
export function sentDate(
  { meta }: Message,
  fields: readonly HeaderField[],
): number {
  const value = findField(fields, "Date")?.value;
  return (value === undefined ? undefined : parseDate(value)) ??
    meta.internalDate;
}

interface Row {
  readonly numbered: Numbered;
  readonly values: readonly (number | string)[];
}

function sortKey(name: string, reverse: boolean): SortKey {
  const ofMeta = META_VALUES.get(name);
  const value = ofMeta ?? HEADER_VALUES.get(name);
  if (value === undefined) {
    throw new BadSyntax(`there is no sort key "${name}"`);
  }
  return { reverse, readsHeader: ofMeta === undefined, value };
}

/** RFC 5256 §3: equal ones are in the order of their sequence numbers, REVERSE or not. */
function compareRows(a: Row, b: Row, keys: readonly SortKey[]): number {
  for (const [i, { reverse }] of keys.entries()) {
    const order = compareValues(a.values[i]!, b.values[i]!);
    if (order !== 0) return reverse ? -order : order;
  }
  return a.numbered.sequence - b.numbered.sequence;
}

/** Both are of one kind: values of one key. */
function compareValues(a: number | string, b: number | string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function firstAddress(
  fields: readonly HeaderField[],
  name: string,
): HeaderMailbox | HeaderGroup | undefined {
  return parseAddressList(findField(fields, name)?.value ?? "")[0];
}

/** RFC 5256 §3: the mailbox of the first address; a group's is its name (RFC 9051 §7.5.2). */
function mailboxOf(fields: readonly HeaderField[], field: string): string {
  const first = firstAddress(fields, field);
  if (first === undefined) return "";
  const name = first.kind === "group" ? first.rawName : first.localPart;
  return orderKey(fold(decodeText(name)));
}

/** RFC 5957 §3: the display name of the first address, or the address where it has none. */
function displayOf(fields: readonly HeaderField[], name: string): string {
  const first = firstAddress(fields, name);
  if (first === undefined) return "";
  const text = first.name !== "" || first.kind === "group"
    ? first.name
    : decodeEncodedWords(`${first.localPart}@${first.domain}`);
  return orderKey(fold(text));
}

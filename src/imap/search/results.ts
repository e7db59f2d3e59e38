/**
 * The answers to SEARCH and SORT: lists of numbers, ESEARCH, and what `$` stands for
 * afterwards (RFC 9051 §7.3.4, RFC 3501 §7.2.5, RFC 5256 §4, RFC 7162 §3.1.5, RFC 9394).
 *
 * @module
 */

import type { Session } from "../../wire/mod.ts";
import type { Output } from "../output.ts";
import { sliceOf } from "../partial.ts";
import { formatSet } from "../sequence_set.ts";
import type { Numbered } from "../view.ts";
import type { ReturnOptions } from "./return_options.ts";

/** How results are told. */
export interface ResultForm {
  /** UIDs, not sequence numbers. */
  readonly uid: boolean;
  /** The largest modseq is told (RFC 7162 §3.1.5, §3.1.6). */
  readonly modseq: boolean;
}

/** Numbers written at once. */
const SLICE = 1000;

/** Writes `* SEARCH 2 84` or `* SORT 84 2`. */
export function* writeNumbers(
  out: Output,
  name: "SEARCH" | "SORT",
  found: readonly Numbered[],
  form: ResultForm,
): Session<void> {
  out.words(`* ${name}`);
  for (let at = 0; at < found.length; at += SLICE) {
    const slice = found.slice(at, at + SLICE).map(numberIn(form));
    out.words(` ${slice.join(" ")}`);
    yield* out.relieve();
  }
  const modseq = form.modseq ? largestModseq(found) : undefined;
  if (modseq !== undefined) out.words(` (MODSEQ ${modseq})`);
  out.end();
}

/**
 * Writes `* ESEARCH (TAG "a") …`; nothing where only SAVE was asked for (RFC 5182 §2.4).
 *
 * @param found In the order in which they are told: sorted ones keep theirs (RFC 5267 §3).
 */
export function* writeEsearch(
  out: Output,
  tag: string,
  found: readonly Numbered[],
  options: ReturnOptions,
  form: ResultForm,
): Session<void> {
  const { min, max, all, count, partial } = options;
  if (!(min || max || all || count || partial)) return;
  const number = numberIn(form);
  out.words("* ESEARCH (TAG ");
  out.string(tag);
  out.words(form.uid ? ") UID" : ")");
  const [first, last] = [found[0], found.at(-1)];
  if (min && first) out.words(` MIN ${number(first)}`);
  if (max && last) out.words(` MAX ${number(last)}`);
  if (count) out.words(` COUNT ${found.length}`);
  if (all && first) out.words(` ALL ${setOf(found, form)}`);
  if (partial) {
    const page = sliceOf(found, partial);
    const set = page.length > 0 ? setOf(page, form) : "NIL";
    out.words(` PARTIAL (${partial.text} ${set})`);
  }
  const modseq = form.modseq ? toldModseq(found, options) : undefined;
  if (modseq !== undefined) out.words(` MODSEQ ${modseq}`);
  out.end();
  yield* out.relieve();
}

/**
 * The UIDs that `$` stands for after the command (RFC 5182 §2.1, RFC 9394 §3.2): what
 * was told, and everything where a number of messages or all were asked for.
 */
export function savedUids(
  found: readonly Numbered[],
  options: ReturnOptions,
): Set<number> {
  return new Set(told(found, options).map(({ meta }) => meta.uid));
}

/** What an answer speaks of. */
function told(
  found: readonly Numbered[],
  { min, max, all, count, partial }: ReturnOptions,
): readonly Numbered[] {
  if (all || count || !(min || max || partial)) return found;
  return [
    ...(partial ? sliceOf(found, partial) : []),
    ...(min ? found.slice(0, 1) : []),
    ...(max ? found.slice(-1) : []),
  ];
}

/** RFC 7162 §3.1.10: the modseq of what is told, of all where a number of them or all are. */
function toldModseq(
  found: readonly Numbered[],
  options: ReturnOptions,
): number | undefined {
  return largestModseq(told(found, options));
}

function largestModseq(found: readonly Numbered[]): number | undefined {
  let largest: number | undefined;
  for (const { meta } of found) {
    if (largest === undefined || meta.modseq > largest) largest = meta.modseq;
  }
  return largest;
}

function setOf(found: readonly Numbered[], form: ResultForm): string {
  return formatSet(found.map(numberIn(form)));
}

function numberIn({ uid }: ResultForm): (numbered: Numbered) => number {
  return uid ? ({ meta }) => meta.uid : ({ sequence }) => sequence;
}

/**
 * Sequence sets: `1:4,7,9:*` and `$` (RFC 9051 §9, sequence-set).
 *
 * @module
 */

/** From, up to and including; {@linkcode STAR} for the largest number there is. */
export type NumberRange = readonly [from: number, to: number];

/** `*`: larger than all numbers, until it is resolved. */
export const STAR = Infinity;

/** A set as it was written. */
export type SequenceSet =
  | { readonly kind: "ranges"; readonly ranges: readonly NumberRange[] }
  /** `$`: what the last SEARCH saved (RFC 9051 §6.4.4.1). */
  | { readonly kind: "saved" };

/**
 * The ranges with `*` as `largest`: ascending, apart from each other. `559:*` holds the
 * largest number even where that is below 559 (RFC 9051 §9, seq-range).
 */
export function resolveRanges(
  ranges: readonly NumberRange[],
  largest: number,
): readonly NumberRange[] {
  const value = (number: number) => number === STAR ? largest : number;
  const sorted = ranges.map(([a, b]): NumberRange => {
    const [from, to] = [value(a), value(b)];
    return from <= to ? [from, to] : [to, from];
  }).sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = merged.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

/** True when `number` is in `ranges`, which {@linkcode resolveRanges} made. */
export function rangesInclude(
  ranges: readonly NumberRange[],
  number: number,
): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle]![1] < number) low = middle + 1;
    else high = middle;
  }
  const range = ranges[low];
  return range !== undefined && range[0] <= number;
}

/** What is in both; both as {@linkcode resolveRanges} makes them. */
export function intersection(
  a: readonly NumberRange[],
  b: readonly NumberRange[],
): NumberRange[] {
  const both: NumberRange[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const [left, right] = [a[i]!, b[j]!];
    const from = Math.max(left[0], right[0]);
    const to = Math.min(left[1], right[1]);
    if (from <= to) both.push([from, to]);
    if (left[1] < right[1]) i++;
    else j++;
  }
  return both;
}

/** Ascending `numbers` as ranges. */
export function rangesOf(numbers: Iterable<number>): NumberRange[] {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last && number === last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges;
}

/** As a set is written: `1:3,5`; "" for an empty one. */
export function formatRanges(ranges: readonly NumberRange[]): string {
  return ranges.map(([from, to]) => from === to ? `${from}` : `${from}:${to}`)
    .join(",");
}

/** Ascending `numbers` in the form of a set. */
export function formatSet(numbers: Iterable<number>): string {
  return formatRanges(rangesOf(numbers));
}

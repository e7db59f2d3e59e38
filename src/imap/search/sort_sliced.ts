/**
 * Sorting in slices: a mailbox's worth of rows takes long, and others are waiting.
 *
 * @module
 */

import type { Session } from "../../wire/mod.ts";

/** Rows that are sorted, or merged, between two pauses. */
const SLICE = 4096;

/** `rows` in the order of `compare`; equal ones keep theirs. */
export function* sortSliced<T>(
  rows: readonly T[],
  compare: (a: T, b: T) => number,
  pause: () => Session<void>,
): Session<T[]> {
  let runs: T[][] = [];
  for (let at = 0; at < rows.length; at += SLICE) {
    runs.push(rows.slice(at, at + SLICE).sort(compare));
    if (at > 0) yield* pause();
  }
  while (runs.length > 1) {
    const merged: T[][] = [];
    for (let i = 0; i < runs.length; i += 2) {
      merged.push(yield* merge(runs[i]!, runs[i + 1] ?? [], compare, pause));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

function* merge<T>(
  left: T[],
  right: T[],
  compare: (a: T, b: T) => number,
  pause: () => Session<void>,
): Session<T[]> {
  if (left.length === 0 || right.length === 0) return left.concat(right);
  // What is in order already, or in the opposite one, is put together as it is.
  if (compare(left.at(-1)!, right[0]!) <= 0) return left.concat(right);
  if (compare(right.at(-1)!, left[0]!) < 0) return right.concat(left);
  const merged: T[] = [];
  let l = 0;
  let r = 0;
  while (l < left.length && r < right.length) {
    const takesLeft = compare(left[l]!, right[r]!) <= 0;
    merged.push(takesLeft ? left[l++]! : right[r++]!);
    if (merged.length % (4 * SLICE) === 0) yield* pause();
  }
  return merged.concat(left.slice(l), right.slice(r));
}

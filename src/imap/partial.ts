/**
 * Pages of results: `1:100` from the front, `-1:-100` from the end (RFC 9394 §3.1). Pure.
 *
 * @module
 */

import type { Scanner } from "./scanner.ts";
import { BadSyntax } from "./status.ts";

/** From, up to and including, counted from 1. */
export interface PartialRange {
  readonly from: number;
  readonly to: number;
  readonly fromEnd: boolean;
  /** As it was asked for: `500:400` is `400:500`, but is told as it was. */
  readonly text: string;
}

export function readPartial(scanner: Scanner): PartialRange {
  const first = readEnd(scanner);
  scanner.take(":");
  const last = readEnd(scanner);
  if (first.fromEnd !== last.fromEnd) {
    throw new BadSyntax("both ends of a partial range have the same sign");
  }
  const [from, to] = [first.number, last.number].sort((a, b) => a - b);
  const { fromEnd } = first;
  const sign = fromEnd ? "-" : "";
  const text = `${sign}${first.number}:${sign}${last.number}`;
  return { from: from!, to: to!, fromEnd, text };
}

function readEnd(scanner: Scanner): { number: number; fromEnd: boolean } {
  const fromEnd = scanner.tryTake("-");
  return { number: scanner.positive(), fromEnd };
}

/** The page of `items`, in their order. */
export function sliceOf<T>(
  items: readonly T[],
  { from, to, fromEnd }: Omit<PartialRange, "text">,
): readonly T[] {
  const { length } = items;
  return fromEnd
    ? items.slice(Math.max(0, length - to), Math.max(0, length - from + 1))
    : items.slice(from - 1, to);
}

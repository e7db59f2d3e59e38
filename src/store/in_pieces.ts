/** Long work in pieces: everybody else gets a turn between. */

import { setImmediate } from "node:timers";

const PIECE = 5000;
/** Work on files takes longer. */
const FILES = 200;

/** Like `Array.map`, one after the other, with a pause now and then. */
export async function mapInPieces<T, R>(
  items: readonly T[],
  work: (item: T) => R | Promise<R>,
  piece = PIECE,
): Promise<R[]> {
  const results: R[] = [];
  for (let i = 0; i < items.length; i++) {
    if (i % piece === piece - 1) await pause();
    const result = work(items[i]!);
    results.push(result instanceof Promise ? await result : result);
  }
  return results;
}

/** As {@linkcode mapInPieces}, for work on files. */
export function mapFiles<T, R>(
  items: readonly T[],
  work: (item: T) => R | Promise<R>,
): Promise<R[]> {
  return mapInPieces(items, work, FILES);
}

/** Resolves when the event loop has been round once. A timer of 0 would take 2 ms, not 10 µs. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

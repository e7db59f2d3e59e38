/** Long work in pieces: everybody else gets a turn between. */

const PIECE = 2000;

/** Like `Array.map`, one after the other, with a pause now and then. */
export async function mapInPieces<T, R>(
  items: readonly T[],
  work: (item: T) => R | Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  for (const [i, item] of items.entries()) {
    if (i % PIECE === PIECE - 1) await pause();
    const result = work(item);
    results.push(result instanceof Promise ? await result : result);
  }
  return results;
}

/** Resolves when the event loop has been round once. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/**
 * Trees of messages, and how THREAD writes them (RFC 5256 §4, §5 thread-data).
 *
 * Threads can be as deep as a mailbox is long: nothing here calls itself.
 *
 * @module
 */

import type { ThreadMessage } from "./thread.ts";

/** A message with its answers; without a message, what holds together those that lost their parent. */
export interface Thread {
  message: ThreadMessage | undefined;
  children: Thread[];
}

/** All of `threads` and what is below them, parents before children. */
export function flatten(threads: readonly Thread[]): Thread[] {
  const all: Thread[] = [...threads];
  for (let i = 0; i < all.length; i++) {
    for (const child of all[i]!.children) all.push(child);
  }
  return all;
}

/** The message that stands for a thread: its own, or that of its first child. */
export function leader(thread: Thread): ThreadMessage | undefined {
  return thread.message ?? thread.children[0]?.message;
}

/** Sorts siblings by the date they were sent, then by their place in the mailbox. */
export function sortSiblings(siblings: Thread[]): void {
  // Most have one child or none.
  if (siblings.length < 2) return;
  siblings.sort((a, b) => {
    const [left, right] = [leader(a), leader(b)];
    if (!left || !right) return left ? -1 : right ? 1 : 0;
    return left.sent - right.sent || left.sequence - right.sequence;
  });
}

/** `(2)(3 6 (4 23)(44 7 96))` */
export function formatThreads(threads: readonly Thread[]): string {
  const pieces: string[] = [];
  // What is still to be written, last first: threads, and the ends of lists.
  const stack: (Thread | ")")[] = [...threads].reverse();
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (next === ")") {
      pieces.push(")");
      continue;
    }
    const { numbers, last } = chain(next);
    pieces.push(`(${numbers.join(" ")}`);
    if (last.children.length > 0 && numbers.length > 0) pieces.push(" ");
    stack.push(")", ...[...last.children].reverse());
  }
  return pieces.join("");
}

/** The messages from `thread` down to where it branches or ends. */
function chain(thread: Thread): { numbers: number[]; last: Thread } {
  const numbers: number[] = [];
  let last = thread;
  while (true) {
    if (last.message) numbers.push(last.message.number);
    if (last.children.length !== 1) return { numbers, last };
    last = last.children[0]!;
  }
}

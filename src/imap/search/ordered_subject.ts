/**
 * Threads of equal subjects (RFC 5256 §3, ORDEREDSUBJECT).
 *
 * @module
 */

import type { ThreadMessage } from "./thread.ts";
import { sortSiblings, type Thread } from "./thread_tree.ts";

/** The first message of each subject, with the others below it, all by the date they were sent. */
export function orderedSubject(messages: readonly ThreadMessage[]): Thread[] {
  const bySubject = new Map<string, Thread[]>();
  for (const message of messages) {
    const thread: Thread = { message, children: [] };
    const same = bySubject.get(message.subject);
    if (same) same.push(thread);
    else bySubject.set(message.subject, [thread]);
  }
  const threads = [...bySubject.values()].map((same) => {
    sortSiblings(same);
    const [first, ...others] = same as [Thread, ...Thread[]];
    first.children = others;
    return first;
  });
  sortSiblings(threads);
  return threads;
}

/**
 * Threads of messages that refer to each other (RFC 5256 §3, REFERENCES). The steps
 * are those of the RFC.
 *
 * @module
 */

import type { Session } from "../../wire/mod.ts";
import type { ThreadMessage } from "./thread.ts";
import { flatten, leader, sortSiblings, type Thread } from "./thread_tree.ts";

interface Node extends Thread {
  parent: Node | undefined;
  children: Node[];
}

/** Takes messages one after the other, then tells their threads. */
export class ReferenceThreader {
  readonly #byId = new Map<string, Node>();
  /** Messages without an identifier, or with one that another had before. */
  readonly #nameless: Node[] = [];

  /**
   * Step 1.
   *
   * @param id Of the message.
   * @param references The identifiers it refers to, oldest first.
   */
  add(
    message: ThreadMessage,
    id: string | undefined,
    references: readonly string[],
  ): void {
    let parent: Node | undefined;
    for (const reference of references) {
      const node = this.#node(reference);
      // 1.A: a link that is there is not changed, and none makes a loop.
      if (parent && !node.parent) link(parent, node);
      parent = node;
    }
    const node = this.#take(message, id);
    // 1.B: the message's own word counts more than what others said of it.
    if (node.parent !== parent) unlink(node);
    if (parent && !node.parent) link(parent, node);
  }

  /**
   * Steps 2 to 6. Nothing may be added afterwards.
   *
   * @param pause Lets others have their turn between the steps.
   */
  *threads(pause: () => Session<void>): Session<Thread[]> {
    const roots = [...this.#byId.values(), ...this.#nameless]
      .filter((node) => !node.parent);
    const pruned = prune(roots);
    yield* pause();
    for (const thread of pruned) {
      if (!thread.message) sortSiblings(thread.children);
    }
    sortSiblings(pruned);
    yield* pause();
    const merged = mergeSubjects(pruned);
    yield* pause();
    // Step 6: the youngest siblings first, since a thread without a message is sorted by its first child.
    for (const thread of flatten(merged).reverse()) {
      sortSiblings(thread.children);
    }
    sortSiblings(merged);
    yield* pause();
    return merged;
  }

  #node(id: string): Node {
    let node = this.#byId.get(id);
    if (node === undefined) {
      node = { message: undefined, parent: undefined, children: [] };
      this.#byId.set(id, node);
    }
    return node;
  }

  #take(message: ThreadMessage, id: string | undefined): Node {
    const node = id === undefined ? undefined : this.#node(id);
    if (node && !node.message) {
      node.message = message;
      return node;
    }
    const nameless: Node = { message, parent: undefined, children: [] };
    this.#nameless.push(nameless);
    return nameless;
  }
}

function link(parent: Node, child: Node): void {
  if (isAbove(child, parent)) return;
  child.parent = parent;
  parent.children.push(child);
}

function unlink(child: Node): void {
  const { parent } = child;
  if (!parent) return;
  parent.children.splice(parent.children.indexOf(child), 1);
  child.parent = undefined;
}

/** True when `node` is `below`, or above it. */
function isAbove(node: Node, below: Node): boolean {
  if (node === below) return true;
  if (node.children.length === 0) return false;
  let at: Node | undefined = below;
  while (at && at !== node) at = at.parent;
  return at === node;
}

/** Step 3: takes out what stands for messages that are not there. */
function prune(roots: readonly Node[]): Thread[] {
  for (const thread of flatten(roots).reverse()) {
    thread.children = thread.children.flatMap((child) =>
      child.message ? [child] : child.children
    );
  }
  // Children of a root without a message stay together, unless there is but one.
  return roots.flatMap((root): Thread[] => {
    if (root.message || root.children.length > 1) return [root];
    return root.children;
  });
}

/** Step 5: gathers threads with one subject. */
function mergeSubjects(threads: readonly Thread[]): Thread[] {
  const table = subjectTable(threads);
  const merged = new Set(threads);
  for (const thread of threads) {
    const subject = leader(thread)?.subject;
    const other = subject ? table.get(subject) : undefined;
    if (!subject || !other || other === thread) continue;
    merged.delete(thread);
    if (!other.message && !thread.message) {
      other.children.push(...thread.children);
    } else if (!other.message || isAnswer(thread) && !isAnswer(other)) {
      other.children.push(thread);
    } else {
      const both: Thread = { message: undefined, children: [other, thread] };
      merged.delete(other);
      merged.add(both);
      table.set(subject, both);
    }
  }
  return [...merged];
}

/** Step 5.B: for each subject the thread that the others join. */
function subjectTable(threads: readonly Thread[]): Map<string, Thread> {
  const table = new Map<string, Thread>();
  for (const thread of threads) {
    const subject = leader(thread)?.subject;
    if (!subject) continue;
    const known = table.get(subject);
    const better = known === undefined ||
      known.message &&
        (!thread.message || isAnswer(known) && !isAnswer(thread));
    if (better) table.set(subject, thread);
  }
  return table;
}

function isAnswer(thread: Thread): boolean {
  return thread.message?.isReply ?? false;
}

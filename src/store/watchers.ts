/** Who wants to hear of changes; kept apart from open mailboxes, which come and go. */

import type { Change } from "./store.ts";
import type { Log } from "./surroundings.ts";

type Listener = (change: Change) => void;

export class Watchers {
  readonly #log: Log;
  /** By account and mailbox. */
  readonly #listeners = new Map<string, Map<string, Set<Listener>>>();

  constructor(log: Log) {
    this.#log = log;
  }

  isWatched(account: string): boolean {
    return this.#listeners.has(account);
  }

  /** @returns A function that ends it. */
  add(account: string, mailbox: string, listener: Listener): () => void {
    // Two watchers may share one function.
    const own: Listener = (change) => listener(change);
    const mailboxes = this.#listeners.get(account) ?? new Map();
    const listeners = mailboxes.get(mailbox) ?? new Set();
    this.#listeners.set(account, mailboxes.set(mailbox, listeners.add(own)));
    return () => {
      if (!listeners.delete(own)) return;
      if (listeners.size === 0) mailboxes.delete(mailbox);
      if (mailboxes.size === 0) this.#listeners.delete(account);
    };
  }

  announce(account: string, mailbox: string, change: Change): void {
    const listeners = this.#listeners.get(account)?.get(mailbox) ?? [];
    for (const listener of [...listeners]) {
      try {
        listener(change);
      } catch (error) {
        // One watcher's fault is not the others'.
        this.#log("store.watcher-failed", { account, error: String(error) });
      }
    }
  }
}

/** Who wants to hear of changes; kept apart from open mailboxes, which come and go. */

import type { Log } from "./surroundings.ts";

/** @template C What they hear of. */
export class Watchers<C> {
  readonly #log: Log;
  /** By account and what of it they watch: a mailbox's id, or "" for the list. */
  readonly #listeners = new Map<
    string,
    Map<string, Set<(change: C) => void>>
  >();

  constructor(log: Log) {
    this.#log = log;
  }

  isWatched(account: string): boolean {
    return this.#listeners.has(account);
  }

  /** @returns A function that ends it. */
  add(
    account: string,
    mailbox: string,
    listener: (change: C) => void,
  ): () => void {
    // Two watchers may share one function.
    const own = (change: C) => listener(change);
    const mailboxes = this.#listeners.get(account) ?? new Map();
    const listeners = mailboxes.get(mailbox) ?? new Set();
    this.#listeners.set(account, mailboxes.set(mailbox, listeners.add(own)));
    return () => {
      if (!listeners.delete(own)) return;
      if (listeners.size === 0) mailboxes.delete(mailbox);
      if (mailboxes.size === 0) this.#listeners.delete(account);
    };
  }

  announce(account: string, mailbox: string, change: C): void {
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

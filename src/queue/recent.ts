/** A bounded memory of what recent messages hold: most are delivered before it is full. */

import type { Entry } from "./entry.ts";

export class RecentMessages {
  readonly #limit: number;
  #entries = new Set<Entry>();
  #size = 0;

  /** @param limit Octets in all. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Remembers what `entry.recent` holds; forgets the oldest for it. */
  add(entry: Entry): void {
    this.#entries.add(entry);
    this.#size += weight(entry);
    for (const oldest of this.#entries) {
      if (this.#size <= this.#limit) break;
      this.forget(oldest);
    }
  }

  forget(entry: Entry): void {
    if (!this.#entries.delete(entry)) return;
    this.#size -= weight(entry);
    entry.recent = undefined;
  }
}

/** What an envelope takes, more or less. */
const ENVELOPE = 1024;

function weight(entry: Entry): number {
  return ENVELOPE + (entry.recent?.octets?.buffer.byteLength ?? 0);
}

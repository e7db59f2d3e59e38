/** A bounded memory of what recent messages hold: most are delivered before it is full. */

import type { Envelope } from "./spool.ts";

/** What is kept of a recent message so that it need not be read again. */
export interface Recent {
  readonly envelope: Envelope;
  /** Absent for a message in a file of its own. */
  readonly octets: Uint8Array | undefined;
}

export class RecentMessages {
  readonly #limit: number;
  /** By the messages' ids, the oldest first. */
  readonly #messages = new Map<string, Recent>();
  #size = 0;

  /** @param limit Octets in all. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get(id: string): Recent | undefined {
    return this.#messages.get(id);
  }

  /** Remembers a message; forgets the oldest for it. */
  add(id: string, recent: Recent): void {
    this.#messages.set(id, recent);
    this.#size += weight(recent);
    for (const oldest of this.#messages.keys()) {
      if (this.#size <= this.#limit) break;
      this.forget(oldest);
    }
  }

  forget(id: string): void {
    const recent = this.#messages.get(id);
    if (recent === undefined) return;
    this.#messages.delete(id);
    this.#size -= weight(recent);
  }
}

/** What an envelope takes, more or less. */
const ENVELOPE = 1024;

function weight({ octets }: Recent): number {
  return ENVELOPE + (octets?.buffer.byteLength ?? 0);
}

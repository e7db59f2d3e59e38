/**
 * One slow ticker for the deadlines of all connections.
 *
 * A timer a read would cost more than the read; here setting a deadline is one
 * assignment, and it is late by at most {@linkcode TICK} milliseconds.
 */

export const TICK = 500;

export class Deadline {
  /** Milliseconds of `performance.now()`; Infinity while nothing is waited for. */
  at = Infinity;

  constructor(readonly expire: () => void) {}
}

export class Deadlines {
  #all = new Set<Deadline>();
  #timer: ReturnType<typeof setInterval> | undefined;

  add(expire: () => void): Deadline {
    const deadline = new Deadline(expire);
    this.#all.add(deadline);
    this.#timer ??= setInterval(() => this.#tick(), TICK);
    return deadline;
  }

  remove(deadline: Deadline): void {
    this.#all.delete(deadline);
    if (this.#all.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    const now = performance.now();
    for (const deadline of this.#all) {
      if (deadline.at > now) continue;
      deadline.at = Infinity;
      deadline.expire();
    }
  }
}

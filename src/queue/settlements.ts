/** Those who wait until a destination of a message is settled. */

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (reason: Error) => void;
}

export class Settlements {
  #waiters = new Map<string, Waiter[]>();

  /** Resolves when `settled` is called for it; rejects when the spool closes first. */
  wait(id: string, destination: string): Promise<void> {
    const key = `${id} ${destination}`;
    return new Promise((resolve, reject) => {
      const waiters = this.#waiters.get(key);
      if (waiters) waiters.push({ resolve, reject });
      else this.#waiters.set(key, [{ resolve, reject }]);
    });
  }

  settled(id: string, destinations: readonly string[]): void {
    if (this.#waiters.size === 0) return;
    for (const destination of destinations) {
      const key = `${id} ${destination}`;
      for (const { resolve } of this.#waiters.get(key) ?? []) resolve();
      this.#waiters.delete(key);
    }
  }

  close(): void {
    for (const [key, waiters] of this.#waiters) {
      const closed = new Error(
        `Cannot wait for "${key}" to be settled: the spool is closed`,
      );
      for (const { reject } of waiters) reject(closed);
    }
    this.#waiters.clear();
  }
}

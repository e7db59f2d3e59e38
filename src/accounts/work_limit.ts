/** A bound on work that costs memory: a few at once, some waiting, no more. */

/** So much work waits already that more is refused; try later. */
export class TooBusy extends Error {
  override name = "TooBusy";
}

/** Runs tasks, at most `atOnce` at a time; at most `waiting` more stand in line. */
export class WorkLimit {
  #running = 0;
  readonly #line: (() => void)[] = [];

  constructor(readonly atOnce: number, readonly waiting: number) {}

  /**
   * Runs `task` when its turn comes.
   *
   * @throws {TooBusy} When the line is full.
   */
  async run<T>(task: () => Promise<T>): Promise<T> {
    await this.#turn();
    try {
      return await task();
    } finally {
      this.#leave();
    }
  }

  #turn(): Promise<void> | void {
    if (this.#running < this.atOnce) {
      this.#running++;
      return;
    }
    if (this.#line.length >= this.waiting) {
      throw new TooBusy("Cannot check a password: too many are being checked");
    }
    return new Promise((resolve) => this.#line.push(resolve));
  }

  /** Hands the place over to the next in line: freeing it first would let others slip in. */
  #leave(): void {
    const next = this.#line.shift();
    if (next) next();
    else this.#running--;
  }
}

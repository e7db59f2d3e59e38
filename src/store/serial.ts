/** A queue of one: work that must not overlap. */
export class Serial {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs `work` when all that was given before has ended, well or not. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }
}

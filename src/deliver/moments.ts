/**
 * The moments of messages, in the order of time: a binary heap in two arrays, because
 * there may be 100,000 of them. Nothing is taken out before its moment: who is told of
 * one that holds no more passes over it.
 */

export class Moments {
  #dues = new Float64Array(256);
  readonly #ids: string[] = [];

  get size(): number {
    return this.#ids.length;
  }

  /** The first moment, in milliseconds since 1970; Infinity when there is none. */
  get first(): number {
    return this.#ids.length > 0 ? this.#dues[0]! : Infinity;
  }

  add(due: number, id: string): void {
    let seat = this.#ids.length;
    if (seat === this.#dues.length) this.#grow();
    while (seat > 0) {
      const above = (seat - 1) >> 1;
      if (this.#dues[above]! <= due) break;
      this.#move(above, seat);
      seat = above;
    }
    this.#dues[seat] = due;
    this.#ids[seat] = id;
  }

  /** Takes out the first; returns the message's id. */
  take(): string | undefined {
    const first = this.#ids[0];
    const id = this.#ids.pop();
    const size = this.#ids.length;
    if (id === undefined || size === 0) return first;
    const due = this.#dues[size]!;
    let seat = 0;
    for (;;) {
      const left = 2 * seat + 1;
      const right = left + 1;
      const isRight = right < size && this.#dues[right]! < this.#dues[left]!;
      const below = isRight ? right : left;
      if (below >= size || this.#dues[below]! >= due) break;
      this.#move(below, seat);
      seat = below;
    }
    this.#dues[seat] = due;
    this.#ids[seat] = id;
    return first;
  }

  clear(): void {
    this.#ids.length = 0;
  }

  #move(from: number, to: number): void {
    this.#dues[to] = this.#dues[from]!;
    this.#ids[to] = this.#ids[from]!;
  }

  #grow(): void {
    const grown = new Float64Array(Math.ceil(1.5 * this.#dues.length));
    grown.set(this.#dues);
    this.#dues = grown;
  }
}

/** A binary heap whose items know their seat, so that any of them can be taken out. */

export interface Seated {
  /** Its place in the heap; -1 while it is in none. One heap at a time. */
  seat: number;
}

export class Heap<T extends Seated> {
  readonly #items: T[] = [];
  readonly #isBefore: (a: T, b: T) => boolean;

  /** @param isBefore The order: what is before all others comes first. */
  constructor(isBefore: (a: T, b: T) => boolean) {
    this.#isBefore = isBefore;
  }

  get size(): number {
    return this.#items.length;
  }

  get first(): T | undefined {
    return this.#items[0];
  }

  add(item: T): void {
    this.#items.push(item);
    this.#rise(item, this.#items.length - 1);
  }

  take(): T | undefined {
    const first = this.#items[0];
    if (first !== undefined) this.remove(first);
    return first;
  }

  /** Takes out an item that is in this heap. */
  remove(item: T): void {
    const seat = item.seat;
    const last = this.#items.pop()!;
    item.seat = -1;
    if (last === item) return;
    this.#rise(last, seat);
    this.#sink(last, last.seat);
  }

  #rise(item: T, seat: number): void {
    while (seat > 0) {
      const above = (seat - 1) >> 1;
      const parent = this.#items[above]!;
      if (!this.#isBefore(item, parent)) break;
      this.#sit(parent, seat);
      seat = above;
    }
    this.#sit(item, seat);
  }

  #sink(item: T, seat: number): void {
    for (;;) {
      const child = this.#firstChild(seat);
      if (child === undefined || !this.#isBefore(child, item)) break;
      const below = child.seat;
      this.#sit(child, seat);
      seat = below;
    }
    this.#sit(item, seat);
  }

  #firstChild(seat: number): T | undefined {
    const left = this.#items[2 * seat + 1];
    const right = this.#items[2 * seat + 2];
    return left && right && this.#isBefore(right, left) ? right : left;
  }

  #sit(item: T, seat: number): void {
    this.#items[seat] = item;
    item.seat = seat;
  }
}

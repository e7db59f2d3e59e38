/**
 * Numbers that were found out about the messages of a view, for as long as it is open.
 *
 * @module
 */

/** Stands for what is not known, and for NaN. */
const UNKNOWN = 0;
const NONE = -1;
/** Makes what is kept greater than 0. */
const ABOVE = 2 ** 30;

const EMPTY = new Int32Array(0);

/**
 * A whole number, or NaN, for each message, as far as it is known; one that is too large
 * stays unknown. It takes 8 octets a message at most.
 */
export class Column {
  #kept = EMPTY;

  /** @param sequence From 1. */
  get(sequence: number): number | undefined {
    const kept = this.#kept[sequence - 1];
    if (kept === undefined || kept === UNKNOWN) return undefined;
    return kept === NONE ? NaN : kept - ABOVE;
  }

  set(sequence: number, value: number): void {
    if (Math.abs(value) >= ABOVE) return;
    if (sequence > this.#kept.length) {
      const before = this.#kept;
      this.#kept = new Int32Array(Math.max(sequence, 2 * before.length));
      this.#kept.set(before);
    }
    this.#kept[sequence - 1] = Number.isNaN(value) ? NONE : value + ABOVE;
  }

  /** Messages went, and those behind them moved up. @param isGone Asked by places from 0. */
  close(isGone: (place: number) => boolean): void {
    if (this.#kept.length === 0) return;
    let end = 0;
    for (let place = 0; place < this.#kept.length; place++) {
      if (!isGone(place)) this.#kept[end++] = this.#kept[place]!;
    }
    this.#kept = this.#kept.slice(0, end);
  }
}

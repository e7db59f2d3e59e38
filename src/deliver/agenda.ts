/** What happens later: in the order of time, with one timer for all of it. */

import { Heap, type Seated } from "./heap.ts";

export interface Timed extends Seated {
  /** Milliseconds since 1970. */
  due: number;
}

/** Calls `run` once after `milliseconds`; what it returns takes that back. */
export type SetTimer = (run: () => void, milliseconds: number) => () => void;

/** A timer may not be set for longer than 2^31 ms, and a clock may be set: it looks now and then. */
const LONGEST = 60 * 60 * 1000;

export class Agenda<T extends Timed> {
  readonly #heap = new Heap<T>((a, b) => a.due < b.due);
  readonly #now: () => number;
  readonly #setTimer: SetTimer;
  readonly #come: (item: T) => void;
  readonly #done: () => void;
  #cancel: (() => void) | undefined;
  #wakes = Infinity;

  /** @param events `come` is called for each that is due, `done` after the last of a moment. */
  constructor(
    clock: { readonly now: () => number; readonly setTimer: SetTimer },
    events: { readonly come: (item: T) => void; readonly done: () => void },
  ) {
    this.#now = clock.now;
    this.#setTimer = clock.setTimer;
    this.#come = events.come;
    this.#done = events.done;
  }

  get size(): number {
    return this.#heap.size;
  }

  add(item: T): void {
    this.#heap.add(item);
    if (item.due < this.#wakes) this.#set();
  }

  remove(item: T): void {
    this.#heap.remove(item);
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#wakes = -Infinity;
  }

  #set(): void {
    this.#cancel?.();
    const first = this.#heap.first!;
    const now = this.#now();
    const wait = Math.min(LONGEST, Math.max(0, first.due - now));
    this.#wakes = now + wait;
    this.#cancel = this.#setTimer(() => this.#wake(), wait);
  }

  #wake(): void {
    this.#cancel = undefined;
    this.#wakes = Infinity;
    const now = this.#now();
    for (
      let first = this.#heap.first;
      first !== undefined && first.due <= now;
      first = this.#heap.first
    ) {
      this.#heap.remove(first);
      this.#come(first);
    }
    if (this.#heap.size > 0) this.#set();
    this.#done();
  }
}

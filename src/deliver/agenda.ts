/** What happens later: in the order of time, with one timer for all of it. */

import { Heap, type Seated } from "./heap.ts";
import { Moments } from "./moments.ts";

export interface Timed extends Seated {
  /** Milliseconds since 1970. */
  due: number;
}

/** Calls `run` once after `milliseconds`; what it returns takes that back. */
export type SetTimer = (run: () => void, milliseconds: number) => () => void;

export interface AgendaEvents<T> {
  /** The moment of an item has come; it is in the agenda no more. */
  readonly come: (item: T) => void;
  /** A moment of message `id` has come, or one that it once had. */
  readonly remind: (id: string) => void;
  /** Called after the last of a moment. */
  readonly done: () => void;
}

/** A timer may not be set for longer than 2^31 ms, and a clock may be set: it looks now and then. */
const LONGEST = 60 * 60 * 1000;

export class Agenda<T extends Timed> {
  readonly #heap = new Heap<T>((a, b) => a.due < b.due);
  readonly #moments = new Moments();
  readonly #now: () => number;
  readonly #setTimer: SetTimer;
  readonly #events: AgendaEvents<T>;
  #cancel: (() => void) | undefined;
  #wakes = Infinity;

  constructor(
    clock: { readonly now: () => number; readonly setTimer: SetTimer },
    events: AgendaEvents<T>,
  ) {
    this.#now = clock.now;
    this.#setTimer = clock.setTimer;
    this.#events = events;
  }

  /** Reminders to come. */
  get reminders(): number {
    return this.#moments.size;
  }

  add(item: T): void {
    this.#heap.add(item);
    if (item.due < this.#wakes) this.#set();
  }

  remove(item: T): void {
    this.#heap.remove(item);
  }

  /** Reminds of message `id` at `due`, in milliseconds since 1970. It cannot be taken back. */
  addReminder(due: number, id: string): void {
    this.#moments.add(due, id);
    if (due < this.#wakes) this.#set();
  }

  forgetReminders(): void {
    this.#moments.clear();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#wakes = -Infinity;
  }

  get #first(): number {
    return Math.min(this.#heap.first?.due ?? Infinity, this.#moments.first);
  }

  #set(): void {
    this.#cancel?.();
    const now = this.#now();
    const wait = Math.min(LONGEST, Math.max(0, this.#first - now));
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
      this.#events.come(first);
    }
    while (this.#moments.first <= now) {
      this.#events.remind(this.#moments.take()!);
    }
    if (this.#first < Infinity) this.#set();
    this.#events.done();
  }
}

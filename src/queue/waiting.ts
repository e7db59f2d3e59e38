/** A destination that a message waits for, and what is known of it, kept small. */

import { type Noted, progressOf } from "./said.ts";
import type { Progress } from "./spool.ts";

export class Waiting {
  readonly key: string;
  /** The next destination of the same message: nearly always there is none. */
  after: Waiting | undefined;
  #attempts = 0;
  #next = 0;
  /** From the last attempt to the next: unlike a time of day it is part of this object. */
  #pause: number | undefined = undefined;
  /** Undefined while nothing is known. */
  #said: string | undefined = undefined;

  constructor(key: string, after: Waiting | undefined) {
    this.key = key;
    this.after = after;
  }

  note({ attempts, next, last, said }: Omit<Noted, "key">): void {
    this.#attempts = attempts;
    this.#next = next;
    this.#pause = last === undefined ? undefined : next - last;
    this.#said = said;
  }

  forget(): void {
    this.#said = undefined;
  }

  get progress(): Progress | undefined {
    const [attempts, next, said] = [this.#attempts, this.#next, this.#said];
    if (said === undefined) return undefined;
    const last = this.#pause === undefined ? undefined : next - this.#pause;
    return progressOf({ attempts, next, last, said });
  }
}

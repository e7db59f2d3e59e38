/**
 * Which messages a searched text may be in, as the store's index of texts knows it, for
 * the length of one command.
 *
 * @module
 */

import type { Mailbox } from "../store/mod.ts";
import { type Session, work } from "../wire/mod.ts";

export class Texts {
  readonly #index: Mailbox["text"];
  /** By text, folded; undefined where every message may have it. */
  readonly #candidates = new Map<string, ReadonlySet<number> | undefined>();

  constructor(index: Mailbox["text"]) {
    this.#index = index;
  }

  /** False when the message cannot have `text`; the first question about a text has to be waited for. */
  mayHold(uid: number, text: string): boolean | Session<boolean> {
    return this.#candidates.has(text)
      ? this.#tell(uid, text)
      : this.#ask(uid, text);
  }

  *#ask(uid: number, text: string): Session<boolean> {
    const found = yield* work(() => this.#index.candidates(text));
    this.#candidates.set(text, found);
    return this.#tell(uid, text);
  }

  #tell(uid: number, text: string): boolean {
    return this.#candidates.get(text)?.has(uid) ?? true;
  }
}

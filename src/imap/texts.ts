/**
 * Which messages have a searched text, as the store's index of texts knows it, for the
 * length of one command.
 *
 * @module
 */

import type { Mailbox, TextMatches } from "../store/mod.ts";
import { type Session, work } from "../wire/mod.ts";

/** Where a text is looked for: headers are those of parts and enclosed messages, too. */
export type Where = "bodies" | "headers" | "either";

/** Whether a message has a text; undefined where it has to be read to tell. */
export type Held = boolean | undefined;

export class Texts {
  readonly #index: Mailbox["text"];
  /** By text, folded; undefined where nothing is known. */
  readonly #matches = new Map<string, TextMatches | undefined>();

  constructor(index: Mailbox["text"]) {
    this.#index = index;
  }

  /** The first question about a text has to be waited for. */
  holds(uid: number, text: string, where: Where): Held | Session<Held> {
    return this.#matches.has(text)
      ? tell(this.#matches.get(text), uid, where)
      : this.#ask(uid, text, where);
  }

  *#ask(uid: number, text: string, where: Where): Session<Held> {
    const found = yield* work(() => this.#index.find(text));
    this.#matches.set(text, found);
    return tell(found, uid, where);
  }
}

function tell(
  matches: TextMatches | undefined,
  uid: number,
  where: Where,
): Held {
  if (matches === undefined) return undefined;
  const { inBodies, inHeaders, unsure } = matches;
  const isHeld = where !== "headers" && inBodies.has(uid) ||
    where !== "bodies" && inHeaders.has(uid);
  return isHeld || (unsure.has(uid) ? undefined : false);
}

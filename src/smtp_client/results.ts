/**
 * The results of one transmission while they come in, one a recipient.
 *
 * @module
 */

import type { Reply } from "../mail/mod.ts";
import { isDone } from "./client_session.ts";
import type { ClientResult, ClientStep } from "./transmission.ts";

/** What is said of a result besides the reply. */
type About = Partial<Omit<ClientResult, "kind" | "reply" | "step">>;

export class Results {
  readonly #results: (ClientResult | undefined)[];

  constructor(recipients: number) {
    this.#results = new Array(recipients).fill(undefined);
  }

  /** Notes what became of recipient `index`. The first word counts. */
  settle(
    index: number,
    step: ClientStep,
    reply: Reply,
    about: About = {},
  ): void {
    this.#results[index] ??= {
      kind: kindOf(reply),
      reply,
      step,
      spoken: true,
      dsn: false,
      ...about,
    };
  }

  /** The same for all of `indices`. */
  settleAll(
    indices: Iterable<number>,
    step: ClientStep,
    reply: Reply,
    about: About = {},
  ): void {
    for (const index of indices) this.settle(index, step, reply, about);
  }

  isSettled(index: number): boolean {
    return this.#results[index] !== undefined;
  }

  /** Recipients of whom nothing is known yet. */
  open(): number[] {
    return [...this.#results.keys()].filter((index) => !this.isSettled(index));
  }

  /** All of them, when all are settled. */
  all(): readonly ClientResult[] {
    return this.#results.map((result) => result!);
  }
}

/** For good or for now: by the enhanced code (RFC 3463 §2), else by the first digit (RFC 5321 §4.2.1). */
function kindOf(reply: Reply): ClientResult["kind"] {
  if (isDone(reply)) return "sent";
  const status = reply.enhanced ?? String(reply.code);
  return status.startsWith("5") ? "failed" : "later";
}

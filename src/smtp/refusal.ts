/**
 * A refusal that can be thrown: the reply goes out, the session goes on.
 *
 * @module
 */

import type { Reply } from "../mail/mod.ts";

/** Ends a command with `reply`. Everything else thrown in a command is our own fault. */
export class Refusal extends Error {
  override name = "Refusal";

  constructor(readonly reply: Reply) {
    super(`${reply.code} ${reply.lines[0]}`);
  }
}

/** Throws `reply` as a {@linkcode Refusal}. */
export function refuse(reply: Reply): never {
  throw new Refusal(reply);
}

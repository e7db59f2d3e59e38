/**
 * Opens a message by its number in the maildrop.
 *
 * @module
 */

import { type Session, work } from "../wire/mod.ts";
import type { Maildrop } from "./maildrop.ts";
import type { OpenMessage } from "./open_message.ts";
import { Refusal } from "./reply.ts";
import { replies } from "./replies.ts";

/**
 * Opens message `number`; the caller closes it.
 *
 * @throws {Refusal} When there is none, when it is deleted, or when another program removed it.
 */
export function* openNumber(
  maildrop: Maildrop,
  number: number,
): Session<OpenMessage> {
  const meta = maildrop.message(number);
  try {
    return yield* work(() => maildrop.open(meta));
  } catch (error) {
    // By name: the protocol folders know the store by its types only.
    if (!(error instanceof Error && error.name === "NoSuchMessage")) {
      throw error;
    }
    // The next login is without the message: a trouble that passes (RFC 3206 §4).
    throw new Refusal(replies.vanished);
  }
}

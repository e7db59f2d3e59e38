/**
 * One FETCH response (RFC 9051 §7.5.2).
 *
 * @module
 */

import type { Session } from "../../wire/mod.ts";
import type { Message } from "../message.ts";
import type { Output } from "../output.ts";
import type { FetchAttribute, MessageContext } from "../rows.ts";
import { Refusal } from "../status.ts";
import { run } from "./read_octets.ts";

/**
 * Writes `* 3 FETCH (…)` with all attributes of one message.
 *
 * An attribute that is refused (the message is gone, an encoding is not known) is left
 * out, and the response stays grammatical; what is thrown by any other is no refusal
 * and leaves a response behind that nobody can end.
 *
 * @param head What stands before the parenthesis: `* 3 FETCH `, `* 7 UIDFETCH `.
 * @returns The first refusal, for the tagged response.
 */
export function* writeFetch(
  out: Output,
  head: string,
  attributes: readonly FetchAttribute[],
  message: Message,
  context: MessageContext,
): Session<Refusal | undefined> {
  let refusal: Refusal | undefined;
  // An empty list is not in the grammar: where nothing can be told, nothing is sent.
  let before = `${head}(`;
  for (const attribute of attributes) {
    out.words(before);
    try {
      yield* run(attribute.write(out, message, context));
      before = " ";
    } catch (error) {
      const isClean = error instanceof Refusal && out.takeBack(before);
      if (!isClean) throw error;
      refusal ??= error;
    }
  }
  if (before === " ") {
    out.words(")");
    out.end();
  }
  yield* out.relieve();
  return refusal;
}

/**
 * One FETCH response (RFC 9051 §7.5.2).
 *
 * @module
 */

import {
  Disconnected,
  type Session,
  ShuttingDown,
  TimedOut,
} from "../../wire/mod.ts";
import { ResponseCutShort } from "../fault.ts";
import type { Message } from "../message.ts";
import type { Output } from "../output.ts";
import type { FetchAttribute, MessageContext } from "../rows.ts";
import { Refusal } from "../status.ts";

/**
 * Writes `* 3 FETCH (…)` with all attributes of one message.
 *
 * An attribute that is refused (the message is gone, an encoding is not known) is left
 * out, and so is one that fails: the response stays grammatical.
 *
 * @param head What stands before the parenthesis: `* 3 FETCH `, `* 7 UIDFETCH `.
 * @returns The first refusal, for the tagged response.
 * @throws {ResponseCutShort} When an attribute fails in its middle: nobody can end that response.
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
      const writing = attribute.write(out, message, context);
      if (writing) yield* writing;
      before = " ";
    } catch (error) {
      const isClean = out.takeBack(before);
      if (!isClean) throw cutShort(error);
      if (!(error instanceof Refusal)) {
        if (before === " ") end(out);
        throw error;
      }
      refusal ??= error;
    }
  }
  if (before === " ") end(out);
  if (out.isFull) yield* out.relieve();
  return refusal;
}

function end(out: Output): void {
  out.words(")");
  out.end();
}

function cutShort(error: unknown): unknown {
  // What ends the session anyway goes its own way.
  const isFault = error instanceof Error &&
    !(error instanceof Disconnected || error instanceof TimedOut ||
      error instanceof ShuttingDown || error instanceof ResponseCutShort);
  return isFault
    ? new ResponseCutShort("Cannot finish a FETCH response", { cause: error })
    : error;
}

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

/** What stands before the parenthesis: `* 3 FETCH `, `* 7 UIDFETCH `. */
export interface Head {
  readonly number: number;
  readonly word: "FETCH" | "UIDFETCH";
}

/**
 * Writes `* 3 FETCH (…)` with all attributes of one message.
 *
 * An attribute that is refused (the message is gone, an encoding is not known) is left
 * out, and so is one that fails: the response stays grammatical.
 *
 * @param head What stands in front.
 * @returns The first refusal, for the tagged response; a session where something has to be waited for.
 * @throws {ResponseCutShort} When an attribute fails in its middle: nobody can end that response.
 */
export function writeFetch(
  out: Output,
  head: Head,
  attributes: readonly FetchAttribute[],
  message: Message,
  context: MessageContext,
): undefined | Session<Refusal | undefined> {
  // An empty list is not in the grammar: where nothing can be told, nothing is sent.
  let isEmpty = true;
  for (let at = 0; at < attributes.length; at++) {
    const before = out.position;
    introduce(out, head, isEmpty);
    const begun = out.position;
    const writing = begin(attributes[at]!, out, message, context);
    if (writing) {
      const started = { isEmpty, before, begun, writing };
      const rest = attributes.slice(at + 1);
      return writeRest(out, head, started, rest, message, context);
    }
    isEmpty = false;
  }
  if (!isEmpty) end(out);
  return out.isFull ? relieve(out) : undefined;
}

/** An attribute that has begun. */
interface Started {
  /** True for the first. */
  readonly isEmpty: boolean;
  /** Positions: where what introduces it begins, and where itself. */
  readonly before: number;
  readonly begun: number;
  readonly writing: void | Session<void>;
}

/** Goes on with a response in which something has to be waited for. */
function* writeRest(
  out: Output,
  head: Head,
  first: Started,
  attributes: readonly FetchAttribute[],
  message: Message,
  context: MessageContext,
): Session<Refusal | undefined> {
  let refusal: Refusal | undefined;
  let { isEmpty, before, begun, writing } = first;
  for (let next = 0;; next++) {
    try {
      if (writing) yield* writing;
      isEmpty = false;
    } catch (error) {
      const isClean = out.position === begun && out.takeBack(before);
      if (!isClean) throw cutShort(error);
      if (!(error instanceof Refusal)) {
        if (!isEmpty) end(out);
        throw error;
      }
      refusal ??= error;
    }
    if (next === attributes.length) break;
    before = out.position;
    introduce(out, head, isEmpty);
    begun = out.position;
    writing = begin(attributes[next]!, out, message, context);
  }
  if (!isEmpty) end(out);
  if (out.isFull) yield* out.relieve();
  return refusal;
}

/** What fails at once fails when it is waited for. */
function begin(
  attribute: FetchAttribute,
  out: Output,
  message: Message,
  context: MessageContext,
): void | Session<void> {
  try {
    return attribute.write(out, message, context);
  } catch (error) {
    return failing(error);
  }
}

// deno-lint-ignore require-yield -- it throws at once
function* failing(error: unknown): Session<void> {
  throw error;
}

function* relieve(out: Output): Session<undefined> {
  yield* out.relieve();
}

function introduce(
  out: Output,
  { number, word }: Head,
  isEmpty: boolean,
): void {
  if (!isEmpty) return out.words(" ");
  out.words("* ");
  out.number(number);
  out.words(word === "FETCH" ? " FETCH (" : " UIDFETCH (");
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

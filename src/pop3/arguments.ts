/**
 * Arguments of commands (RFC 1939 §3: separated by one space; more are forgiven).
 *
 * @module
 */

import { err, Refusal } from "./reply.ts";
import type { Command } from "./command.ts";

/** Throws the refusal of a command whose arguments do not fit its syntax. */
export function refuseSyntax(command: Pick<Command, "syntax">): never {
  throw new Refusal(err(`syntax: ${command.syntax}`));
}

/**
 * The words of `args`, at least `least` and at most `most`.
 *
 * @throws {Refusal} When there are fewer or more.
 */
export function words(
  command: Pick<Command, "syntax">,
  args: string,
  least: number,
  most: number,
): string[] {
  const found = args.split(" ").filter((word) => word !== "");
  if (found.length < least || found.length > most) refuseSyntax(command);
  return found;
}

/** Refuses arguments where there may be none. */
export function noArguments(
  command: Pick<Command, "syntax">,
  args: string,
): void {
  words(command, args, 0, 0);
}

/**
 * Reads a message number or a count of lines. It may be 0, or larger than any message's.
 *
 * @throws {Refusal} When `word` is anything but digits.
 */
export function parseNumber(
  command: Pick<Command, "syntax">,
  word: string,
): number {
  if (!/^[0-9]+$/.test(word)) refuseSyntax(command);
  return Number(word);
}

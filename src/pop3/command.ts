/**
 * What a command is: one row of the list in `commands.ts`, one file in `commands/`.
 *
 * @module
 */

import type { Session } from "../wire/mod.ts";
import type { Pop3Session, State } from "./pop3_session.ts";
import type { Reply } from "./reply.ts";

/** A command's reply; undefined where it has sent its own, such as a message. */
export type Outcome = Reply | undefined;

export interface Command {
  /** In upper case. */
  readonly verb: string;
  /** As a person would write it; it stands in the reply to a command with wrong arguments. */
  readonly syntax: string;
  /** Where the command is legal; elsewhere it is refused and changes nothing. */
  readonly states: readonly State[];
  /** Runs it. `args` is what follows the verb and one space: a byte string, its spaces kept. */
  readonly run: (s: Pop3Session, args: string) => Outcome | Session<Outcome>;
}

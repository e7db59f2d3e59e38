/**
 * What a command and an extension are: rows of the lists in `commands.ts` and
 * `extensions.ts` (RFC 5321 §2.2 for what an extension may define).
 *
 * @module
 */

import type { Reply } from "../mail/mod.ts";
import type { Session } from "../wire/mod.ts";
import type { ListenerKind } from "./setting.ts";
import type { MailParameters, RcptParameters } from "./transaction.ts";
import type { SmtpSession } from "./smtp_session.ts";

/** One reply, or several (LMTP answers DATA once a recipient), or none where all was said. */
export type Outcome = Reply | readonly Reply[];

/** How far a dialogue must have come. */
export type Stage = "hello" | "mail" | "rcpt";

export interface Command {
  /** In upper case. */
  readonly verb: string;
  /** For HELP and 501. A syntax that is the verb alone takes no arguments. */
  readonly syntax: string;
  /** What must have happened before; otherwise 503. */
  readonly after?: Stage;
  /** Where it is known; everywhere when absent. */
  readonly on?: readonly ListenerKind[];
  /** True for commands that move no mail forward; too many in a row end the connection. */
  readonly idle?: true;
  /** True for commands that HELP does not name. */
  readonly hidden?: true;
  /** Runs it. `args` is what follows the verb, a byte string without space around it. */
  readonly run: (
    s: SmtpSession,
    args: string,
  ) => Outcome | Session<Outcome>;
}

/** Reads a parameter's value (undefined without "=") into `into`, or throws a Refusal. */
export type Parameter<T> = (
  into: T,
  value: string | undefined,
  s: SmtpSession,
) => void;

export interface Extension {
  readonly keyword: string;
  readonly rfc: string;
  /** What follows the keyword in the EHLO reply; undefined where it is not offered (now). */
  readonly advertise: (s: SmtpSession) => string | undefined;
  readonly commands?: readonly Command[];
  readonly mailParams?: Readonly<Record<string, Parameter<MailParameters>>>;
  readonly rcptParams?: Readonly<Record<string, Parameter<RcptParameters>>>;
}

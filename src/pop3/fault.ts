/**
 * What an error that a command threw means for the client, for the session, for the log.
 *
 * @module
 */

import {
  BareLineEnd,
  Disconnected,
  LineTooLong,
  ShuttingDown,
  TimedOut,
} from "../wire/mod.ts";
import { logEvent, type Pop3Session } from "./pop3_session.ts";
import { err, Refusal, type Reply } from "./reply.ts";
import { replies } from "./replies.ts";
import { MessageCutShort } from "./send_message.ts";

/** What a command that threw is answered; what ends the session is thrown again. */
export function replyTo(s: Pop3Session, error: unknown): Reply {
  if (error instanceof Refusal) return error.reply;
  if (error instanceof LineTooLong) return replies.lineTooLong;
  if (error instanceof BareLineEnd) return replies.bareLineEnd;
  if (endsSession(error)) throw error;
  logFault(s, error);
  return replies.trouble;
}

/** The last words of a session that cannot go on; nothing is removed (RFC 1939 §3, §6). */
export function farewell(s: Pop3Session, error: unknown): Reply | undefined {
  if (error instanceof TimedOut) return err(s.setting.timeout_message);
  if (error instanceof ShuttingDown) return replies.shuttingDown;
  if (!(error instanceof Disconnected)) logFault(s, error);
  return undefined;
}

/** Logs what went wrong on our side, with its stack; the peer hears nothing of it. */
export function logFault(s: Pop3Session, error: unknown): void {
  logEvent(s, "pop3.fault", {
    level: "error",
    error: textOf(error),
    ...(error instanceof Error && error.cause !== undefined
      ? { cause: textOf(error.cause) }
      : {}),
  });
}

function textOf(error: unknown): string {
  // Too many guesses at a time are no bug, and a stack for each would fill the disk.
  if (error instanceof Error && error.name === "TooBusy") {
    return "too many logins at a time";
  }
  return error instanceof Error ? error.stack ?? error.message : `${error}`;
}

function endsSession(error: unknown): boolean {
  return error instanceof Disconnected || error instanceof TimedOut ||
    error instanceof ShuttingDown || error instanceof MessageCutShort;
}

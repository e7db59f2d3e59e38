/**
 * The dialogue: greet, then read a command, run its row, reply, until the end
 * (RFC 5321 §3.1, §4.3).
 *
 * @module
 */

import type { Reply } from "../mail/mod.ts";
import {
  BareLineEnd,
  Disconnected,
  flush,
  limits,
  LineTooLong,
  type Link,
  type Session,
  ShuttingDown,
  TimedOut,
  type Wire,
} from "../wire/mod.ts";
import { checkCommand } from "./check_command.ts";
import { parseCommandLine } from "./command_line.ts";
import { commandsFor } from "./commands.ts";
import { extensions } from "./extensions.ts";
import { faultReply, isEnding } from "./fault.ts";
import { Refusal } from "./refusal.ts";
import * as replies from "./replies.ts";
import type { Outcome } from "./rows.ts";
import type { SmtpSetting } from "./setting.ts";
import {
  forgetTransaction,
  sendReply,
  type SmtpSession,
} from "./smtp_session.ts";

/** Serves one connection, from the greeting to its end. Never throws. */
export function* smtpSession(
  wire: Wire,
  link: Link,
  setting: SmtpSetting,
): Session<void> {
  const s = openSession(wire, link, setting);
  const { listener, serverName, messages } = setting;
  sendReply(
    s,
    replies.greeting(listener.kind, serverName, messages.start_greeting),
  );
  try {
    while (yield* exchange(s)) if (wire.isFull) yield* flush();
  } catch (error) {
    farewell(s, error);
  } finally {
    forgetTransaction(s);
  }
}

function openSession(
  wire: Wire,
  link: Link,
  setting: SmtpSetting,
): SmtpSession {
  wire.patience = setting.limits.idle;
  return {
    wire,
    link,
    setting,
    commands: commandsFor(setting.listener.kind),
    extensions,
    hello: undefined,
    login: undefined,
    transaction: undefined,
    errors: 0,
    idleCommands: 0,
    authFailures: 0,
  };
}

/** One command and what answers it; false when the connection ends with that. */
function* exchange(s: SmtpSession): Session<boolean> {
  const outcome = yield* answer(s);
  const all = Array.isArray(outcome) ? outcome : [outcome as Reply];
  const last = all.at(-1);
  const final = last && overLimit(s, last);
  for (const one of final ? [final] : all) sendReply(s, one);
  const code = (final ?? last)?.code;
  // RFC 5321 §4.2.1: both say that the channel closes.
  return code !== 221 && code !== 421;
}

function* answer(s: SmtpSession): Session<Outcome> {
  try {
    const line = yield* s.wire.command(limits.smtp.authLine);
    const { verb, args } = parseCommandLine(line);
    const command = s.commands.get(verb);
    if (!command) return replies.unknownCommand;
    checkCommand(s, command, args, line.length);
    s.idleCommands = command.idle ? s.idleCommands + 1 : 0;
    const outcome = command.run(s, args);
    return "next" in outcome ? yield* outcome : outcome;
  } catch (error) {
    if (error instanceof Refusal) return error.reply;
    if (error instanceof LineTooLong) return replies.lineTooLong;
    if (error instanceof BareLineEnd) return replies.bareLineEnd;
    if (isEnding(error)) throw error;
    return faultReply(s, error);
  }
}

/** Counts refusals; the reply that goes out instead when there were too many. */
function overLimit(s: SmtpSession, last: Reply): Reply | undefined {
  const { errors, idleCommands } = s.setting.limits;
  if (last.code >= 500 && ++s.errors > errors) return replies.tooManyErrors;
  return s.idleCommands > idleCommands ? replies.tooManyIdle : undefined;
}

function farewell(s: SmtpSession, error: unknown): void {
  if (error instanceof TimedOut) {
    sendReply(s, replies.timedOut(s.setting.messages.timeout_message));
  } else if (error instanceof ShuttingDown) {
    sendReply(s, replies.shuttingDown);
  } else if (!(error instanceof Disconnected)) {
    sendReply(s, faultReply(s, error));
  }
}

/**
 * The POP3 dialogue: greet, then one command after the other (RFC 1939 §3 to §6).
 *
 * @module
 */

import { asciiUpper } from "../bytes/mod.ts";
import { limits, type Link, type Session, type Wire } from "../wire/mod.ts";
import type { Outcome } from "./command.ts";
import { commands } from "./commands.ts";
import { farewell, replyTo } from "./fault.ts";
import {
  newSession,
  patienceOf,
  type Pop3Session,
  releaseMaildrop,
  stateOf,
} from "./pop3_session.ts";
import { ok, type Reply, sendReply, statusLine } from "./reply.ts";
import { replies } from "./replies.ts";
import type { Pop3Setting } from "./setting.ts";

/** Serves one connection; ends when it may be closed. Never throws, whatever the peer sends. */
export function* pop3Session(
  wire: Wire,
  link: Link,
  setting: Pop3Setting,
): Session<void> {
  const s = newSession(wire, link, setting);
  try {
    wire.sendLine(greeting(s));
    while (!s.closing) yield* turn(s);
  } catch (error) {
    const last = farewell(s, error);
    if (last !== undefined) wire.sendLine(statusLine(last));
  } finally {
    // Also when the driver drops the session: a maildrop is never left locked.
    releaseMaildrop(s);
  }
}

function greeting(s: Pop3Session): string {
  const text = s.setting.start_greeting;
  return statusLine(ok(
    s.challenge === undefined ? text : `${text} ${s.challenge}`.trimStart(),
  ));
}

/** One command and its reply. */
function* turn(s: Pop3Session): Session<void> {
  s.wire.patience = patienceOf(s);
  let reply: Outcome;
  try {
    reply = yield* runLine(s, yield* s.wire.command(longestLine(s)));
  } catch (error) {
    reply = replyTo(s, error);
  }
  if (reply === undefined) return;
  yield* sendReply(s.wire, countError(s, reply));
}

/** RFC 5034 §4 lengthens the line of AUTH, which is a command of the AUTHORIZATION state only. */
function longestLine(s: Pop3Session): number {
  return stateOf(s) === "authorization"
    ? limits.pop3.authLine
    : limits.pop3.commandLine;
}

function* runLine(s: Pop3Session, line: string): Session<Outcome> {
  const space = line.indexOf(" ");
  const verb = asciiUpper(space < 0 ? line : line.slice(0, space));
  const command = commands.get(verb);
  if (command === undefined) return replies.unknownCommand;
  if (line.length + 2 > limits.pop3.commandLine && verb !== "AUTH") {
    return replies.lineTooLong;
  }
  const state = stateOf(s);
  if (!command.states.includes(state)) {
    return state === "authorization"
      ? replies.onlyAfterLogin
      : replies.onlyBeforeLogin;
  }
  const outcome = command.run(s, space < 0 ? "" : line.slice(space + 1));
  return isSession(outcome) ? yield* outcome : outcome;
}

function isSession(
  outcome: Outcome | Session<Outcome>,
): outcome is Session<Outcome> {
  return outcome !== undefined && "next" in outcome;
}

/** Ends the session of a client that makes too many mistakes or guesses passwords. */
function countError(s: Pop3Session, reply: Reply): Reply {
  if (reply.ok) return reply;
  if (s.authFailures >= s.setting.max_auth_failures) s.closing = true;
  // Other codes tell of our troubles, which are no mistakes of the client.
  if (reply.code !== undefined && reply.code !== "AUTH") return reply;
  s.errors++;
  if (s.errors < s.setting.max_errors) return reply;
  s.closing = true;
  return replies.tooManyErrors;
}

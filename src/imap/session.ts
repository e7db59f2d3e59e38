/**
 * The IMAP dialogue: greet, then one command after the other (RFC 9051 §3, §5.5, §7.1).
 *
 * @module
 */

import type { Link, Session, Wire } from "../wire/mod.ts";
import { capabilities } from "./capabilities.ts";
import { commands } from "./commands.ts";
import { brokenLine, complete, skipRest } from "./completion.ts";
import { farewell, statusOf } from "./fault.ts";
import {
  commandLimitsOf,
  type ImapSession,
  newSession,
  patienceOf,
  stateOf,
} from "./imap_session.ts";
import type { Command, Outcome } from "./rows.ts";
import { Scanner } from "./scanner.ts";
import type { ImapSetting } from "./setting.ts";
import { bad, BadSyntax, ok, Refusal, type Status } from "./status.ts";
import { tell, type Tellable, tellChanges } from "./tell_changes.ts";

/** Serves one connection; ends when it may be closed. Never throws, whatever the peer sends. */
export function* imapSession(
  wire: Wire,
  link: Link,
  setting: ImapSetting,
): Session<void> {
  const s = newSession(wire, link, setting);
  try {
    tell(s, `OK [${capabilities(s)}] ${setting.start_greeting}`);
    while (!s.closing) yield* turn(s);
  } catch (error) {
    const last = farewell(s, error);
    if (last !== undefined) tell(s, `BYE ${last}`);
  } finally {
    // Also when the driver drops the session: nobody listens to a mailbox in vain.
    s.selected?.close();
  }
}

/** One command and its responses. */
function* turn(s: ImapSession): Session<void> {
  s.wire.patience = patienceOf(s);
  const bounds = commandLimitsOf(s);
  let line: string;
  try {
    line = yield* s.wire.command(bounds.line);
  } catch (error) {
    const status = brokenLine(error);
    if (status === undefined) throw error;
    return complete(s, "*", status);
  }
  // Apple's Mail sends one more CRLF than it should after an IDLE or a literal.
  if (line === "") return;
  yield* runLine(s, new Scanner(s.wire, line, bounds));
}

function* runLine(s: ImapSession, scanner: Scanner): Session<void> {
  s.tag = "*";
  let row: Command | undefined;
  let status: Status;
  let hint: string | undefined;
  try {
    s.tag = scanner.tag();
    scanner.space();
    row = findRow(s, scanner);
    const outcome = row.run(s, scanner);
    status = (isSession(outcome) ? yield* outcome : outcome) ??
      ok(`${row.name} completed`);
  } catch (error) {
    s.out.endTogether();
    status = brokenLine(error) ?? statusOf(s, error);
    if (error instanceof BadSyntax) hint = row?.syntax;
    if (!(yield* skipRest(scanner))) {
      s.closing = true;
      // RFC 7888 §4, §5: the one way not to read what is coming.
      tell(s, "BYE [TOOBIG] A literal is too long to be passed over");
    }
  }
  if (!s.closing) yield* tellChanges(s, whatMayBeTold(row));
  complete(s, s.tag, status, hint);
  yield* upgrade(s);
}

/** What a command allows to be told before its tagged response. */
function whatMayBeTold(row: Command | undefined): Tellable {
  return {
    expunges: row !== undefined && !row.keepsNumbers,
    // RFC 9051 §6.4.9: in each FETCH that a UID command leads to.
    uids: row?.name.startsWith("UID ") ?? false,
  };
}

/** STARTTLS and COMPRESS: whatever follows their OK is said over another connection. */
function* upgrade(s: ImapSession): Session<void> {
  const to = s.afterCompletion;
  s.afterCompletion = undefined;
  if (to !== undefined) yield* s.wire.upgrade(to);
}

function findRow(s: ImapSession, scanner: Scanner): Command {
  let name = scanner.word("a command");
  if (name === "UID") {
    scanner.space();
    name = `UID ${scanner.word("a command")}`;
  }
  const row = commands.get(name);
  if (row === undefined) throw new BadSyntax(`unknown command ${name}`);
  const state = stateOf(s);
  if (row.states.includes(state)) return row;
  throw new Refusal(bad(`${name} is not for the ${state} state`, "CLIENTBUG"));
}

function isSession(
  outcome: Outcome | Session<Outcome>,
): outcome is Session<Outcome> {
  return outcome !== undefined && "next" in outcome;
}

/** QUIT: ends the session; after login it first removes what DELE marked (RFC 1939 §4, §6). */

import { type Session, work } from "../../wire/mod.ts";
import { noArguments } from "../arguments.ts";
import type { Command } from "../command.ts";
import { logFault } from "../fault.ts";
import type { Maildrop } from "../maildrop.ts";
import {
  logEvent,
  type Pop3Session,
  releaseMaildrop,
} from "../pop3_session.ts";
import { ok, type Reply } from "../reply.ts";
import { replies } from "../replies.ts";

export const quit: Command = {
  verb: "QUIT",
  syntax: "QUIT",
  states: ["authorization", "transaction"],
  *run(s, args) {
    noArguments(quit, args);
    s.closing = true;
    s.wire.peerIsDone = true;
    const reply = s.maildrop === undefined
      ? ok(s.setting.end_greeting)
      : yield* update(s, s.maildrop);
    // Before the reply leaves: whoever has read it may log in again at once.
    releaseMaildrop(s);
    return reply;
  },
};

/** The UPDATE state. */
function* update(s: Pop3Session, maildrop: Maildrop): Session<Reply> {
  try {
    yield* work(() => maildrop.markSeen());
  } catch (error) {
    // Only a courtesy: the mail is there, and removing goes on.
    logFault(s, error);
  }
  try {
    const removed = yield* work(() => maildrop.update(s.setting.fake_dele_cmd));
    logEvent(s, "pop3.quit", { removed, left: maildrop.count });
    return ok(`${s.setting.end_greeting} (${left(maildrop.count)})`);
  } catch (error) {
    logFault(s, error);
    return replies.notRemoved;
  }
}

function left(count: number): string {
  if (count === 0) return "maildrop empty";
  return count === 1 ? "1 message left" : `${count} messages left`;
}

/** REPLACE: a new message in the place of another, in one command (RFC 8508). */

import type { Session } from "../../wire/mod.ts";
import { readAll } from "../commands/append.ts";
import { targetMailbox } from "../existing_mailbox.ts";
import { type ImapSession, selectedOf } from "../imap_session.ts";
import { readMailbox } from "../mailbox_name.ts";
import { workOn } from "../progress.ts";
import type { Command, Extension } from "../rows.ts";
import { SELECTED } from "../states.ts";
import { no, ok, Refusal } from "../status.ts";
import { type By, refuseGone, refuseReadOnly, targetsOf } from "../targets.ts";
import { EVERYTHING, tell, tellChanges } from "../tell_changes.ts";

function replace(name: string, by: By): Command {
  return {
    name,
    syntax: `${name} number mailbox [(flag ...)] [date-time] literal`,
    states: SELECTED,
    *run(s, scanner) {
      scanner.space();
      const number = scanner.positive();
      scanner.space();
      const to = yield* readMailbox(s, scanner);
      scanner.space();
      refuseReadOnly(s);
      const old = oldUid(s, number, by);
      const mailbox = yield* targetMailbox(s, to);
      const [meta] = yield* readAll(s, scanner, mailbox, 1);
      // RFC 8508 §3.4: the new one first, so that a crash leaves both and loses none.
      yield* expungeOld(s, old);
      tell(s, `OK [APPENDUID ${mailbox.uidValidity} ${meta!.uid}] Replaced`);
      yield* tellChanges(s, EVERYTHING);
      return ok(`${name} completed`);
    },
  };
}

function oldUid(s: ImapSession, number: number, by: By): number {
  const set = { kind: "ranges", ranges: [[number, number]] } as const;
  const targets = targetsOf(s, set, by);
  refuseGone(targets);
  const [message] = targets.messages;
  if (message !== undefined) return message.meta.uid;
  throw new Refusal(no("There is no such message", "NONEXISTENT"));
}

function expungeOld(s: ImapSession, uid: number): Session<void> {
  const { mailbox } = selectedOf(s);
  return workOn(s, () => mailbox.expunge([uid]));
}

export const replacing: Extension = {
  rfc: "RFC 8508",
  announce: (s) => s.login === undefined ? [] : ["REPLACE"],
  commands: [replace("REPLACE", "sequence"), replace("UID REPLACE", "uid")],
};

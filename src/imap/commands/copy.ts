/**
 * COPY and MOVE, by number and by UID (RFC 9051 §6.4.7, §6.4.8; RFC 4315 and RFC 6851 in
 * IMAP4rev1).
 */

import type { Mailbox, UidPair } from "../../store/mod.ts";
import type { Session } from "../../wire/mod.ts";
import { targetMailbox } from "../existing_mailbox.ts";
import { type ImapSession, selectedOf } from "../imap_session.ts";
import { readMailbox } from "../mailbox_name.ts";
import type { Command } from "../rows.ts";
import { workOn } from "../progress.ts";
import { formatSet } from "../sequence_set.ts";
import { SELECTED } from "../states.ts";
import { ok } from "../status.ts";
import { type By, refuseGone, refuseReadOnly, targetsOf } from "../targets.ts";
import { EVERYTHING, tell, tellChanges } from "../tell_changes.ts";

export const copy: Command = transfer("COPY", "sequence");
export const uidCopy: Command = transfer("UID COPY", "uid");
export const move: Command = transfer("MOVE", "sequence");
export const uidMove: Command = transfer("UID MOVE", "uid");

function transfer(name: string, by: By): Command {
  const moves = name.endsWith("MOVE");
  return {
    name,
    syntax: `${name} sequence-set mailbox`,
    states: SELECTED,
    *run(s, scanner) {
      scanner.space();
      const set = scanner.sequenceSet();
      scanner.space();
      const to = yield* readMailbox(s, scanner);
      scanner.end();
      if (moves) refuseReadOnly(s);
      const targets = targetsOf(s, set, by);
      const mailbox = yield* targetMailbox(s, to);
      // All or nothing (RFC 9051 §6.4.7); UIDs that are not there are passed over.
      if (by === "sequence") refuseGone(targets);
      const uids = targets.messages.map(({ meta }) => meta.uid);
      const pairs = yield* run(s, uids, mailbox, moves);
      const code = copyUid(mailbox, pairs);
      if (!moves || code === undefined) return ok(`${name} completed`, code);
      // RFC 6851 §4.3: before the EXPUNGEs, so that the client knows where they went.
      tell(s, `OK [${code}] Moved`);
      yield* tellChanges(s, EVERYTHING);
      return ok(`${name} completed`, highestModseq(s));
    },
  };
}

function run(
  s: ImapSession,
  uids: readonly number[],
  to: Mailbox,
  moves: boolean,
): Session<readonly UidPair[]> {
  const { mailbox } = selectedOf(s);
  return workOn(
    s,
    () => moves ? mailbox.move(uids, to.name) : mailbox.copy(uids, to.name),
  );
}

/** RFC 9051 §7.1: both sets in the same order; nothing where nothing was copied. */
function copyUid(
  { uidValidity }: Mailbox,
  pairs: readonly UidPair[],
): string | undefined {
  if (pairs.length === 0) return undefined;
  const from = formatSet(pairs.map((pair) => pair.from));
  const to = formatSet(pairs.map((pair) => pair.to));
  return `COPYUID ${uidValidity} ${from} ${to}`;
}

/** RFC 7162 §3.2.7. */
function highestModseq(s: ImapSession): string | undefined {
  return s.enabled.has("QRESYNC")
    ? `HIGHESTMODSEQ ${selectedOf(s).highestModseq}`
    : undefined;
}

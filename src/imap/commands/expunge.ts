/** EXPUNGE and UID EXPUNGE (RFC 9051 §6.4.3, §6.4.9; RFC 7162 §3.2.7). */

import type { Session } from "../../wire/mod.ts";
import { deletedUids } from "../deleted_uids.ts";
import { type ImapSession, selectedOf } from "../imap_session.ts";
import { workOn } from "../progress.ts";
import type { Command } from "../rows.ts";
import { SELECTED } from "../states.ts";
import { ok, type Status } from "../status.ts";
import { refuseReadOnly, targetsOf } from "../targets.ts";
import { EVERYTHING, tellChanges } from "../tell_changes.ts";

export const expunge: Command = {
  name: "EXPUNGE",
  syntax: "EXPUNGE",
  states: SELECTED,
  *run(s, scanner) {
    scanner.end();
    refuseReadOnly(s);
    return yield* expungeUids(s, "EXPUNGE", deletedUids(selectedOf(s)));
  },
};

export const uidExpunge: Command = {
  name: "UID EXPUNGE",
  syntax: "UID EXPUNGE sequence-set",
  states: SELECTED,
  *run(s, scanner) {
    scanner.space();
    const set = scanner.sequenceSet();
    scanner.end();
    refuseReadOnly(s);
    const { messages } = targetsOf(s, set, "uid");
    const meant = new Set(messages.map(({ meta }) => meta.uid));
    const uids = deletedUids(selectedOf(s), (uid) => meant.has(uid));
    return yield* expungeUids(s, "UID EXPUNGE", uids);
  },
};

function* expungeUids(
  s: ImapSession,
  name: string,
  uids: readonly number[],
): Session<Status> {
  const selected = selectedOf(s);
  if (uids.length > 0) {
    yield* workOn(s, () => selected.mailbox.expunge(uids));
  }
  yield* tellChanges(s, EVERYTHING);
  // RFC 7162 §3.2.7: so that the client can remember up to where it has heard all.
  const code = s.enabled.has("QRESYNC") && uids.length > 0
    ? `HIGHESTMODSEQ ${selected.highestModseq}`
    : undefined;
  return ok(`${name} completed`, code);
}

/**
 * SELECT and EXAMINE: open a mailbox (RFC 9051 §6.3.2, §6.3.3; RFC 3501 §6.3.1;
 * RFC 7162 §3.1.2, §3.2.5 for CONDSTORE and QRESYNC).
 */

import { type Session, work } from "../../wire/mod.ts";
import { type ImapSession, userOf } from "../imap_session.ts";
import { existingMailbox } from "../existing_mailbox.ts";
import { parseMailbox, readSpelling } from "../mailbox_name.ts";
import { workOn } from "../progress.ts";
import type { Command } from "../rows.ts";
import { readSelectOptions, tellResync } from "../select_options.ts";
import { openSelected, type Selected } from "../selected.ts";
import { AFTER_LOGIN } from "../states.ts";
import { ok, type Status } from "../status.ts";
import { closeSelected, tell, tellKnownFlags } from "../tell_changes.ts";
import { tellOpened } from "../tell_mailbox.ts";

export const select: Command = opener("SELECT", false);
export const examine: Command = opener("EXAMINE", true);

function opener(name: string, readOnly: boolean): Command {
  return {
    name,
    syntax: `${name} mailbox`,
    states: AFTER_LOGIN,
    *run(s, scanner) {
      scanner.space();
      const spelled = yield* readSpelling(scanner);
      const mailboxName = parseMailbox(s, spelled);
      const options = readSelectOptions(s, scanner);
      scanner.end();
      // RFC 9051 §6.3.2: whatever comes of it, the old mailbox is closed.
      closeSelected(s);
      if (options.condstore) s.enabled.add("CONDSTORE");
      const mailbox = yield* existingMailbox(s, mailboxName);
      yield* workOn(s, () => mailbox.refresh());
      const user = userOf(s);
      const selected = yield* work(() => openSelected(user, mailbox, readOnly));
      s.selected = selected;
      yield* introduce(s, selected);
      yield* tellOpened(s, mailbox.name, spelled);
      if (options.resync) yield* tellResync(s, selected, options.resync);
      return completion(selected);
    },
  };
}

function* introduce(s: ImapSession, selected: Selected): Session<void> {
  const { mailbox, view } = selected;
  const rev2 = s.enabled.has("IMAP4REV2");
  tellKnownFlags(s, selected);
  tell(s, `${view.count} EXISTS`);
  if (!rev2) yield* claimRecent(s, selected);
  const unseen = rev2 ? undefined : firstUnseen(selected);
  if (unseen !== undefined) tell(s, `OK [UNSEEN ${unseen}] First unseen`);
  tell(s, `OK [UIDVALIDITY ${mailbox.uidValidity}] UIDs are valid`);
  tell(s, `OK [UIDNEXT ${selected.uidNext}] Predicted next UID`);
  tell(s, `OK [HIGHESTMODSEQ ${selected.highestModseq}] Highest mod-sequence`);
  tell(s, `OK [MAILBOXID (${mailbox.id})] Name of the mailbox for its life`);
}

function* claimRecent(s: ImapSession, selected: Selected): Session<void> {
  const { mailbox, view } = selected;
  const from = selected.readOnly
    ? (yield* work(() => mailbox.status())).recentFrom
    : yield* work(() => mailbox.claimRecent());
  selected.addRecent(from, view.largestUid);
  tell(s, `${selected.recentCount} RECENT`);
}

function firstUnseen({ view }: Selected): number | undefined {
  for (const { sequence, meta } of view.all()) {
    if (!meta.flags.includes("\\Seen")) return sequence;
  }
  return undefined;
}

function completion({ readOnly }: Selected): Status {
  return readOnly
    ? ok("EXAMINE completed", "READ-ONLY")
    : ok("SELECT completed", "READ-WRITE");
}

/**
 * Tells a client what changed in the selected mailbox (RFC 9051 §5.2, §7.4, §7.5;
 * RFC 7162 §3.2.10; RFC 9586).
 *
 * @module
 */

import { type Session, work } from "../wire/mod.ts";
import { MailboxDeleted } from "./fault.ts";
import type { ImapSession } from "./imap_session.ts";
import type { Selected } from "./selected.ts";
import { formatSet } from "./sequence_set.ts";
import type { Numbered } from "./view.ts";

/** What may be told now. */
export interface Tellable {
  /** False in commands during which numbers must stand (RFC 9051 §7.5.1). */
  readonly expunges: boolean;
  /** Flags are told with their UIDs. */
  readonly uids: boolean;
}

/** At a moment when numbers may change. */
export const EVERYTHING: Tellable = { expunges: true, uids: false };

/** Sends what the client does not know yet. @throws {MailboxDeleted} */
export function* tellChanges(
  s: ImapSession,
  { expunges, uids }: Tellable,
): Session<void> {
  const { selected } = s;
  if (selected?.isDeleted) throw new MailboxDeleted();
  if (!selected?.view.hasPending(expunges)) return;
  const before = selected.view.largestUid;
  const told = selected.view.pending(expunges);
  yield* tellExpunged(s, told.expunged, told.vanished);
  if (told.exists !== undefined) {
    tell(s, `${told.exists} EXISTS`);
    if (!s.enabled.has("IMAP4REV2")) yield* tellRecent(s, selected, before);
  }
  for (const message of told.changed) {
    tellFlags(s, selected, message, uids || s.enabled.has("IMAP4REV2"));
    yield* s.out.relieve();
  }
}

/** Lets go of the mailbox that is open; the client may need to be told (RFC 9051 §7.1, CLOSED). */
export function closeSelected(s: ImapSession): void {
  if (s.selected === undefined) return;
  s.selected.close();
  s.selected = undefined;
  tell(s, "OK [CLOSED] Previous mailbox is closed");
}

/** Queues one untagged response. */
export function tell(s: ImapSession, text: string): void {
  s.out.words(`* ${text}`);
  s.out.end();
}

/** VANISHED where the client asked for it (RFC 7162 §3.2.10, RFC 9586 §3.3), or one EXPUNGE each. */
function* tellExpunged(
  s: ImapSession,
  sequences: readonly number[],
  uids: readonly number[],
): Session<void> {
  if (uids.length === 0) return;
  if (s.enabled.has("QRESYNC") || s.enabled.has("UIDONLY")) {
    tell(s, `VANISHED ${formatSet(uids)}`);
    return;
  }
  for (const sequence of sequences) {
    tell(s, `${sequence} EXPUNGE`);
    yield* s.out.relieve();
  }
}

function* tellRecent(
  s: ImapSession,
  selected: Selected,
  before: number,
): Session<void> {
  const from = selected.readOnly
    ? before + 1
    : yield* work(() => selected.mailbox.claimRecent());
  selected.addRecent(Math.max(from, before + 1), selected.view.largestUid);
  tell(s, `${selected.recentCount} RECENT`);
}

/** An unsolicited FETCH with the flags of `message`; QRESYNC and IMAP4rev2 want its UID. */
export function tellFlags(
  s: ImapSession,
  selected: Selected,
  message: Numbered,
  withUid: boolean,
): void {
  const { sequence, meta } = message;
  if (selected.learn(meta.flags)) tellKnownFlags(s, selected);
  const items = [`FLAGS (${flagsOf(s, selected, message).join(" ")})`];
  const uidOnly = s.enabled.has("UIDONLY");
  if (!uidOnly && (withUid || s.enabled.has("QRESYNC"))) {
    items.unshift(`UID ${meta.uid}`);
  }
  // RFC 7162 §3.2.4: whoever knows of mod-sequences hears of each.
  if (s.enabled.has("CONDSTORE")) items.push(`MODSEQ (${meta.modseq})`);
  tell(
    s,
    uidOnly
      ? `${meta.uid} UIDFETCH (${items.join(" ")})`
      : `${sequence} FETCH (${items.join(" ")})`,
  );
}

/** The flags of a message in this session: \Recent is its own (RFC 3501 §2.3.2). */
export function flagsOf(
  s: ImapSession,
  selected: Selected,
  { meta }: Pick<Numbered, "meta">,
): readonly string[] {
  if (s.enabled.has("IMAP4REV2") || !selected.isRecent(meta.uid)) {
    return meta.flags;
  }
  return [...meta.flags, "\\Recent"];
}

/** FLAGS, and PERMANENTFLAGS: `\*` says that new keywords can be made (RFC 9051 §7.1). */
export function tellKnownFlags(s: ImapSession, selected: Selected): void {
  const flags = selected.flags.join(" ");
  tell(s, `FLAGS (${flags})`);
  const lasting = selected.readOnly ? "" : `${flags} \\*`;
  tell(s, `OK [PERMANENTFLAGS (${lasting})] Flags that last`);
}

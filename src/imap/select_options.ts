/**
 * What SELECT and EXAMINE are told beside a name: `(CONDSTORE)` (RFC 7162 §3.1.8) and
 * `(QRESYNC (…))`, the quick way to catch up (RFC 7162 §3.2.5).
 *
 * @module
 */

import { type Session, work } from "../wire/mod.ts";
import type { ImapSession } from "./imap_session.ts";
import type { Scanner } from "./scanner.ts";
import type { Selected } from "./selected.ts";
import {
  formatRanges,
  intersection,
  type NumberRange,
  rangesInclude,
  rangesOf,
  resolveRanges,
  type SequenceSet,
} from "./sequence_set.ts";
import { BadSyntax } from "./status.ts";
import { tell, tellFlags } from "./tell_changes.ts";

/** What the client knew when it was here last. */
export interface Resync {
  readonly uidValidity: number;
  readonly modseq: number;
  /** The UIDs that it knew; all where it does not say. */
  readonly known: readonly NumberRange[] | undefined;
}

export interface SelectOptions {
  readonly condstore: boolean;
  readonly resync: Resync | undefined;
}

/** Reads the parenthesised options that may follow a mailbox name. */
export function readSelectOptions(
  s: ImapSession,
  scanner: Scanner,
): SelectOptions {
  let resync: Resync | undefined;
  let condstore = false;
  if (!scanner.tryTake(" ")) return { condstore, resync };
  scanner.list(() => {
    const name = scanner.word("CONDSTORE or QRESYNC");
    if (name === "CONDSTORE") condstore = true;
    else if (name === "QRESYNC") resync = readResync(s, scanner);
    else throw new BadSyntax(`unknown option ${name}`);
  });
  return { condstore: condstore || resync !== undefined, resync };
}

function readResync(s: ImapSession, scanner: Scanner): Resync {
  // RFC 7162 §3.2.5: BAD where QRESYNC was not enabled.
  if (!s.enabled.has("QRESYNC")) throw new BadSyntax("QRESYNC is not enabled");
  scanner.space();
  scanner.open();
  const uidValidity = scanner.positive("a UIDVALIDITY");
  scanner.space();
  const modseq = scanner.number64("a mod-sequence");
  let known: readonly NumberRange[] | undefined;
  if (scanner.tryTake(" ")) {
    if (scanner.peek() !== "(") {
      known = plainRanges(scanner.sequenceSet());
      if (scanner.tryTake(" ")) skipSequenceMatch(scanner);
    } else skipSequenceMatch(scanner);
  }
  scanner.close();
  return { uidValidity, modseq, known };
}

/** RFC 7162 §3.2.5.2: a hint which numbers stand for which UIDs; it only ever spares octets. */
function skipSequenceMatch(scanner: Scanner): void {
  scanner.open();
  plainRanges(scanner.sequenceSet());
  scanner.space();
  plainRanges(scanner.sequenceSet());
  scanner.close();
}

function plainRanges(set: SequenceSet): readonly NumberRange[] {
  if (
    set.kind === "saved" ||
    set.ranges.some((range) => range.includes(Infinity))
  ) {
    throw new BadSyntax("neither $ nor * can stand in known UIDs");
  }
  return resolveRanges(set.ranges, 0);
}

/** VANISHED (EARLIER), then the flags of what changed since (RFC 7162 §3.2.5.1). */
export function* tellResync(
  s: ImapSession,
  selected: Selected,
  { uidValidity, modseq, known }: Resync,
): Session<void> {
  const { mailbox, view } = selected;
  if (mailbox.uidValidity !== uidValidity) return;
  yield* tellVanished(s, selected, modseq, known);
  for (const message of view.all()) {
    const { uid, modseq: changed } = message.meta;
    if (changed <= modseq || known && !rangesInclude(known, uid)) continue;
    tellFlags(s, selected, message, true);
    yield* s.out.relieve();
  }
}

/** UIDs that are gone since `modseq`, of those that the client knows. */
export function* tellVanished(
  s: ImapSession,
  selected: Selected,
  modseq: number,
  known: readonly NumberRange[] | undefined,
): Session<void> {
  const { mailbox, view } = selected;
  const gone = yield* work(() => mailbox.expungedSince(modseq));
  // Where nobody remembers, every UID that is not there may have been (RFC 7162 §3.2.6).
  const ranges = gone === undefined
    ? absentRanges(selected)
    : rangesOf(gone.filter((uid) => view.byUid(uid) === undefined));
  const told = known === undefined ? ranges : intersection(ranges, known);
  if (told.length > 0) tell(s, `VANISHED (EARLIER) ${formatRanges(told)}`);
}

/** The UIDs below the next one that no message has. */
function absentRanges({ view, uidNext }: Selected): readonly NumberRange[] {
  const gaps: NumberRange[] = [];
  let next = 1;
  for (const { meta: { uid } } of view.all()) {
    if (uid > next) gaps.push([next, uid - 1]);
    next = uid + 1;
  }
  if (uidNext > next) gaps.push([next, uidNext - 1]);
  return gaps;
}

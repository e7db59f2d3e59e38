/** STORE and UID STORE: change flags (RFC 9051 §6.4.6; RFC 7162 §3.1.3 for UNCHANGEDSINCE). */

import { asciiLower } from "../../bytes/mod.ts";
import type { Flag } from "../../store/mod.ts";
import type { Session } from "../../wire/mod.ts";
import { type ImapSession, selectedOf } from "../imap_session.ts";
import { workOn } from "../progress.ts";
import type { Command } from "../rows.ts";
import type { Scanner } from "../scanner.ts";
import { formatSet, type SequenceSet } from "../sequence_set.ts";
import { SELECTED } from "../states.ts";
import { BadSyntax, no, ok, type Status } from "../status.ts";
import {
  type By,
  refuseReadOnly,
  type Targets,
  targetsOf,
} from "../targets.ts";
import { tell, tellFlags, tellKnownFlags } from "../tell_changes.ts";
import type { Numbered } from "../view.ts";

type How = "add" | "remove" | "replace";

interface Change {
  readonly set: SequenceSet;
  readonly unchangedSince: number | undefined;
  readonly how: How;
  readonly silent: boolean;
  readonly flags: readonly Flag[];
}

export const store: Command = storeBy("STORE", "sequence");
export const uidStore: Command = storeBy("UID STORE", "uid");

function storeBy(name: string, by: By): Command {
  return {
    name,
    syntax:
      `${name} sequence-set [(UNCHANGEDSINCE n)] [+|-]FLAGS[.SILENT] flags`,
    states: SELECTED,
    keepsNumbers: by === "sequence",
    *run(s, scanner) {
      const change = readChange(scanner);
      refuseReadOnly(s);
      if (change.unchangedSince !== undefined) s.enabled.add("CONDSTORE");
      const targets = targetsOf(s, change.set, by);
      const modified = yield* setFlags(s, targets, change);
      yield* tellOutcome(s, targets, change, modified, by);
      return completion(s, name, targets, modified, by);
    },
  };
}

function readChange(scanner: Scanner): Change {
  scanner.space();
  const set = scanner.sequenceSet();
  scanner.space();
  let unchangedSince: number | undefined;
  if (scanner.peek() === "(") {
    unchangedSince = readUnchangedSince(scanner);
    scanner.space();
  }
  const how = scanner.tryTake("+")
    ? "add"
    : scanner.tryTake("-")
    ? "remove"
    : "replace";
  const item = scanner.word("FLAGS");
  if (item !== "FLAGS" && item !== "FLAGS.SILENT") {
    throw new BadSyntax(`unknown item ${item}`);
  }
  scanner.space();
  const flags = readFlags(scanner);
  scanner.end();
  return { set, unchangedSince, how, silent: item !== "FLAGS", flags };
}

function readUnchangedSince(scanner: Scanner): number {
  scanner.open();
  const name = scanner.word("UNCHANGEDSINCE");
  if (name !== "UNCHANGEDSINCE") {
    throw new BadSyntax(`unknown modifier ${name}`);
  }
  scanner.space();
  const modseq = scanner.number64("a mod-sequence");
  scanner.close();
  return modseq;
}

/** Flags in parentheses, or without (RFC 9051 §9, store-att-flags). */
function readFlags(scanner: Scanner): Flag[] {
  if (scanner.peek() === "(") return scanner.flagList();
  const flags = [scanner.flag()];
  while (scanner.tryTake(" ")) flags.push(scanner.flag());
  return flags;
}

function setFlags(
  s: ImapSession,
  { messages }: Targets,
  { how, flags, unchangedSince }: Change,
): Session<readonly number[]> {
  const { mailbox } = selectedOf(s);
  const uids = messages.map(({ meta }) => meta.uid);
  return workOn(
    s,
    () => mailbox.setFlags(uids, how, flags, { unchangedSince }),
  );
}

/**
 * RFC 9051 §6.4.6: the new flags of each message. SILENT spares those that are as the
 * client must think; mod-sequences it hears in any case (RFC 7162 §3.1.3).
 */
function* tellOutcome(
  s: ImapSession,
  { messages }: Targets,
  change: Change,
  modified: readonly number[],
  by: By,
): Session<void> {
  const selected = selectedOf(s);
  const { view } = selected;
  const untouched = new Set(modified);
  for (const before of messages) {
    const { uid } = before.meta;
    const after = view.byUid(uid);
    if (after === undefined || untouched.has(uid) || view.isGone(uid)) continue;
    view.toldFlags(uid);
    const known = change.silent &&
      hasFlags(after, expectedFlags(before, change));
    // A new keyword shows in FLAGS, told or not (RFC 9051 §7.3.5).
    if (selected.learn(after.meta.flags)) tellKnownFlags(s, selected);
    if (!known) tellFlags(s, selected, after, by === "uid");
    else if (s.enabled.has("CONDSTORE")) tellModseq(s, after, by);
    yield* s.out.relieve();
  }
}

function tellModseq(
  s: ImapSession,
  { sequence, meta }: Numbered,
  by: By,
): void {
  const modseq = `MODSEQ (${meta.modseq})`;
  if (s.enabled.has("UIDONLY")) tell(s, `${meta.uid} UIDFETCH (${modseq})`);
  else if (by === "uid" || s.enabled.has("QRESYNC")) {
    tell(s, `${sequence} FETCH (UID ${meta.uid} ${modseq})`);
  } else tell(s, `${sequence} FETCH (${modseq})`);
}

/** The flags that a client expects after its change, in lower case. */
function expectedFlags(
  { meta }: Numbered,
  { how, flags }: Change,
): ReadonlySet<string> {
  const given = new Set(flags.map(asciiLower));
  if (how === "replace") return given;
  const before = new Set(meta.flags.map(asciiLower));
  return how === "add" ? before.union(given) : before.difference(given);
}

function hasFlags({ meta }: Numbered, expected: ReadonlySet<string>): boolean {
  const flags = new Set(meta.flags.map(asciiLower));
  return flags.symmetricDifference(expected).size === 0;
}

function completion(
  s: ImapSession,
  name: string,
  { someGone }: Targets,
  modified: readonly number[],
  by: By,
): Status {
  if (modified.length > 0) {
    return ok(
      "Some messages changed before",
      `MODIFIED ${formatSet(numbersOf(s, modified, by))}`,
    );
  }
  // RFC 9051 §6.4.9: UIDs that are not there are passed over.
  return someGone && by === "sequence"
    ? no("Some messages are gone", "EXPUNGEISSUED")
    : ok(`${name} completed`);
}

function numbersOf(
  s: ImapSession,
  uids: readonly number[],
  by: By,
): readonly number[] {
  const { view } = selectedOf(s);
  return by === "uid"
    ? uids
    : uids.flatMap((uid) => view.byUid(uid)?.sequence ?? []);
}

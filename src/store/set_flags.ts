/** Sets flags of messages: their files are renamed, in cur/ (Maildir's rule for files with flags). */

import { lettersOf, type SubFolder, withLetters } from "./file_name.ts";
import { changedFlags, normalFlags } from "./flags.ts";
import { mapFiles } from "./in_pieces.ts";
import { isMissing, type LiveMailbox } from "./live_mailbox.ts";
import type { Entry } from "./roster.ts";
import type { Flag } from "./store.ts";

/** What a STORE says. */
export interface FlagChange {
  readonly how: "add" | "remove" | "replace";
  readonly flags: readonly Flag[];
  /** Messages that changed later are left alone (RFC 7162 §3.1.3). */
  readonly unchangedSince?: number | undefined;
}

/**
 * Durable when it resolves.
 *
 * @returns UIDs of messages that were left alone.
 * @throws {DiskError | TooManyKeywords}
 */
export async function setFlags(
  mailbox: LiveMailbox,
  uids: readonly number[],
  change: FlagChange,
): Promise<number[]> {
  return await mailbox.change(async () => {
    if (change.how !== "remove") {
      await mailbox.keywords.add(normalFlags(change.flags));
    }
    const { modified, fit } = partByModseq(mailbox, uids, change);
    const missed = await setOnce(mailbox, fit, change);
    if (missed.length > 0) {
      // Another program has renamed them, or removed them.
      await mailbox.rescan();
      await setOnce(mailbox, missed, change);
    }
    return modified.sort((a, b) => a - b);
  });
}

function partByModseq(
  { roster }: LiveMailbox,
  uids: readonly number[],
  { unchangedSince }: FlagChange,
): { modified: number[]; fit: readonly number[] } {
  if (unchangedSince === undefined) return { modified: [], fit: uids };
  const modified: number[] = [];
  const fit: number[] = [];
  for (const { meta: { uid, modseq } } of roster.select(uids)) {
    (modseq > unchangedSince ? modified : fit).push(uid);
  }
  return { modified, fit };
}

/** @returns The UIDs whose files were not where they should be. */
async function setOnce(
  mailbox: LiveMailbox,
  uids: readonly number[],
  { how, flags }: FlagChange,
): Promise<number[]> {
  const { keywords } = mailbox;
  // Many messages have the same few sets of flags.
  const known = new Map<string, string>();
  const wanted = mailbox.roster.select(uids).flatMap((entry) => {
    const old = lettersOf(entry.name);
    let letters = known.get(old);
    if (letters === undefined) {
      const changed = changedFlags(entry.meta.flags, how, flags);
      letters = keywords.lettersOf(changed, old);
      if (letters === sorted(old)) letters = old;
      known.set(old, letters);
    }
    return letters === old ? [] : [{ entry, letters }];
  });
  await mailbox.numbers.reserve(0, wanted.length);
  const put: Entry[] = [];
  const missed: number[] = [];
  const touched = new Set<SubFolder>();
  await mapFiles(wanted, async ({ entry, letters }) => {
    const flagged = await rename(mailbox, entry, letters);
    if (flagged) put.push(flagged);
    else missed.push(entry.meta.uid);
    if (flagged) touched.add("cur").add(entry.folder);
  });
  await mailbox.sync(touched);
  const changes = put.map(({ meta }) => ({ kind: "flags", meta }) as const);
  await mailbox.publish({ put, gone: [], changes });
  return missed;
}

/** Other programs write letters in an order of their own. */
function sorted(letters: string): string {
  return [...letters].sort().join("");
}

async function rename(
  mailbox: LiveMailbox,
  entry: Entry,
  letters: string,
): Promise<Entry | undefined> {
  const { keywords, numbers, surroundings: { disk } } = mailbox;
  const name = withLetters(entry.name, letters);
  const flags = keywords.flagsOf(letters);
  const meta = { ...entry.meta, flags, modseq: numbers.takeModseq() };
  const renamed: Entry = { folder: "cur", name, meta };
  try {
    await disk.rename(mailbox.path(entry), mailbox.path(renamed));
    return renamed;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

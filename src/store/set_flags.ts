/** Sets flags of messages: their files are renamed, in cur/ (Maildir's rule for files with flags). */

import { lettersOf, type SubFolder, withLetters } from "./file_name.ts";
import { changedFlags, normalFlags } from "./flags.ts";
import { isMissing, type LiveMailbox } from "./live_mailbox.ts";
import type { Entry } from "./roster.ts";
import type { Flag } from "./store.ts";

/** Durable when it resolves. @throws {DiskError | RangeError} */
export async function setFlags(
  mailbox: LiveMailbox,
  uids: readonly number[],
  how: "add" | "remove" | "replace",
  flags: readonly Flag[],
): Promise<void> {
  await mailbox.change(async () => {
    if (how !== "remove") await mailbox.keywords.add(normalFlags(flags));
    const missed = await setOnce(mailbox, uids, how, flags);
    if (missed.length === 0) return;
    // Another program has renamed them, or removed them.
    await mailbox.rescan();
    await setOnce(mailbox, missed, how, flags);
  });
}

/** @returns The UIDs whose files were not where they should be. */
async function setOnce(
  mailbox: LiveMailbox,
  uids: readonly number[],
  how: "add" | "remove" | "replace",
  flags: readonly Flag[],
): Promise<number[]> {
  const { keywords } = mailbox;
  const wanted = mailbox.roster.select(uids).flatMap((entry) => {
    const old = lettersOf(entry.name);
    const changed = changedFlags(entry.meta.flags, how, flags);
    const letters = keywords.lettersOf(changed, old);
    return letters === old ? [] : [{ entry, letters }];
  });
  await mailbox.numbers.reserve(0, wanted.length);
  const put: Entry[] = [];
  const missed: number[] = [];
  const touched = new Set<SubFolder>();
  for (const { entry, letters } of wanted) {
    const flagged = await rename(mailbox, entry, letters);
    if (flagged) put.push(flagged);
    else missed.push(entry.meta.uid);
    if (flagged) touched.add("cur").add(entry.folder);
  }
  await mailbox.sync(touched);
  const changes = put.map(({ meta }) => ({ kind: "flags", meta }) as const);
  await mailbox.publish({ put, gone: [], changes });
  return missed;
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

/** Removes messages for good. */

import { DiskError } from "../disk/mod.ts";
import { mapFiles } from "./in_pieces.ts";
import { isMissing, type LiveMailbox } from "./live_mailbox.ts";
import { waitForSpool } from "./move.ts";
import type { Entry } from "./roster.ts";

/** Durable when it resolves. @throws {DiskError} */
export async function expunge(
  mailbox: LiveMailbox,
  uids: readonly number[],
): Promise<void> {
  // Outside the queue: what is waited for may have to append to this very mailbox.
  await waitForSpool(mailbox, uids);
  await mailbox.change(async () => {
    const missed = await expungeOnce(mailbox, uids);
    if (missed.length === 0) return;
    // Another program has renamed them, or removed them.
    await mailbox.rescan();
    await expungeOnce(mailbox, missed);
  });
}

/** @returns The UIDs whose files were not where they should be. */
async function expungeOnce(
  mailbox: LiveMailbox,
  uids: readonly number[],
): Promise<number[]> {
  const entries = mailbox.roster.select(uids);
  if (entries.length === 0) return [];
  const modseq = await modseqForEnd(mailbox);
  const removed: Entry[] = [];
  const missed: number[] = [];
  await mapFiles(entries, async (entry) => {
    if (await unlink(mailbox, entry)) removed.push(entry);
    else missed.push(entry.meta.uid);
  });
  await mailbox.sync(removed.map(({ folder }) => folder));
  await mailbox.publishGone(removed, modseq);
  return missed;
}

/** On a full disk messages can be removed all the same: that is what makes room. */
async function modseqForEnd({ numbers }: LiveMailbox): Promise<number> {
  try {
    await numbers.reserve(0, 1);
    return numbers.takeModseq();
  } catch (error) {
    if (!(error instanceof DiskError) || error.fault !== "full") throw error;
    return numbers.highestModseq;
  }
}

async function unlink(mailbox: LiveMailbox, entry: Entry): Promise<boolean> {
  try {
    await mailbox.surroundings.disk.unlink(mailbox.path(entry));
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

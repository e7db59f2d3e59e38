/** Removes messages for good. */

import { DiskError } from "../disk/mod.ts";
import { deliveryIdOf } from "./file_name.ts";
import { isMissing, type LiveMailbox } from "./live_mailbox.ts";
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

/** A replay after a crash must not bring back what was removed: the spool has to forget it first. */
async function waitForSpool(
  { roster, surroundings, place }: LiveMailbox,
  uids: readonly number[],
): Promise<void> {
  const deliveries = roster.select(uids).flatMap(({ name }) =>
    deliveryIdOf(name) ?? []
  );
  await Promise.all(
    deliveries.map((id) => surroundings.settled(id, place.account)),
  );
}

/** @returns The UIDs whose files were not where they should be. */
async function expungeOnce(
  mailbox: LiveMailbox,
  uids: readonly number[],
): Promise<number[]> {
  const entries = mailbox.roster.select(uids);
  if (entries.length === 0) return [];
  const modseq = await takeModseq(mailbox);
  const removed: Entry[] = [];
  const missed: number[] = [];
  for (const entry of entries) {
    if (await unlink(mailbox, entry)) removed.push(entry);
    else missed.push(entry.meta.uid);
  }
  await mailbox.sync(removed.map(({ folder }) => folder));
  const gone = removed.map(({ meta }) => meta.uid);
  const changes = gone.map((uid) =>
    ({ kind: "expunged", uid, modseq }) as const
  );
  await mailbox.publish({ put: [], gone, changes });
  return missed;
}

/** On a full disk messages can be removed all the same: that is what makes room. */
async function takeModseq({ numbers }: LiveMailbox): Promise<number> {
  try {
    await numbers.reserve(0, 1);
    return numbers.takeModseq();
  } catch (error) {
    if (!(error instanceof DiskError) || error.fault !== "full") throw error;
    return Math.max(1, numbers.highestModseq);
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

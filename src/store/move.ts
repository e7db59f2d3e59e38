/**
 * Moves messages to another mailbox (RFC 6851): each file is renamed, so that it is here
 * or there and never lost.
 */

import { deliveryIdOf } from "./file_name.ts";
import { normalFlags } from "./flags.ts";
import { mapFiles } from "./in_pieces.ts";
import { isMissing, type LiveMailbox } from "./live_mailbox.ts";
import { copyOf, newEntry } from "./new_entry.ts";
import type { Entry } from "./roster.ts";
import type { UidPair } from "./store.ts";

interface Moved {
  readonly original: Entry;
  readonly moved: Entry;
}

/** Durable when it resolves; after an error some may have moved. @throws {DiskError | TooManyKeywords} */
export async function moveMessages(
  source: LiveMailbox,
  uids: readonly number[],
  target: LiveMailbox,
): Promise<UidPair[]> {
  const sorted = uids.toSorted((a, b) => a - b);
  // Outside the queues: what is waited for may have to append to this very mailbox.
  await waitForSpool(source, sorted);
  return await changeBoth(source, target, async () => {
    const moved = await moveOnce(source, sorted, target);
    const done = new Set(moved.map(({ original }) => original.meta.uid));
    const missed = sorted.filter((uid) =>
      !done.has(uid) && source.roster.get(uid)
    );
    if (missed.length > 0) {
      // Another program has renamed them, or removed them.
      await source.rescan();
      moved.push(...await moveOnce(source, missed, target));
    }
    return moved.map(({ original, moved: { meta } }) => (
      { from: original.meta.uid, to: meta.uid }
    ));
  });
}

/** A replay after a crash must not bring back what is gone: the spool has to forget it first. */
export async function waitForSpool(
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

/** In one order everywhere, so that no two wait for each other. */
function changeBoth<T>(
  a: LiveMailbox,
  b: LiveMailbox,
  work: () => Promise<T>,
): Promise<T> {
  if (a === b) return a.change(work);
  const [first, second] = a.place.path < b.place.path ? [a, b] : [b, a];
  return first.change(() => second.change(work));
}

async function moveOnce(
  source: LiveMailbox,
  uids: readonly number[],
  target: LiveMailbox,
): Promise<Moved[]> {
  const entries = source.roster.select(uids);
  if (entries.length === 0) return [];
  await target.numbers.reserve(entries.length, entries.length + 1);
  await source.numbers.reserve(0, 1);
  await target.keywords.add(
    normalFlags(entries.flatMap(({ meta }) => meta.flags)),
  );
  const { surroundings } = target;
  const moved: Moved[] = [];
  await mapFiles(entries, async (original) => {
    const renamed = newEntry(target, copyOf(original, surroundings));
    try {
      await surroundings.disk.rename(
        source.path(original),
        target.path(renamed),
      );
      moved.push({ original, moved: renamed });
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  });
  await target.sync(moved.map(({ moved }) => moved.folder));
  await source.sync(moved.map(({ original }) => original.folder));
  await target.publishNew(moved.map(({ moved }) => moved));
  const gone = moved.map(({ original }) => original);
  await source.publishGone(gone, source.numbers.takeModseq());
  return moved;
}

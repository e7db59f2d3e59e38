/** Copies messages by hard links: no octet is moved (RFC 9051 §6.4.7: all or none). */

import { placeAll } from "./batch.ts";
import { normalFlags } from "./flags.ts";
import { mapFiles } from "./in_pieces.ts";
import { isMissing, type LiveMailbox } from "./live_mailbox.ts";
import { copyOf, newEntry } from "./new_entry.ts";
import type { Entry } from "./roster.ts";
import type { UidPair } from "./store.ts";

/** A second name of a message's file, in the target's tmp/. */
interface Link {
  readonly original: Entry;
  readonly temporary: string;
}

/** Durable when it resolves; after an error nothing was copied. @throws {DiskError | TooManyKeywords | OverQuota} */
export async function copyMessages(
  source: LiveMailbox,
  uids: readonly number[],
  target: LiveMailbox,
): Promise<UidPair[]> {
  const entries = source.roster.select(uids.toSorted((a, b) => a - b));
  const octets = entries.reduce((sum, { meta }) => sum + meta.size, 0);
  await target.place.checkRoom(octets, entries.length);
  return await target.change(async () => {
    await target.numbers.reserve(entries.length, entries.length);
    await target.keywords.add(
      normalFlags(entries.flatMap(({ meta }) => meta.flags)),
    );
    const links: Link[] = [];
    try {
      await mapFiles(entries, async (entry) => {
        const temporary = await linkOf(source, entry, target);
        if (temporary) links.push({ original: entry, temporary });
      });
      return await place(target, links);
    } catch (error) {
      const { surroundings: { disk }, place: { path } } = target;
      for (const { temporary } of links) {
        await disk.unlink(`${path}/tmp/${temporary}`).catch(() => {});
      }
      throw error;
    }
  });
}

/** @returns The name in tmp/; undefined when there is nothing to copy any more. */
async function linkOf(
  source: LiveMailbox,
  entry: Entry,
  target: LiveMailbox,
): Promise<string | undefined> {
  const { disk, unique } = target.surroundings;
  const temporary = unique();
  const to = `${target.place.path}/tmp/${temporary}`;
  try {
    await disk.link(source.path(entry), to);
  } catch (error) {
    if (!isMissing(error)) throw error;
    // It was renamed since; or it is gone.
    const path = await source.find(entry);
    if (path === undefined) return undefined;
    await disk.link(path, to);
  }
  return temporary;
}

async function place(
  target: LiveMailbox,
  links: readonly Link[],
): Promise<UidPair[]> {
  const { surroundings } = target;
  const copies = links.map(({ original }) =>
    newEntry(target, copyOf(original, surroundings))
  );
  const placements = links.map(({ temporary }, i) => {
    const { folder, name } = copies[i]!;
    return { temporary, folder, name };
  });
  const { path } = target.place;
  if (placements.length === 1) {
    await placeOne(target, placements[0]!, copies[0]!);
  }
  if (placements.length > 1) await placeAll(surroundings, path, placements);
  await target.publishNew(copies);
  return links.map(({ original }, i) => (
    { from: original.meta.uid, to: copies[i]!.meta.uid }
  ));
}

async function placeOne(
  target: LiveMailbox,
  { temporary }: { readonly temporary: string },
  copy: Entry,
): Promise<void> {
  const { surroundings: { disk }, place: { path } } = target;
  await disk.rename(`${path}/tmp/${temporary}`, target.path(copy));
  try {
    await target.sync([copy.folder]);
  } catch (error) {
    await disk.unlink(target.path(copy)).catch(() => {});
    throw error;
  }
}

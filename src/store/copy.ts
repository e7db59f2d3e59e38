/** Copies messages by hard links: no octet is moved (RFC 9051 §6.4.7: all or none). */

import { formatFileName, type SubFolder, uniqueIdOf } from "./file_name.ts";
import { isMissing, type LiveMailbox } from "./live_mailbox.ts";
import type { Entry } from "./roster.ts";

/** Durable when it resolves; after an error nothing was copied. @throws {DiskError | RangeError} */
export async function copyMessages(
  source: LiveMailbox,
  uids: readonly number[],
  target: LiveMailbox,
): Promise<void> {
  const entries = source.roster.select(uids.toSorted((a, b) => a - b));
  await target.change(async () => {
    await target.numbers.reserve(entries.length, entries.length);
    const copies: Entry[] = [];
    try {
      for (const entry of entries) {
        copies.push(...await copyOne(source, entry, target));
      }
      await target.sync(copies.map(({ folder }) => folder));
    } catch (error) {
      await takeBack(target, copies);
      throw error;
    }
    const changes = copies.map(({ meta }) =>
      ({ kind: "appended", meta }) as const
    );
    await target.publish({ put: copies, gone: [], changes });
  });
}

async function copyOne(
  source: LiveMailbox,
  entry: Entry,
  target: LiveMailbox,
): Promise<Entry[]> {
  await target.keywords.add(entry.meta.flags);
  const copy = copyOf(entry, target);
  const { disk } = target.surroundings;
  try {
    await disk.link(source.path(entry), target.path(copy));
  } catch (error) {
    if (!isMissing(error)) throw error;
    // It was renamed since; or it is gone, and then there is nothing to copy.
    const path = await source.find(entry);
    if (path === undefined) return [];
    await disk.link(path, target.path(copy));
  }
  return [copy];
}

/** A copy is a message of its own: it carries no delivery of the spool. */
function copyOf({ meta }: Entry, target: LiveMailbox): Entry {
  const { numbers, keywords, surroundings: { unique, host } } = target;
  const { size, internalDate } = meta;
  const uid = numbers.takeUid();
  const key = `${internalDate / 1000}.Q${unique()}.${host}`;
  const letters = keywords.lettersOf(meta.flags);
  const flags = keywords.flagsOf(letters);
  const folder: SubFolder = letters === "" ? "new" : "cur";
  const told = { key, size, uid, internalDate, letters, others: "" };
  return {
    folder,
    name: formatFileName(told, folder),
    meta: {
      uid,
      size,
      flags,
      internalDate,
      modseq: numbers.takeModseq(),
      uniqueId: uniqueIdOf(key),
      savedDate: internalDate,
      emailId: meta.emailId,
    },
  };
}

async function takeBack(
  target: LiveMailbox,
  copies: readonly Entry[],
): Promise<void> {
  for (const copy of copies) {
    await target.surroundings.disk.unlink(target.path(copy)).catch(() => {});
  }
}

/**
 * Looks into a mailbox's folders and follows what other programs, or a crash, did there.
 *
 * Files without a UID, or with one that is not theirs, are renamed to carry one: what
 * is known of a message stands in its name and survives the loss of the index.
 *
 * @module
 */

import { DiskError } from "../disk/mod.ts";
import {
  compareListing,
  type Comparison,
  type Double,
  type Found,
  isLeftover,
} from "./compare_listing.ts";
import {
  type FileName,
  formatFileName,
  keyOf,
  lettersOf,
  ownEmailId,
  parseFileName,
  savedDateOf,
  servedSize,
  uniqueIdOf,
} from "./file_name.ts";
import { mapInPieces } from "./in_pieces.ts";
import type { IndexRow } from "./index.ts";
import type { Keywords } from "./keywords.ts";
import { freshKey } from "./new_entry.ts";
import { listFolders, syncFolders } from "./maildir_folders.ts";
import { countServed } from "./message_file.ts";
import type { Numbers } from "./numbers.ts";
import type { Entry, Roster } from "./roster.ts";
import type { Change } from "./store.ts";
import type { Place, Surroundings } from "./surroundings.ts";

/** What a scan needs to know of its mailbox. */
export interface Scanned {
  readonly surroundings: Surroundings;
  readonly place: Place;
  readonly roster: Roster;
  readonly numbers: Numbers;
  readonly keywords: Keywords;
  /** UIDs up to this one were shown: a file that turns up later gets one above. */
  readonly shown: number;
  /** UIDs of files whose names carry none, by what never changes in the names. */
  readonly given: ReadonlyMap<string, number>;
}

/** What is to be done to the roster, and told to watchers. */
export interface Differences {
  readonly put: readonly Entry[];
  readonly gone: readonly number[];
  readonly changes: readonly Change[];
  /** Something could not be looked at: the folders are to be looked at again. */
  readonly isPartial?: boolean;
}

/**
 * Lists the folders and compares. When there is a difference, or `sync` is set, the
 * folders are synced, so that what is shown from now on is certain.
 *
 * @throws {DiskError}
 */
export async function scanFolders(
  mailbox: Scanned,
  sync: boolean,
): Promise<Differences> {
  const { surroundings: { disk }, place: { path } } = mailbox;
  const comparison = await compare(mailbox);
  const isEqual = Object.values(comparison).every((list) => list.length === 0);
  const differences = isEqual ? NONE : await follow(mailbox, comparison);
  if (sync || !isEqual) await syncFolders(disk, path);
  return differences;
}

const NONE: Differences = { put: [], gone: [], changes: [] };

/** A file renamed during a listing may be in neither place: what is gone must be so twice. */
async function compare(
  { surroundings: { disk }, place: { path }, roster }: Scanned,
): Promise<Comparison> {
  const look = async () =>
    compareListing(roster.entries, await listFolders(disk, path));
  const first = await look();
  if (first.gone.length === 0) return first;
  const twice = new Set(first.gone);
  const second = await look();
  return { ...second, gone: second.gone.filter((entry) => twice.has(entry)) };
}

async function follow(
  mailbox: Scanned,
  comparison: Comparison,
): Promise<Differences> {
  if (hasStrangeLetters(mailbox, comparison)) await mailbox.keywords.load();
  const copies = await removeLeftovers(mailbox, comparison.doubles);
  const { renumbered, strange } = comparison;
  const { named, nameless } = await sortOut(mailbox, [
    ...renumbered.map(({ found }) => found),
    ...strange,
  ]);
  const unnumbered = [...nameless, ...copies];
  const { modseq, uids } = await takeNumbers(mailbox, unnumbered.length);
  const moved = await followMoves(mailbox, comparison.moved, modseq);
  const come = await mapInPieces([
    ...named.map(([found, uid]) => ({ found, given: { uid, modseq } })),
    ...uids.map((uid, i) => {
      const found = unnumbered[i]!;
      const { surroundings } = mailbox;
      // A copy that came with the name of its original needs one of its own.
      const key = i < nameless.length
        ? undefined
        : freshKey(surroundings, surroundings.now());
      return { found, given: { uid, modseq, key } };
    }),
  ], ({ found, given }) => takeIn(mailbox, found, given));
  const gone = renumbered.map(({ entry }) => entry).concat(comparison.gone);
  const isPartial = come.includes(undefined) || moved.includes(undefined) ||
    uids.length < unnumbered.length;
  const differences = differencesOf(
    gone,
    moved.flatMap((entry) => entry ?? []),
    come.flatMap((entry) => entry ?? []),
    modseq,
  );
  return { ...differences, isPartial };
}

function differencesOf(
  lost: readonly Entry[],
  moved: readonly Entry[],
  come: readonly Entry[],
  modseq: number,
): Differences {
  const gone = lost.map(({ meta }) => meta.uid);
  return {
    put: [...moved, ...come],
    gone,
    changes: [
      ...gone.map((uid) => ({ kind: "expunged", uid, modseq }) as const),
      ...moved.filter(({ meta }) => meta.modseq === modseq)
        .map(({ meta }) => ({ kind: "flags", meta }) as const),
      ...come.map(({ meta }) => ({ kind: "appended", meta }) as const),
    ],
  };
}

/** Another program may have named a keyword since. */
function hasStrangeLetters(
  { keywords }: Scanned,
  { moved, strange }: Comparison,
): boolean {
  const names = [...moved.map(({ found }) => found.name)];
  for (const { name } of strange) names.push(name);
  return names.some((name) => keywords.isStrange(lettersOf(name)));
}

/** Removes what a move cut in two left behind; returns the other doubles, which are copies. */
async function removeLeftovers(
  { surroundings: { disk, log }, place: { path } }: Scanned,
  doubles: readonly Double[],
): Promise<Found[]> {
  const copies: Found[] = [];
  for (const { kept, other } of doubles) {
    const [keptStat, otherStat] = await Promise.all(
      [kept, other].map(({ folder, name }) =>
        disk.stat(`${path}/${folder}/${name}`)
      ),
    );
    // One of them is gone: it was moved while we looked.
    if (!keptStat || !otherStat) continue;
    if (isLeftover(other, kept) && keptStat.size === otherStat.size) {
      const leftover = `${path}/${other.folder}/${other.name}`;
      log("store.leftover-removed", { path: leftover });
      await disk.unlink(leftover);
    } else copies.push(other);
  }
  return copies;
}

/** Parts the files whose names carry a UID of ours from those that need one. */
async function sortOut(
  { numbers, roster, shown, given }: Scanned,
  strange: readonly Found[],
): Promise<{ named: [Found, number][]; nameless: Found[] }> {
  const named = new Map<number, Found>();
  const nameless: Found[] = [];
  const sorted = [...strange].sort((a, b) => a.name < b.name ? -1 : 1);
  await mapInPieces(sorted, async (found) => {
    const uid = parseFileName(found.name)?.uid ?? given.get(keyOf(found.name));
    const isOurs = uid !== undefined && uid > shown && !named.has(uid) &&
      !roster.get(uid) && await numbers.claim(uid);
    if (isOurs) named.set(uid, found);
    else nameless.push(found);
  });
  const inOrder = [...named].sort(([a], [b]) => a - b);
  return { named: inOrder.map(([uid, found]) => [found, uid]), nameless };
}

/** On a disk that takes no more numbers, files that need one wait; the others are served. */
async function takeNumbers(
  { numbers, surroundings: { log }, place }: Scanned,
  count: number,
): Promise<{ modseq: number; uids: number[] }> {
  try {
    await numbers.reserve(count, 1);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    log("store.unnumbered", { ...about(place), count, error: error.message });
    return { modseq: Math.max(1, numbers.highestModseq), uids: [] };
  }
  const modseq = numbers.takeModseq();
  return {
    modseq,
    uids: Array.from({ length: count }, () => numbers.takeUid()),
  };
}

async function followMoves(
  mailbox: Scanned,
  moves: Comparison["moved"],
  modseq: number,
): Promise<(Entry | undefined)[]> {
  return await mapInPieces(moves, ({ entry, found }) => {
    const { uid, internalDate } = entry.meta;
    const isFlagged = lettersOf(found.name) !== lettersOf(entry.name);
    const given = isFlagged ? modseq : entry.meta.modseq;
    return takeIn(mailbox, found, { uid, internalDate, modseq: given });
  });
}

interface Given {
  readonly uid: number;
  readonly modseq: number;
  readonly key?: string | undefined;
  readonly internalDate?: number;
}

/** Makes a file a message: its name says all that is known of it. Undefined when that is impossible. */
async function takeIn(
  mailbox: Scanned,
  found: Found,
  given: Given,
): Promise<Entry | undefined> {
  const { surroundings: { log }, place } = mailbox;
  // A disk that stumbles once must not hide a message.
  for (let tries = 1;; tries++) {
    try {
      return await nameRightly(mailbox, found, given);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      if (tries < MOST_TRIES) continue;
      const path = `${found.folder}/${found.name}`;
      log("store.skipped", { ...about(place), path, error: error.message });
      return undefined;
    }
  }
}

const MOST_TRIES = 2;

async function nameRightly(
  { surroundings: { disk, log, now }, place, keywords }: Scanned,
  found: Found,
  given: Given,
): Promise<Entry | undefined> {
  const folder = `${place.path}/${found.folder}`;
  const stat = await disk.stat(`${folder}/${found.name}`);
  if (stat === undefined) return undefined;
  const told = parseFileName(found.name);
  if (stat.isDirectory || told === undefined) {
    log("store.skipped", { ...about(place), path: found.name });
    return undefined;
  }
  const { uid, modseq, key = told.key } = given;
  const { size, modified } = stat;
  const internalDate = given.internalDate ?? dateOf(told, modified || now());
  // A copy that came with the name of its original is the same message.
  const emailId = told.emailId ?? ownEmailId(told.key);
  const isForeign = told.uid === undefined || told.size !== stat.size;
  const served = isForeign
    ? await countServed(await disk.open(`${folder}/${found.name}`, "read"))
    : told.served;
  const right = { ...told, key, size, served, uid, internalDate, emailId };
  let { name } = found;
  if (!saysTheSame(told, right)) {
    name = formatFileName(right, found.folder);
    await disk.rename(`${folder}/${found.name}`, `${folder}/${name}`);
    log("store.renamed", { ...about(place), uid, name });
  }
  const flags = keywords.flagsOf(told.letters);
  const uniqueId = uniqueIdOf(key);
  const meta = {
    ...{ uid, size: served ?? size, flags, internalDate, modseq, uniqueId },
    savedDate: savedDateOf(key, internalDate),
    emailId,
  };
  return { folder: found.folder, name, meta };
}

function saysTheSame(a: FileName, b: FileName): boolean {
  return a.key === b.key && a.uid === b.uid && a.size === b.size &&
    a.internalDate === b.internalDate && a.served === b.served;
}

/** Of a file that we named, what its name says; of others, when they were made. */
function dateOf(told: FileName, modified: number): number {
  const { uid, internalDate } = told;
  return uid !== undefined && internalDate !== undefined
    ? internalDate
    : modified - modified % 1000;
}

function about({ account, name }: Place): { account: string; mailbox: string } {
  return { account, mailbox: name };
}

/** The entry of an index row, or undefined when the row contradicts the file's name. */
export function entryOf(row: IndexRow, keywords: Keywords): Entry | undefined {
  const { folder, name } = row;
  const told = parseFileName(name);
  const isRight = told?.uid === row.uid && told.size !== undefined &&
    told.internalDate !== undefined;
  if (!isRight) return undefined;
  const { key, internalDate, emailId = ownEmailId(key) } = told;
  return {
    folder,
    name,
    meta: {
      uid: row.uid,
      size: servedSize(told)!,
      flags: keywords.flagsOf(told.letters),
      internalDate: internalDate!,
      modseq: row.modseq,
      uniqueId: uniqueIdOf(key),
      savedDate: savedDateOf(key, internalDate!),
      emailId,
    },
  };
}

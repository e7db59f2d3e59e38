/**
 * Reading a segment again after a restart.
 *
 * Three kinds of octets are no record. What follows the last record of the last
 * segment was torn when the power went, before anybody was told that it is safe: it is
 * cut off. So was a hole in the last batch. Anything else was safe once and is damaged
 * now: it is copied to the quarantine, and the rest is served.
 */

import type { Buffer } from "node:buffer";
import type { Disk } from "../disk/mod.ts";
import { type Found, nextRecord, readRecord } from "./record.ts";
import { bufferOf, readWhole, type Segment } from "./segment.ts";
import type { SpoolLog } from "./spool_log.ts";

interface Gap {
  readonly from: number;
  readonly to: number;
}

export interface ReplayOptions {
  readonly disk: Disk;
  readonly quarantine: string;
  readonly log: SpoolLog;
}

/** What a segment held. */
export interface Replayed {
  readonly isDamaged: boolean;
  /**
   * The records of the last batch. Each batch but that one was synced, or there were
   * none behind it; of that one nobody can tell. A process may have died before the
   * sync, or after it failed: the system then shows octets that it will never write.
   */
  readonly unproven: readonly Found[];
}

/** Hands every record of a segment to `take`, and sets aside what is damaged. */
export async function replaySegment(
  options: ReplayOptions,
  segment: Segment,
  bytes: Buffer,
  isLast: boolean,
  take: (found: Found, segment: Segment) => void,
): Promise<Replayed> {
  const { gaps, unproven, end } = scan(bytes, segment, take);
  segment.size = end;
  const tail = { from: end, to: bytes.length };
  if (!isLast && tail.from < tail.to) gaps.push(tail);
  let isSafe = true;
  for (const gap of gaps) {
    isSafe = await setAside(options, segment, bytes, gap) && isSafe;
  }
  if (isSafe && tail.from < tail.to) await cutTail(options, segment, tail);
  return { isDamaged: gaps.length > 0, unproven };
}

/**
 * The octets of segments, one after the other, in buffers that are used again: they
 * hold until the next but one is asked for. Each is read while the one before is
 * looked at.
 */
export async function* segmentOctets(
  disk: Disk,
  segments: readonly Segment[],
): AsyncGenerator<readonly [Segment, Buffer]> {
  // Of one size, or what is outgrown stays with the allocator.
  const most = await largest(disk, segments);
  const buffers = [new Uint8Array(most), new Uint8Array(most)];
  const begin = async (i: number) => {
    const segment = segments[i];
    if (segment === undefined) return undefined;
    const file = await disk.open(segment.path, "read");
    try {
      const into = buffers[i % 2]!.subarray(0, await file.size());
      return [segment, bufferOf(await readWhole(file, 0, into))] as const;
    } finally {
      file.close();
    }
  };
  let reading = begin(0);
  for (let i = 1;; i++) {
    const one = await reading;
    if (one === undefined) return;
    reading = begin(i);
    // It is told when its turn comes, if that comes.
    reading.catch(() => {});
    yield one;
  }
}

async function largest(
  disk: Disk,
  segments: readonly Segment[],
): Promise<number> {
  let most = 0;
  for (const { path } of segments) {
    most = Math.max(most, (await disk.stat(path))?.size ?? 0);
  }
  return most;
}

/** The damaged parts between records, the last batch, and where it ends. */
function scan(
  bytes: Buffer,
  segment: Segment,
  take: (found: Found, segment: Segment) => void,
): { gaps: Gap[]; unproven: Found[]; end: number } {
  const gaps: Gap[] = [];
  let unproven: Found[] = [];
  let end = 0;
  let lastBatch = 0;
  for (;;) {
    const found = readRecord(bytes, segment.mark, end) ??
      nextRecord(bytes, segment.mark, end + 1);
    if (found === undefined) break;
    if (found.at > end) gaps.push({ from: end, to: found.at });
    if (found.batch > lastBatch) unproven = [];
    lastBatch = Math.max(lastBatch, found.batch);
    unproven.push(found);
    take(found, segment);
    end = found.end;
  }
  return { gaps: gaps.filter(({ from }) => from < lastBatch), unproven, end };
}

async function cutTail(
  { disk, log }: ReplayOptions,
  segment: Segment,
  { from, to }: Gap,
): Promise<void> {
  log("spool_tail_cut", { segment: segment.name, from, octets: to - from });
  const file = await disk.open(segment.path, "append");
  try {
    await file.truncate(from);
  } finally {
    file.close();
  }
}

/** Copies damaged octets to the quarantine, once; true when they are there. */
async function setAside(
  { disk, quarantine, log }: ReplayOptions,
  segment: Segment,
  bytes: Uint8Array,
  { from, to }: Gap,
): Promise<boolean> {
  const copy = `${quarantine}/${segment.name}-${from}`;
  if (await disk.stat(copy) !== undefined) return true;
  const about = { level: "error", segment: segment.name, from, to, copy };
  log("spool_damaged", about);
  try {
    await writeCopy(disk, copy, bytes.subarray(from, to));
    await disk.syncDir(quarantine, "quarantine folder");
    return true;
  } catch (error) {
    // A full disk must not keep the rest from being served.
    log("spool_not_quarantined", { ...about, error });
    await disk.unlink(copy).catch(() => {});
    return false;
  }
}

async function writeCopy(
  disk: Disk,
  path: string,
  bytes: Uint8Array,
): Promise<void> {
  const file = await disk.open(path, "create");
  try {
    await file.write(bytes);
    await file.sync("quarantined record");
  } finally {
    file.close();
  }
}

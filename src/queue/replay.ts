/**
 * Reading a segment again after a restart.
 *
 * Three kinds of octets are no record. What follows the last record of the last
 * segment was torn when the power went, before anybody was told that it is safe: it is
 * cut off. So was a hole in the last batch. Anything else was safe once and is damaged
 * now: it is copied to the quarantine, and the rest is served.
 */

import type { Disk } from "../disk/mod.ts";
import { type Found, nextRecord, readRecord } from "./record.ts";
import type { Segment } from "./segment.ts";
import { SegmentWindow } from "./segment_window.ts";
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

/**
 * Hands every record of a segment to `take`, and sets aside what is damaged.
 *
 * @param buffer To read with; it may be used again.
 */
export async function replaySegment(
  options: ReplayOptions,
  segment: Segment,
  buffer: Uint8Array,
  isLast: boolean,
  take: (found: Found, segment: Segment) => void,
): Promise<Replayed> {
  const window = await SegmentWindow.open(options.disk, segment, buffer);
  try {
    const { gaps, unproven, end } = await scan(window, take);
    segment.size = end;
    const tail = { from: end, to: window.size };
    if (!isLast && tail.from < tail.to) gaps.push(tail);
    let isSafe = true;
    for (const gap of gaps) {
      isSafe = await setAside(options, window, gap) && isSafe;
    }
    if (isSafe && tail.from < tail.to) await cutTail(options, segment, tail);
    return { isDamaged: gaps.length > 0, unproven };
  } finally {
    window.close();
  }
}

/** The damaged parts between records, the last batch, and where it ends. */
async function scan(
  window: SegmentWindow,
  take: (found: Found, segment: Segment) => void,
): Promise<{ gaps: Gap[]; unproven: Found[]; end: number }> {
  const { segment } = window;
  const gaps: Gap[] = [];
  let unproven: Found[] = [];
  let end = 0;
  let lastBatch = 0;
  for (;;) {
    let found = readRecord(window, end);
    if (found === undefined) {
      // Not whole, for all that is known, until the window has all that is behind it.
      if (await window.advance(end)) continue;
      found = nextRecord(window, end + 1);
    }
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
  window: SegmentWindow,
  { from, to }: Gap,
): Promise<boolean> {
  const { segment } = window;
  const copy = `${quarantine}/${segment.name}-${from}`;
  if (await disk.stat(copy) !== undefined) return true;
  const about = { level: "error", segment: segment.name, from, to, copy };
  log("spool_damaged", about);
  try {
    await writeCopy(disk, copy, await window.read(from, to));
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

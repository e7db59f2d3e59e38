/**
 * Reading a segment again after a restart.
 *
 * Three kinds of octets are no record. What follows the last record of the last
 * segment was torn when the power went, before anybody was told that it is safe: it is
 * cut off. So was a hole in the last batch. Anything else was safe once and is damaged
 * now: it is copied to the quarantine, and the rest is served.
 */

import type { Disk, DiskFile } from "../disk/mod.ts";
import { type Found, nextRecord, readRecord } from "./record.ts";
import { readWhole, type Segment } from "./segment.ts";
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

/**
 * Hands every record of a segment to `take`, sets aside what is damaged, and makes
 * certain what was found.
 *
 * @returns True when something was damaged.
 */
export async function replaySegment(
  options: ReplayOptions,
  segment: Segment,
  isLast: boolean,
  take: (found: Found, segment: Segment) => void,
): Promise<boolean> {
  const { disk } = options;
  const file = await disk.open(segment.path, "read");
  try {
    const bytes = await readWhole(file, 0, await file.size());
    const { gaps, end } = scan(bytes, segment, take);
    segment.size = end;
    const tail = { from: end, to: bytes.length };
    if (!isLast && tail.from < tail.to) gaps.push(tail);
    for (const gap of gaps) await setAside(options, segment, bytes, gap);
    if (tail.from < tail.to) await cutTail(options, segment, tail);
    // A process that died left records that it had not synced; what is
    // delivered or passed over because of them relies on them from now on.
    await file.sync("replayed segment");
    return gaps.length > 0;
  } finally {
    file.close();
  }
}

/** The damaged parts between records, and where the last record ends. */
function scan(
  bytes: Uint8Array,
  segment: Segment,
  take: (found: Found, segment: Segment) => void,
): { gaps: Gap[]; end: number } {
  const gaps: Gap[] = [];
  let end = 0;
  let lastBatch = 0;
  for (;;) {
    const found = readRecord(bytes, segment.mark, end) ??
      nextRecord(bytes, segment.mark, end + 1);
    if (found === undefined) break;
    if (found.at > end) gaps.push({ from: end, to: found.at });
    lastBatch = Math.max(lastBatch, found.batch);
    take(found, segment);
    end = found.end;
  }
  return { gaps: gaps.filter(({ from }) => from < lastBatch), end };
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

async function setAside(
  { disk, quarantine, log }: ReplayOptions,
  segment: Segment,
  bytes: Uint8Array,
  { from, to }: Gap,
): Promise<void> {
  const copy = `${quarantine}/${segment.name}-${from}`;
  if (await disk.stat(copy) !== undefined) return;
  log("spool_damaged", {
    level: "error",
    segment: segment.name,
    from,
    to,
    copy,
  });
  const file = await disk.open(copy, "create");
  try {
    await writeCopy(file, bytes.subarray(from, to));
  } finally {
    file.close();
  }
  await disk.syncDir(quarantine, "quarantine folder");
}

async function writeCopy(file: DiskFile, bytes: Uint8Array): Promise<void> {
  await file.write(bytes);
  await file.sync("quarantined record");
}

/** A segment of the journal: one append-only file, and what of it is still needed. */

import { Buffer } from "node:buffer";
import { type Disk, DiskError, type DiskFile } from "../disk/mod.ts";

export interface Segment {
  /** Replay goes by it. */
  readonly sequence: number;
  readonly mark: string;
  readonly name: string;
  readonly path: string;
  /** Octets that are written, synced and acknowledged. */
  size: number;
  /** The number of entries whose record lies here. */
  live: number;
  /** Open while it is written to. */
  file: DiskFile | undefined;
  /** The name is synced in the folder. */
  isNamed: boolean;
  isUnlinked: boolean;
  /** All that it holds was synced, or is written again elsewhere and synced. */
  isProven: boolean;
}

const NAME = /^(\d{8})-([a-z0-9]{4,32})\.journal$/;
const MARK_WIDTH = 10;

/** The segment that a file of the spool's folder is; undefined when it is none. */
export function parseSegment(
  folder: string,
  name: string,
): Segment | undefined {
  const [, sequence, mark] = NAME.exec(name) ?? [];
  if (sequence === undefined || mark === undefined) return undefined;
  return segment(folder, Number(sequence), mark);
}

/** A segment with a new mark, not on the disk yet. */
export function nextSegment(
  folder: string,
  sequence: number,
  random: () => number,
): Segment {
  let mark = "";
  while (mark.length < MARK_WIDTH) {
    mark += Math.floor(random() * 36).toString(36);
  }
  return segment(folder, sequence, mark);
}

function segment(folder: string, sequence: number, mark: string): Segment {
  const name = `${String(sequence).padStart(8, "0")}-${mark}.journal`;
  return {
    sequence,
    mark,
    name,
    path: `${folder}/${name}`,
    size: 0,
    live: 0,
    file: undefined,
    isNamed: false,
    isUnlinked: false,
    isProven: false,
  };
}

/** The same octets, with what a `Buffer` can do. */
export function bufferOf(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length);
}

/** Reads `length` octets of `path` from `offset` on. */
export async function load(
  disk: Disk,
  path: string,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  const file = await disk.open(path, "read");
  try {
    return await readWhole(file, offset, new Uint8Array(length));
  } finally {
    file.close();
  }
}

/** Fills `into` with the octets from `offset` on. */
export async function readWhole(
  file: DiskFile,
  offset: number,
  into: Uint8Array,
): Promise<Uint8Array> {
  let done = 0;
  while (done < into.length) {
    const count = await file.readAt(into.subarray(done), offset + done);
    if (count === 0) {
      throw new DiskError("io", "Cannot read the spool: a file ends too early");
    }
    done += count;
  }
  return into;
}

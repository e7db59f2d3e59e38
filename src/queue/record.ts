/**
 * The records of the journal.
 *
 *     <mark> <crc32 of the rest of the line> <batch> <JSON>\n<octets>\n
 *
 * The mark is a segment's own random word, so that nothing inside a message can pass
 * for a record, whatever is damaged around it. `batch` is the offset at which the
 * record's batch began: everything before that was synced when the record was written.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import { LF, SP } from "../bytes/mod.ts";
import { type Head, parseLine } from "./head.ts";
import type { Segment } from "./segment.ts";

/** A record to be written: its JSON, and the octets of a message that go with it. */
export interface Draught {
  readonly head: string;
  readonly octets?: Uint8Array | undefined;
}

/** A record that was read. */
export interface Found {
  readonly head: Head;
  readonly batch: number;
  /** Offsets in the segment: where the record begins, its octets begin, the next record begins. */
  readonly at: number;
  readonly octetsAt: number;
  readonly end: number;
}

const encoder = new TextEncoder();
const CRC_WIDTH = 8;

/** The most that the record takes. */
export function longest(record: Draught, mark: string): number {
  const line = mark.length + CRC_WIDTH + 20 + 3 * record.head.length;
  return line + (record.octets?.length ?? 0) + 1;
}

/** Writes a record into `into` at `at`; returns where the next one begins. */
export function writeRecord(
  record: Draught,
  mark: string,
  batch: number,
  into: Uint8Array,
  at: number,
): number {
  at = writeText(`${mark} `, into, at);
  const crcAt = at;
  const lineAt = at + CRC_WIDTH + 1;
  at = writeText(`${batch} ${record.head}`, into, lineAt);
  const crc = hex(crc32(into.subarray(lineAt, at)));
  writeText(`${crc} `, into, crcAt);
  into[at++] = LF;
  if (record.octets === undefined) return at;
  into.set(record.octets, at);
  at += record.octets.length;
  into[at++] = LF;
  return at;
}

function writeText(text: string, into: Uint8Array, at: number): number {
  return at + encoder.encodeInto(text, into.subarray(at)).written;
}

function hex(crc: number): string {
  return crc.toString(16).padStart(CRC_WIDTH, "0");
}

/** What `hex` wrote; NaN when it is something else. */
function hexAt(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = at; i < at + CRC_WIDTH; i++) {
    const octet = bytes[i]!;
    const digit = octet >= 0x61 ? octet - 0x57 : octet - 0x30;
    if (!(digit >= 0 && digit < 16) || octet > 0x39 && octet < 0x61) return NaN;
    value = value * 16 + digit;
  }
  return value;
}

/** Octets of a segment. */
export interface Extract {
  readonly segment: Pick<Segment, "mark">;
  readonly bytes: Buffer;
  /** Where in the segment they begin. */
  readonly base: number;
}

/** Reads the record at `at` in the segment; undefined when there is none, or not a whole one. */
export function readRecord(
  { segment: { mark }, bytes, base }: Extract,
  at: number,
): Found | undefined {
  const from = at - base;
  const crcAt = from + mark.length + 1;
  const lineAt = crcAt + CRC_WIDTH + 1;
  if (!hasText(bytes, `${mark} `, from) || bytes[lineAt - 1] !== SP) {
    return undefined;
  }
  const lineEnd = bytes.indexOf(LF, lineAt);
  if (lineEnd < 0) return undefined;
  const crc = crc32(bytes.subarray(lineAt, lineEnd));
  if (crc !== hexAt(bytes, crcAt)) return undefined;
  const parsed = parseLine(bytes, lineAt, lineEnd);
  const octetsFrom = lineEnd + 1;
  const end = parsed && endOf(bytes, parsed.head, octetsFrom);
  return end === undefined
    ? undefined
    : { ...parsed!, at, octetsAt: base + octetsFrom, end: base + end };
}

/** Where the record ends whose octets begin at `from`; undefined when they are damaged. */
function endOf(
  bytes: Uint8Array,
  head: Head,
  from: number,
): number | undefined {
  if (head.kind !== "message" || head.large) return from;
  const end = from + head.size;
  const whole = bytes[end] === LF &&
    crc32(bytes.subarray(from, end)) === head.crc;
  return whole ? end + 1 : undefined;
}

function hasText(bytes: Uint8Array, text: string, at: number): boolean {
  for (let i = 0; i < text.length; i++) {
    if (bytes[at + i] !== text.charCodeAt(i)) return false;
  }
  return true;
}

/** The first whole record at or after `at` in the segment. */
export function nextRecord(extract: Extract, at: number): Found | undefined {
  const { segment, bytes, base } = extract;
  const needle = `${segment.mark} `;
  for (
    let i = bytes.indexOf(needle, at - base);
    i >= 0;
    i = bytes.indexOf(needle, i + 1)
  ) {
    const record = readRecord(extract, base + i);
    if (record !== undefined) return record;
  }
  return undefined;
}

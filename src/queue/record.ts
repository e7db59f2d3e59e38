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

/** Reads the record at `at`; undefined when there is none, or not a whole one. */
export function readRecord(
  bytes: Buffer,
  mark: string,
  at: number,
): Found | undefined {
  const crcAt = at + mark.length + 1;
  const lineAt = crcAt + CRC_WIDTH + 1;
  if (!hasText(bytes, `${mark} `, at) || bytes[lineAt - 1] !== SP) {
    return undefined;
  }
  const lineEnd = bytes.indexOf(LF, lineAt);
  if (lineEnd < 0) return undefined;
  const crc = crc32(bytes.subarray(lineAt, lineEnd));
  if (crc !== hexAt(bytes, crcAt)) return undefined;
  const parsed = parseLine(bytes, lineAt, lineEnd);
  return parsed && withOctets(bytes, at, lineEnd + 1, parsed);
}

function withOctets(
  bytes: Uint8Array,
  at: number,
  octetsAt: number,
  { head, batch }: { head: Head; batch: number },
): Found | undefined {
  if (head.kind !== "message" || head.large) {
    return { head, batch, at, octetsAt, end: octetsAt };
  }
  const end = octetsAt + head.size;
  const whole = bytes[end] === LF &&
    crc32(bytes.subarray(octetsAt, end)) === head.crc;
  return whole ? { head, batch, at, octetsAt, end: end + 1 } : undefined;
}

function hasText(bytes: Uint8Array, text: string, at: number): boolean {
  for (let i = 0; i < text.length; i++) {
    if (bytes[at + i] !== text.charCodeAt(i)) return false;
  }
  return true;
}

/** The first whole record at or after `at`. */
export function nextRecord(
  bytes: Buffer,
  mark: string,
  at: number,
): Found | undefined {
  const needle = `${mark} `;
  for (
    let i = bytes.indexOf(needle, at);
    i >= 0;
    i = bytes.indexOf(needle, i + 1)
  ) {
    const record = readRecord(bytes, mark, i);
    if (record !== undefined) return record;
  }
  return undefined;
}

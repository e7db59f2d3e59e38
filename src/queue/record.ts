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

import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import { LF, SP } from "../bytes/mod.ts";
import type { Conclusion, Notes, Progress } from "./spool.ts";

/** What a record says. */
export type Head =
  | {
    readonly kind: "message";
    readonly id: string;
    /** Octets of the message. */
    readonly size: number;
    /** CRC-32 of the octets. */
    readonly crc: number;
    /** True when the octets are in a file of their own. */
    readonly large?: boolean;
    /** As JSON: it is parsed when the message has its turn. */
    readonly envelope: string;
    readonly pending: readonly string[];
    /** Of pending destinations, as far as they were tried or held. */
    readonly notes?: Notes;
    /** What the message reports of another. */
    readonly concludes?: Conclusion;
  }
  | {
    readonly kind: "noted";
    readonly id: string;
    readonly notes: Notes;
  }
  | Conclusion & { readonly kind: "settled" };

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
const decoder = new TextDecoder("utf-8", { fatal: true });
const CRC_WIDTH = 8;
const ID = /^[a-z0-9-]{1,64}$/;

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

/** Reads the record at `at`; undefined when there is none, or not a whole one. */
export function readRecord(
  bytes: Uint8Array,
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
  const line = bytes.subarray(lineAt, lineEnd);
  if (!hasText(bytes, hex(crc32(line)), crcAt)) return undefined;
  const parsed = parseLine(line);
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

const ENVELOPE = `"envelope":`;
const PENDING = `,"pending":[`;
// deno-lint-ignore no-control-regex
const ASCII = /^[\x00-\x7f]*$/;

function parseLine(
  line: Uint8Array,
): { head: Head; batch: number } | undefined {
  try {
    const text = textOf(line);
    const space = text.indexOf(" ");
    const batch = Number(text.slice(0, space));
    const head = parseHead(text, space + 1, line);
    return Number.isSafeInteger(batch) && isHead(head)
      ? { head, batch }
      : undefined;
  } catch {
    return undefined;
  }
}

/** A decoder costs ten times as much, and few lines need it. */
function textOf(line: Uint8Array): string {
  const latin1 = sliceOf(line, 0, line.length);
  return ASCII.test(latin1) ? latin1 : decoder.decode(line);
}

function sliceOf(bytes: Uint8Array, from: number, to: number): string {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return view.toString("latin1", from, to);
}

/** Parses all but the envelope, which is most of it. */
function parseHead(text: string, at: number, line: Uint8Array): unknown {
  // Inside a string neither could stand: its quotes would be escaped.
  const name = text.indexOf(ENVELOPE, at);
  const to = name < 0 ? -1 : text.indexOf(PENDING, name);
  if (to < 0) return JSON.parse(text.slice(at));
  const from = name + ENVELOPE.length;
  const head = JSON.parse(`${text.slice(at, from)}null${text.slice(to)}`);
  // A slice of the text would keep all of it in memory.
  head.envelope = text.length === line.length
    ? sliceOf(line, from, to)
    : text.slice(from, to);
  return head;
}

function isHead(value: unknown): value is Head {
  if (!isRecord(value) || !isId(value.id)) return false;
  if (value.kind === "settled") return isConclusion(value);
  if (value.kind === "noted") return isNotes(value.notes);
  return value.kind === "message" && Number.isSafeInteger(value.size) &&
    (value.size as number) >= 0 && typeof value.envelope === "string" &&
    isStrings(value.pending) &&
    (value.notes === undefined || isNotes(value.notes)) &&
    (value.concludes === undefined || isConclusion(value.concludes));
}

function isId(value: unknown): boolean {
  return typeof value === "string" && ID.test(value);
}

function isConclusion(value: unknown): value is Conclusion {
  return isRecord(value) && isId(value.id) && isStrings(value.destinations) &&
    (value.notes === undefined || isNotes(value.notes));
}

function isNotes(value: unknown): value is Notes {
  return isRecord(value) && Object.values(value).every(isProgress);
}

function isProgress(value: unknown): value is Progress {
  return isRecord(value) && Number.isSafeInteger(value.attempts) &&
    Number.isSafeInteger(value.next) &&
    (value.reply === undefined ||
      isRecord(value.reply) && isStrings(value.reply.lines));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) &&
    value.every((item) => typeof item === "string");
}

/** The first whole record at or after `at`. */
export function nextRecord(
  bytes: Uint8Array,
  mark: string,
  at: number,
): Found | undefined {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const needle = `${mark} `;
  for (
    let i = view.indexOf(needle, at);
    i >= 0;
    i = view.indexOf(needle, i + 1)
  ) {
    const record = readRecord(bytes, mark, i);
    if (record !== undefined) return record;
  }
  return undefined;
}

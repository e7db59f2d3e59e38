/**
 * Header sections: where each field stands, folding and unfolding (RFC 5322 §2.1, §2.2).
 *
 * Tolerant: lines may end in a bare LF, blanks may stand before the colon
 * (RFC 5322 §4.5), and a line that is no field belongs to none and is passed over.
 *
 * @module
 */

import { asciiLower, CR, latin1Decode, LF, SP, TAB } from "../bytes/mod.ts";
import { trimWhiteSpace } from "./white_space.ts";

/** Octets of one header section whose fields are read. */
export const HEADER_SIZE_MAX = 1024 * 1024;
/** Fields of one header section that are read. */
export const HEADER_FIELDS_MAX = 10_000;

/** The columns that a line should not exceed (RFC 5322 §2.1.1). */
const COLUMNS = 78;
const COLON = 0x3a;

export interface HeaderField {
  /** As written, without the colon. */
  readonly name: string;
  /** The byte string after the colon, folding included, without the last line end. */
  readonly value: string;
  /** Offset of the name's first octet. */
  readonly start: number;
  /** Offset after the last line end. */
  readonly end: number;
}

export interface HeaderSection {
  readonly fields: readonly HeaderField[];
  readonly start: number;
  /** Offset of the blank line; where there is none, the end of the octets. */
  readonly fieldsEnd: number;
  /** Offset after the blank line: where the body starts. */
  readonly end: number;
  /** True when a limit was met and later fields are not in `fields`. */
  readonly truncated: boolean;
}

/**
 * Reads the header section that starts at `start`.
 *
 * Offsets count from the start of `bytes`. Never throws; linear time.
 */
export function readHeader(
  bytes: Uint8Array,
  start = 0,
  end: number = bytes.length,
): HeaderSection {
  // A view, so that no search looks past the end.
  const section = bytes.subarray(start, end);
  const starts: number[] = [];
  let truncated = false;
  let at = 0;
  let next = 0;
  for (; at < section.length; at = next) {
    next = afterLine(section, at);
    if (isBlankLine(section, at)) break;
    if (starts.length > 0 && isContinuation(section[at])) continue;
    if (at < HEADER_SIZE_MAX && starts.length < HEADER_FIELDS_MAX) {
      starts.push(at);
    } else if (!truncated) {
      truncated = starts.push(at) > 0;
    }
  }
  if (!truncated) starts.push(at);
  return {
    fields: fieldsBetween(section, starts, start),
    start,
    fieldsEnd: start + at,
    end: start + Math.max(at, next),
    truncated: truncated || at > HEADER_SIZE_MAX,
  };
}

/** The first field of that name, in any case. */
export function findField(
  fields: readonly HeaderField[],
  name: string,
): HeaderField | undefined {
  const wanted = asciiLower(name);
  return fields.find((field) => isNamed(field, wanted));
}

function isNamed({ name }: HeaderField, wanted: string): boolean {
  return name.length === wanted.length && asciiLower(name) === wanted;
}

/** All fields of that name, in any case, in their order. */
export function findFields(
  fields: readonly HeaderField[],
  name: string,
): HeaderField[] {
  const wanted = asciiLower(name);
  return fields.filter((field) => isNamed(field, wanted));
}

/**
 * A field for output, folded before blanks so that lines stay within 78 columns where they can.
 *
 * Line ends in `value` become blanks: what comes from a peer cannot add a field.
 *
 * @returns The lines with their CRLFs.
 */
export function formatField(name: string, value: string): string {
  const words = trimWhiteSpace(value.replace(/[\r\n]+/g, " "))
    .match(/[ \t]*[^ \t]+/g) ?? [];
  return packWords(
    `${name}:`,
    words.map((word, i) => i > 0 ? word : ` ${word}`),
  );
}

/**
 * Lines `first` and `words`, each of which starts with the blanks that a fold may stand before.
 *
 * @returns The lines with their CRLFs.
 */
export function packWords(first: string, words: readonly string[]): string {
  const lines: string[] = [];
  let line = first;
  for (const [i, word] of words.entries()) {
    // The name never stands alone on its line: some software reads it as an empty field.
    if (i > 0 && line.length + word.length > COLUMNS) {
      lines.push(line);
      line = "";
    }
    line += word;
  }
  return [...lines, line].map((text) => `${text}\r\n`).join("");
}

function fieldsBetween(
  section: Uint8Array,
  starts: readonly number[],
  offset: number,
): HeaderField[] {
  const fields: HeaderField[] = [];
  // One text for all: to decode a field takes longer than to cut it out.
  const size = Math.min(starts.at(-1) ?? 0, HEADER_SIZE_MAX);
  const text = latin1Decode(section.subarray(0, size));
  for (let i = 0; i + 1 < starts.length; i++) {
    const start = starts[i]!;
    const end = starts[i + 1]!;
    const colon = colonOf(section, start, end);
    if (colon === undefined) continue;
    fields.push({
      name: trimWhiteSpace(text.slice(start, colon)),
      value: rawValue(text, colon + 1, Math.min(end, HEADER_SIZE_MAX)),
      start: offset + start,
      end: offset + end,
    });
  }
  return fields;
}

function rawValue(text: string, start: number, end: number): string {
  let last = end;
  if (last > start && text.charCodeAt(last - 1) === LF) last--;
  if (last > start && text.charCodeAt(last - 1) === CR) last--;
  return text.slice(start, Math.max(start, last));
}

/** Where the colon stands after a field name (RFC 5322 §3.6.8); undefined when the line is no field. */
function colonOf(
  section: Uint8Array,
  start: number,
  end: number,
): number | undefined {
  let at = start;
  while (at < end && isNameOctet(section[at]!)) at++;
  if (at === start) return undefined;
  while (at < end && isBlankOctet(section[at])) at++;
  return section[at] === COLON && at < end ? at : undefined;
}

function isNameOctet(octet: number): boolean {
  return octet > SP && octet < 0x7f && octet !== COLON;
}

function isBlankOctet(octet: number | undefined): boolean {
  return octet === SP || octet === TAB;
}

function isContinuation(octet: number | undefined): boolean {
  return isBlankOctet(octet);
}

function isBlankLine(section: Uint8Array, at: number): boolean {
  const first = section[at];
  return first === LF || (first === CR && section[at + 1] === LF);
}

function afterLine(section: Uint8Array, at: number): number {
  const end = section.indexOf(LF, at);
  return end < 0 ? section.length : end + 1;
}

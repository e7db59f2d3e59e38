/**
 * Content-Type, Content-Disposition and their parameters (RFC 2045 §5.1, RFC 2183, RFC 2231).
 *
 * Tolerant: blanks in values that are not quoted, missing semicolons at the end,
 * comments and junk between parameters never lose the ones that can be read.
 *
 * @module
 */

import { asciiLower, latin1Encode } from "../bytes/mod.ts";
import { decodeCharset } from "./charset.ts";
import { decodeEncodedWords, decodeText } from "./encoded_word.ts";
import { Lexer } from "./lexer.ts";
import { trimWhiteSpace, unfold } from "./white_space.ts";

/** One parameter as it stands in the field. */
export interface Parameter {
  /** Lower case; with the "*0" and "*" of RFC 2231 if it has them. */
  readonly name: string;
  /** A byte string, without quotes and backslashes. */
  readonly value: string;
}

/** A parameter as it is meant, after RFC 2231 and charsets. */
export interface DecodedParameter {
  readonly name: string;
  readonly value: string;
  /** RFC 2231 §4; absent when none was given. */
  readonly language?: string;
}

export interface ContentType {
  /** Lower case. */
  readonly type: string;
  /** Lower case. */
  readonly subtype: string;
  /** In their order. */
  readonly params: readonly Parameter[];
}

export interface Disposition {
  /** Lower case: "inline", "attachment" or another. */
  readonly kind: string;
  readonly params: readonly Parameter[];
}

/** Parameters of one field that are read. */
export const PARAMETERS_MAX = 1000;

// RFC 2045 §5.1 `tspecials` end a token; octets above 0x7f are taken for what they are worth.
// deno-lint-ignore no-control-regex
const TOKEN = /[^\x00-\x20()<>@,;:\\"/[\]?=\x7f]*/y;
const BARE_VALUE = /[^;"(]*/y;
const JUNK = /[^;]*/y;

/** Reads a Content-Type value; undefined when it names no type and subtype (RFC 2045 §5.2 then has a default). */
export function parseContentType(value: string): ContentType | undefined {
  const lexer = new Lexer(unfold(value));
  lexer.skip();
  const type = asciiLower(lexer.take(TOKEN));
  lexer.skip();
  if (type === "" || !lexer.accept("/")) return undefined;
  lexer.skip();
  const subtype = asciiLower(lexer.take(TOKEN));
  if (subtype === "") return undefined;
  return { type, subtype, params: parameters(lexer) };
}

/** Reads a Content-Disposition value (RFC 2183 §2); undefined when it is empty. */
export function parseDisposition(value: string): Disposition | undefined {
  const lexer = new Lexer(unfold(value));
  lexer.skip();
  const kind = asciiLower(lexer.take(TOKEN));
  return kind === "" ? undefined : { kind, params: parameters(lexer) };
}

/** The value of the first parameter of that name, as it stands; names are in lower case. */
export function findParameter(
  params: readonly Parameter[],
  name: string,
): string | undefined {
  return params.find((param) => param.name === name)?.value;
}

/**
 * Puts continued and encoded parameters together (RFC 2231 §3, §4) and gives all as text.
 *
 * The extended form of a name goes before its plain form. Encoded words in values
 * are read although RFC 2047 §5 forbids them: much software writes file names so.
 */
export function decodeParameters(
  params: readonly Parameter[],
): DecodedParameter[] {
  const groups = new Map<string, Segment[]>();
  for (const param of params) {
    const segment = segmentOf(param);
    const group = groups.get(segment.name);
    if (group) group.push(segment);
    else groups.set(segment.name, [segment]);
  }
  return [...groups.values()].map(decodeGroup)
    .filter((param) => param !== undefined);
}

/** Reads `;`-separated parameters up to the end of the text. */
function parameters(lexer: Lexer): Parameter[] {
  const params: Parameter[] = [];
  while (lexer.next !== "" && params.length < PARAMETERS_MAX) {
    lexer.skip();
    const name = asciiLower(lexer.take(TOKEN));
    lexer.skip();
    if (name !== "" && lexer.accept("=")) {
      params.push({ name, value: parameterValue(lexer) });
    }
    lexer.skip();
    lexer.take(JUNK);
    lexer.accept(";");
  }
  return params;
}

function parameterValue(lexer: Lexer): string {
  lexer.skip();
  if (lexer.next === '"') return lexer.quoted();
  return trimWhiteSpace(lexer.take(BARE_VALUE));
}

interface Segment {
  readonly name: string;
  /** The number of a continuation; undefined for a parameter of one piece. */
  readonly index: number | undefined;
  readonly extended: boolean;
  readonly value: string;
}

const SEGMENT = /^([^*]+)(?:\*(0|[1-9]\d{0,3}))?(\*)?$/;

function segmentOf({ name, value }: Parameter): Segment {
  const match = SEGMENT.exec(name);
  if (!match) return { name, index: undefined, extended: false, value };
  const [, base, index, star] = match;
  return {
    name: base!,
    index: index === undefined ? undefined : Number(index),
    extended: star !== undefined,
    value,
  };
}

function decodeGroup(group: readonly Segment[]): DecodedParameter | undefined {
  const single = group.find((segment) => segment.index === undefined);
  const extended = group.find((segment) =>
    segment.index === undefined && segment.extended
  );
  const pieces = extended ? [extended] : continuation(group);
  if (pieces.length === 0) {
    if (!single) return undefined;
    return { name: single.name, value: decodePlain(single.value) };
  }
  return decodePieces(pieces);
}

/** The pieces *0, *1, … as far as they go without a gap; the first of equal numbers counts. */
function continuation(group: readonly Segment[]): Segment[] {
  const byIndex = new Map<number, Segment>();
  for (const segment of group) {
    if (segment.index !== undefined && !byIndex.has(segment.index)) {
      byIndex.set(segment.index, segment);
    }
  }
  const pieces: Segment[] = [];
  for (let next = byIndex.get(0); next; next = byIndex.get(pieces.length)) {
    pieces.push(next);
  }
  return pieces;
}

/** Joins pieces; the first one, if extended, names charset and language: `us-ascii'en'This%20is`. */
function decodePieces(pieces: readonly Segment[]): DecodedParameter {
  const first = pieces[0]!;
  const head = first.extended ? /^([^']*)'([^']*)'/.exec(first.value) : null;
  const octets = pieces.map((piece, i) => {
    const text = i === 0 && head
      ? piece.value.slice(head[0].length)
      : piece.value;
    return piece.extended ? percentDecode(text) : text;
  }).join("");
  const value = head?.[1]
    ? decodeCharset(latin1Encode(octets), head[1])
    : decodeText(octets);
  const language = head?.[2];
  return { name: first.name, value, ...(language ? { language } : {}) };
}

function percentDecode(text: string): string {
  return text.replace(
    /%([0-9A-Fa-f]{2})/g,
    (_, digits) => String.fromCharCode(parseInt(digits, 16)),
  );
}

function decodePlain(value: string): string {
  return value.includes("=?") ? decodeEncodedWords(value) : decodeText(value);
}

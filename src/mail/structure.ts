/**
 * MIME structure: where the header and the body of every entity of a message stand
 * (RFC 2045, RFC 2046 §5.1, RFC 5322 §2.1; RFC 6532 §3.7 for message/global).
 *
 * One pass over the lines with a stack of open entities. Any octets give a tree:
 * a part that is not closed ends with what holds it, a boundary that closes an
 * outer multipart closes the inner ones too, lines may end in a bare LF. What lies
 * deeper, or comes later, than the limits stays part of the entity around it.
 *
 * @module
 */

import { concatBytes, CR, latin1Decode, LF, SP, TAB } from "../bytes/mod.ts";
import { describeEntity, type EntityFields } from "./entity_fields.ts";
import { HEADER_SIZE_MAX, type HeaderSection, readHeader } from "./header.ts";
import {
  decodeParameters,
  findParameter,
  type Parameter,
} from "./parameters.ts";

/** Nesting of entities that is taken apart; the message itself is at 1. */
export const MIME_DEPTH_MAX = 50;
/** Entities of one message that are told apart, itself included. */
export const MIME_PARTS_MAX = 10_000;

/** Octets `start` up to, not including, `end`; from the start of the message. */
export interface OctetRange {
  readonly start: number;
  readonly end: number;
}

/** A message or a part of one. */
export interface Entity extends EntityFields {
  /** The header section with its blank line. */
  readonly header: OctetRange;
  /** Starts where the header ends. Of a part it ends before the line end that belongs to the boundary. */
  readonly body: OctetRange;
  /** Line ends in the body. */
  readonly lines: number;
  /**
   * The parts of a multipart, in order. Empty for a multipart without a usable
   * boundary, without parts, or beyond the limits: it can be shown as a leaf.
   */
  readonly children: readonly Entity[];
  /** The message within a message/rfc822 or message/global that is not encoded. */
  readonly message: Entity | undefined;
}

/**
 * The structure of a whole message. Never throws; linear time.
 *
 * @param section Its header section, where that was read before.
 */
export function parseStructure(
  bytes: Uint8Array,
  section?: HeaderSection,
): Entity {
  const reader = new StructureReader(section);
  reader.push(bytes);
  return reader.end();
}

/** Calls `visit` for `entity` and all that it holds, outer before inner, in their order. */
export function walkEntities(
  entity: Entity,
  visit: (entity: Entity, depth: number) => void,
  depth = 1,
): void {
  visit(entity, depth);
  if (entity.message) walkEntities(entity.message, visit, depth + 1);
  for (const child of entity.children) walkEntities(child, visit, depth + 1);
}

/** Octets of a boundary that is looked for: RFC 2046 §5.1.1 allows 70. */
const BOUNDARY_MAX = 256;
const DASH = 0x2d;

/** An entity under construction. */
interface OpenEntity {
  readonly entity: EntityDraft;
  /** "parts": what comes here is a preamble, an epilogue, or belongs to a part above on the stack. */
  state: "header" | "leaf" | "parts";
  boundary: string | undefined;
  /** Line ends before the body. */
  linesBefore: number;
}

type EntityDraft =
  & { -readonly [K in keyof Entity]: Entity[K] }
  & { children: Entity[] };

/** Octets of a line that are looked at: "--", a boundary, "--". */
const LINE_HEAD = BOUNDARY_MAX + 4;
const NOTHING: Uint8Array = new Uint8Array(0);

/** A line that is longer than {@linkcode LINE_HEAD} and has not ended yet. */
interface LongLine {
  readonly start: number;
  /** What follows "--" at its start, without blanks at the end; undefined when that is no boundary. */
  text: string | undefined;
}

/**
 * Reads a structure from octets that come in pieces, however they are cut. It keeps
 * the tree, one header section up to its limit, and the start of one line.
 */
export class StructureReader {
  readonly #section: HeaderSection | undefined;
  readonly #root: EntityDraft;
  readonly #stack: OpenEntity[] = [];
  /** The innermost one. */
  #top!: OpenEntity;
  /** For each boundary the levels of the stack that wait for it, innermost last. */
  readonly #boundaries = new Map<string, number[]>();
  #count = 0;
  /** Line ends before the current line. */
  #lines = 0;
  /** Octets of the line end before the line in which the window starts. */
  #ending = 0;
  /** Octets that have come. */
  #total = 0;
  /** What is looked at now: the start of a line that was not at hand as a whole, and the last piece. */
  #window = NOTHING;
  /** Where it starts in the message. */
  #base = 0;
  #kept = NOTHING;
  #long: LongLine | undefined;
  /** The last octet of the window before. */
  #last: number | undefined;
  /** Pieces of the header section that began before the window. */
  #header: Uint8Array[] = [];
  #headerSize = 0;

  /** @param section The message's header section, where that was read before. */
  constructor(section?: HeaderSection) {
    this.#section = section;
    this.#root = this.#open(0, "text/plain");
  }

  /** Takes the next octets; they may be overwritten afterwards. */
  push(piece: Uint8Array): void {
    const kept = this.#kept;
    this.#window = kept.length === 0 ? piece : concatBytes([kept, piece]);
    this.#base = this.#total - kept.length;
    this.#total += piece.length;
    const window = this.#window;
    let start = 0;
    for (let lf; (lf = window.indexOf(LF, start)) >= 0; start = lf + 1) {
      // Nearly all lines are neither.
      if (
        this.#top.state === "header" || window[start] === DASH || this.#long
      ) {
        this.#line(start, lf + 1);
      }
      this.#lines++;
    }
    this.#keep(start);
  }

  /** The structure, when all octets have come. */
  end(): Entity {
    this.#window = this.#kept;
    this.#base = this.#total - this.#kept.length;
    if (this.#long || this.#kept.length > 0) this.#line(0, this.#kept.length);
    this.#closeDownTo(0, this.#total, this.#total);
    return this.#root;
  }

  /** Keeps what is needed of the window, whose last line starts at `start` and has not ended. */
  #keep(start: number): void {
    const rest = this.#window.subarray(start);
    this.#gatherHeader();
    this.#ending = this.#endingBefore(this.#base + start);
    this.#last = this.#window.at(-1);
    this.#window = NOTHING;
    this.#kept = NOTHING;
    if (this.#long) this.#prolong(this.#long, rest);
    else if (rest.length <= LINE_HEAD) this.#kept = rest.slice();
    else {
      this.#long = { start: this.#base + start, text: delimiterText(rest) };
    }
  }

  /** Octets of the line end before the line that starts at `start`. */
  #endingBefore(start: number): number {
    const at = start - this.#base;
    if (at <= 0) return this.#ending;
    const before = at > 1 ? this.#window[at - 2] : this.#last;
    return before === CR ? 2 : 1;
  }

  /** More of a long line: what is not blank makes it too long for a boundary. */
  #prolong(long: LongLine, octets: Uint8Array): void {
    if (long.text !== undefined && !octets.every(isBlank)) {
      long.text = undefined;
    }
  }

  /** Keeps what the window has of a header section that goes on. */
  #gatherHeader(): void {
    const { state, entity } = this.#top;
    const room = HEADER_SIZE_MAX - this.#headerSize;
    if (state !== "header" || room === 0) return;
    const from = entity.header.start + this.#headerSize - this.#base;
    const piece = this.#window.slice(from, from + room);
    this.#header.push(piece);
    this.#headerSize += piece.length;
  }

  /** The octets of the header section from `start` to `end`, up to its limit. */
  #headerOctets(start: number, end: number): Uint8Array {
    const from = start + this.#headerSize - this.#base;
    const here = this.#headerSize === HEADER_SIZE_MAX
      ? NOTHING
      : this.#window.subarray(from, Math.max(from, end - this.#base));
    if (this.#headerSize === 0) return here;
    return concatBytes([...this.#header, here]).subarray(0, end - start);
  }

  /** A line of the window; offsets are the window's. */
  #line(start: number, next: number): void {
    const window = this.#window;
    if (this.#long) return this.#endLong(this.#long, next);
    if (window[start] === DASH && window[start + 1] === DASH) {
      const text = this.#boundaries.size === 0
        ? undefined
        : delimiterText(window.subarray(start, next));
      const [from, to] = [this.#base + start, this.#base + next];
      if (text !== undefined && this.#delimiter(text, from, to)) return;
    }
    const top = this.#top;
    if (top.state !== "header") return;
    const first = window[start];
    const blank = first === LF || first === CR && start + 2 === next &&
        window[start + 1] === LF;
    if (blank) this.#endHeader(top, this.#base + start, this.#base + next);
  }

  #endLong(long: LongLine, next: number): void {
    this.#prolong(long, this.#window.subarray(0, next));
    this.#long = undefined;
    if (long.text === undefined) return;
    this.#delimiter(long.text, long.start, this.#base + next);
  }

  /** Handles a line that starts with "--" and has `text` behind it: whether it is a boundary that something waits for. */
  #delimiter(text: string, start: number, next: number): boolean {
    const plain = this.#boundaries.get(text)?.at(-1);
    const level = plain ??
      (text.endsWith("--")
        ? this.#boundaries.get(text.slice(0, -2))?.at(-1)
        : undefined);
    if (level === undefined) return false;
    this.#endParts(level, start);
    if (plain === undefined) this.#endBoundary(this.#stack[level]!, level);
    else if (this.#count < MIME_PARTS_MAX) this.#openPart(level, next);
    return true;
  }

  /** Closes what is open above `level`: the line end before a boundary belongs to it (RFC 2046 §5.1.1). */
  #endParts(level: number, start: number): void {
    this.#closeDownTo(level + 1, start - this.#endingBefore(start), start);
  }

  /** Closes at `end`; the current line starts at `start`, at `end` or one line end later. */
  #closeDownTo(level: number, end: number, start: number): void {
    while (this.#stack.length > level) {
      const open = this.#stack.at(-1)!;
      this.#close(open, end, start);
      // A part that holds nothing ends where it starts, and so do those around it.
      end = open.entity.body.end;
      if (open.boundary !== undefined) {
        this.#endBoundary(open, this.#stack.length - 1);
      }
      this.#stack.pop();
      this.#top = this.#stack.at(-1) ?? open;
    }
  }

  #close(open: OpenEntity, end: number, start: number): void {
    const { entity, state, linesBefore } = open;
    if (state === "header") {
      const at = Math.max(end, entity.header.start);
      this.#describe(entity, at, at);
      return;
    }
    const last = Math.max(end, entity.body.start);
    entity.body = { start: entity.body.start, end: last };
    entity.lines = this.#lines - linesBefore - (last < start ? 1 : 0);
  }

  #endBoundary(open: OpenEntity, level: number): void {
    const levels = this.#boundaries.get(open.boundary!)!;
    levels.splice(levels.lastIndexOf(level), 1);
    if (levels.length === 0) this.#boundaries.delete(open.boundary!);
    open.boundary = undefined;
  }

  #open(start: number, defaultType: string): EntityDraft {
    const [type, subtype] = defaultType.split("/") as [string, string];
    const entity: EntityDraft = {
      type,
      subtype,
      params: [],
      encoding: "7bit",
      language: [],
      header: { start, end: start },
      body: { start, end: start },
      lines: 0,
      children: [],
      message: undefined,
    };
    const linesBefore = this.#lines;
    this.#count++;
    this.#top = { entity, state: "header", boundary: undefined, linesBefore };
    this.#stack.push(this.#top);
    return entity;
  }

  #openPart(level: number, start: number): void {
    const parent = this.#stack[level]!.entity;
    // RFC 2046 §5.1.5.
    const digest = parent.subtype === "digest";
    const part = this.#open(start, digest ? "message/rfc822" : "text/plain");
    parent.children.push(part);
  }

  #describe(entity: EntityDraft, fieldsEnd: number, bodyStart: number): void {
    const { start } = entity.header;
    const isKnown = start === 0 && fieldsEnd === this.#section?.fieldsEnd;
    const { fields } = isKnown
      ? this.#section!
      : readHeader(this.#headerOctets(start, fieldsEnd));
    this.#header = [];
    this.#headerSize = 0;
    Object.assign(entity, describeEntity(fields, entity));
    entity.header = { start, end: bodyStart };
    entity.body = { start: bodyStart, end: bodyStart };
  }

  /** At the blank line: what the entity is, and what to look for in its body. */
  #endHeader(open: OpenEntity, start: number, next: number): void {
    const { entity } = open;
    this.#describe(entity, start, next);
    open.linesBefore = this.#lines + 1;
    open.state = "leaf";
    const room = this.#stack.length < MIME_DEPTH_MAX &&
      this.#count < MIME_PARTS_MAX;
    if (!room) return;
    if (entity.type === "multipart") this.#expectParts(open);
    else if (holdsMessage(entity)) this.#openMessage(open, next);
  }

  #expectParts(open: OpenEntity): void {
    const boundary = boundaryOf(open.entity.params);
    if (boundary === "") return;
    const level = this.#stack.length - 1;
    const levels = this.#boundaries.get(boundary);
    if (levels) levels.push(level);
    else this.#boundaries.set(boundary, [level]);
    open.boundary = boundary;
    open.state = "parts";
  }

  #openMessage(open: OpenEntity, start: number): void {
    open.state = "parts";
    open.entity.message = this.#open(start, "text/plain");
  }
}

/** The boundary without blanks at its end (RFC 2046 §5.1.1); "" when there is none to look for. */
function boundaryOf(params: readonly Parameter[]): string {
  const value = findParameter(params, "boundary") ??
    decodeParameters(params).find(({ name }) => name === "boundary")?.value;
  if (value === undefined || value.length > BOUNDARY_MAX) return "";
  return value.replace(/[ \t]+$/, "");
}

/** RFC 2046 §5.2.1: no encoding but 7bit, 8bit and binary; an encoded one stays closed. */
function holdsMessage(entity: EntityFields): boolean {
  return entity.type === "message" &&
    (entity.subtype === "rfc822" || entity.subtype === "global") &&
    ["7bit", "8bit", "binary"].includes(entity.encoding);
}

/** What follows "--" on a line, without the blanks that transport may have added; undefined when it is no boundary. */
function delimiterText(line: Uint8Array): string | undefined {
  if (line[0] !== DASH || line[1] !== DASH) return undefined;
  let end = line.length;
  while (end > 2 && isBlank(line[end - 1]!)) end--;
  if (end - 2 > BOUNDARY_MAX + 2) return undefined;
  return latin1Decode(line.subarray(2, end));
}

function isBlank(octet: number): boolean {
  return octet === SP || octet === TAB || octet === CR || octet === LF;
}

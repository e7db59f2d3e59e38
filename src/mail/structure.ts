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

import { CR, latin1Decode, LF, SP, TAB } from "../bytes/mod.ts";
import { describeEntity, type EntityFields } from "./entity_fields.ts";
import { type HeaderSection, readHeader } from "./header.ts";
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
  return new StructureReader(bytes, section).read();
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

class StructureReader {
  readonly #bytes: Uint8Array;
  readonly #section: HeaderSection | undefined;
  readonly #stack: OpenEntity[] = [];
  /** For each boundary the levels of the stack that wait for it, innermost last. */
  readonly #boundaries = new Map<string, number[]>();
  #count = 0;
  /** Line ends before the current line. */
  #lines = 0;

  constructor(bytes: Uint8Array, section: HeaderSection | undefined) {
    this.#bytes = bytes;
    this.#section = section;
  }

  read(): Entity {
    const bytes = this.#bytes;
    const root = this.#open(0, "text/plain");
    for (let start = 0; start < bytes.length;) {
      const lf = bytes.indexOf(LF, start);
      const next = lf < 0 ? bytes.length : lf + 1;
      this.#line(start, next);
      if (lf >= 0) this.#lines++;
      start = next;
    }
    this.#closeDownTo(0, bytes.length, bytes.length);
    return root;
  }

  #line(start: number, next: number): void {
    const top = this.#stack.at(-1)!;
    if (this.#bytes[start] === DASH && this.#bytes[start + 1] === DASH) {
      if (this.#delimiter(start, next)) return;
    }
    if (top.state !== "header") return;
    const first = this.#bytes[start];
    const blank = first === LF || first === CR && start + 2 === next &&
        this.#bytes[start + 1] === LF;
    if (blank) this.#endHeader(top, start, next);
  }

  /** Handles a line that starts with "--": whether it is a boundary that something waits for. */
  #delimiter(start: number, next: number): boolean {
    if (this.#boundaries.size === 0) return false;
    const text = this.#delimiterText(start + 2, next);
    if (text === undefined) return false;
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

  /** What follows "--" on a line, without the blanks that transport may have added; undefined when it is too long. */
  #delimiterText(start: number, next: number): string | undefined {
    const bytes = this.#bytes;
    let end = next;
    while (end > start && isBlank(bytes[end - 1]!)) end--;
    if (end - start > BOUNDARY_MAX + 2) return undefined;
    return latin1Decode(bytes.subarray(start, end));
  }

  /** Closes what is open above `level`: the line end before a boundary belongs to it (RFC 2046 §5.1.1). */
  #endParts(level: number, start: number): void {
    const bytes = this.#bytes;
    let end = start;
    if (bytes[end - 1] === LF) end -= bytes[end - 2] === CR ? 2 : 1;
    this.#closeDownTo(level + 1, end, start);
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
    this.#stack.push({
      entity,
      state: "header",
      boundary: undefined,
      linesBefore,
    });
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
      : readHeader(this.#bytes, start, fieldsEnd);
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

function isBlank(octet: number): boolean {
  return octet === SP || octet === TAB || octet === CR || octet === LF;
}

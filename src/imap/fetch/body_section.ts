/**
 * BODY[…] and BODY.PEEK[…]: octets of a message or of its parts (RFC 9051 §6.4.5),
 * and the older RFC822, RFC822.HEADER and RFC822.TEXT (RFC 3501 §6.4.5).
 *
 * @module
 */

import { concatBytes } from "../../bytes/mod.ts";
import {
  type Entity,
  HEADER_SIZE_MAX,
  type OctetRange,
} from "../../mail/mod.ts";
import type { Session } from "../../wire/mod.ts";
import { commonHeader, isCommonField } from "../common_fields.ts";
import { ResponseCutShort } from "../fault.ts";
import type { Message } from "../message.ts";
import type { Output } from "../output.ts";
import type { FetchAttribute, FetchItem, Need } from "../rows.ts";
import type { Scanner } from "../scanner.ts";
import { structureAttribute } from "./body_structure.ts";
import { findPart } from "./parts.ts";
import { passRange, readRange } from "./read_octets.ts";
import {
  cutRange,
  parsePartial,
  parseSection,
  type Partial,
  type Section,
  selectFields,
  writeSection,
} from "./section.ts";

/** BODY[…]; without brackets, BODY. */
export const body: FetchItem = {
  name: "BODY",
  parse: (scanner) =>
    scanner.peek() === "["
      ? sectionAttribute(scanner, "BODY", true)
      : structureAttribute("BODY", false),
};

/** BODY.PEEK[…]: the same, and \Seen stays as it is. */
export const bodyPeek: FetchItem = {
  name: "BODY.PEEK",
  parse: (scanner) => sectionAttribute(scanner, "BODY.PEEK", false),
};

/** RFC822: BODY[] by another name. */
export const rfc822: FetchItem = wholeItem("RFC822", "", true);

/** RFC822.PEEK: RFC822, and \Seen stays as it is (RFC 1730 §6.4.5). Outlook still asks so. */
export const rfc822Peek: FetchItem = wholeItem(
  "RFC822.PEEK",
  "",
  false,
  "RFC822",
);

/** RFC822.HEADER: BODY.PEEK[HEADER] by another name. */
export const rfc822Header: FetchItem = wholeItem(
  "RFC822.HEADER",
  "HEADER",
  false,
);

/** RFC822.TEXT: BODY[TEXT] by another name. */
export const rfc822Text: FetchItem = wholeItem("RFC822.TEXT", "TEXT", true);

/** Up to the end of the message, wherever that is. */
const TO_THE_END = Number.MAX_SAFE_INTEGER;

function wholeItem(
  name: string,
  text: "" | "HEADER" | "TEXT",
  setsSeen: boolean,
  toldAs = name,
): FetchItem {
  const section: Section = { path: [], text, fields: [] };
  const writeName = (out: Output) => out.words(`${toldAs} `);
  return {
    name,
    parse: () => ({
      name,
      needs: needsOf(section),
      setsSeen,
      write: (out, message) =>
        writeOctets(out, message, section, undefined, writeName),
    }),
  };
}

function* sectionAttribute(
  scanner: Scanner,
  name: string,
  setsSeen: boolean,
): Session<FetchAttribute> {
  const section = yield* parseSection(scanner);
  const partial = parsePartial(scanner);
  // RFC 9051 §7.5.2: the answer to BODY.PEEK is called BODY.
  const writeName = (out: Output) =>
    writeSection(out, "BODY", section, partial);
  return {
    name,
    needs: needsOf(section),
    setsSeen,
    write: (out, message) =>
      writeOctets(out, message, section, partial, writeName),
  };
}

function needsOf({ path, text }: Section): Need {
  const header = path.length === 0 && text.startsWith("HEADER");
  return header ? "header" : "body";
}

function* writeOctets(
  out: Output,
  message: Message,
  section: Section,
  partial: Partial | undefined,
  writeName: (out: Output) => void,
): Session<void> {
  if (section.path.length === 0 && section.text.startsWith("HEADER")) {
    const header = hasCommonOnly(section)
      ? yield* commonHeader(message)
      : yield* message.header();
    // A longer one was cut: its octets are streamed instead.
    if (header.length < HEADER_SIZE_MAX || section.fields.length > 0) {
      return writePieces(out, header, section, partial, writeName);
    }
  }
  const range = yield* locate(message, section);
  if (range === undefined) {
    writeName(out);
    return out.words("NIL");
  }
  if (section.fields.length > 0) {
    const header = yield* readRange(message, limited(range));
    return writePieces(out, header, section, partial, writeName);
  }
  yield* streamLiteral(out, message, range, partial, writeName);
}

function hasCommonOnly({ text, fields }: Section): boolean {
  return text === "HEADER.FIELDS" && fields.every(isCommonField);
}

/** Where the octets of a section stand; undefined where there is no such part. */
function* locate(
  message: Message,
  { path, text }: Section,
): Session<OctetRange | undefined> {
  if (path.length === 0) {
    if (text === "") return { start: 0, end: TO_THE_END };
    const header = yield* message.header();
    if (text === "TEXT" && header.length < HEADER_SIZE_MAX) {
      return { start: header.length, end: TO_THE_END };
    }
    return rangeOf(yield* message.structure(), text);
  }
  const part = findPart(yield* message.structure(), path);
  if (part === undefined || text === "") return part?.body;
  if (text === "MIME") return part.header;
  // RFC 9051 §6.4.5.1: HEADER and TEXT of a part are those of the message in it.
  return part.message && rangeOf(part.message, text);
}

function rangeOf(entity: Entity, text: string): OctetRange {
  return text === "TEXT" ? entity.body : entity.header;
}

function limited({ start, end }: OctetRange): OctetRange {
  return { start, end: Math.min(end, start + HEADER_SIZE_MAX) };
}

/** A header, or fields of it. */
function writePieces(
  out: Output,
  header: Uint8Array,
  section: Section,
  partial: Partial | undefined,
  writeName: (out: Output) => void,
): void {
  const octets = section.fields.length === 0 ? header : concatBytes(
    selectFields(header, section).map(({ start, end }) =>
      header.subarray(start, end)
    ),
  );
  const { start, end } = cutRange({ start: 0, end: octets.length }, partial);
  writeName(out);
  out.literal(withoutNul(octets.subarray(start, end)));
}

/** Streams octets, so that a message of any size takes the memory of one chunk. */
function* streamLiteral(
  out: Output,
  message: Message,
  range: OctetRange,
  partial: Partial | undefined,
  writeName: (out: Output) => void,
): Session<void> {
  const octets = yield* message.octets();
  const end = Math.min(range.end, octets.size);
  const cut = cutRange({ start: Math.min(range.start, end), end }, partial);
  writeName(out);
  out.literalHead(cut.end - cut.start);
  const passed = yield* passRange(octets, cut, function* (chunk) {
    out.bytes(withoutNul(chunk));
    yield* out.relieve();
  });
  if (passed < cut.end - cut.start) {
    throw new ResponseCutShort("Cannot read a message to its end");
  }
}

/** RFC 9051 §9, CHAR8: a literal has no NUL. Another octet takes its place, so that sizes stay true. */
function withoutNul(octets: Uint8Array): Uint8Array {
  return octets.includes(0)
    ? octets.map((octet) => octet === 0 ? 0x80 : octet)
    : octets;
}

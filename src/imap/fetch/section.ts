/**
 * Sections and partial ranges: `[2.HEADER.FIELDS (From)]<0.1024>` (RFC 9051 §6.4.5.1).
 *
 * @module
 */

import { asciiLower } from "../../bytes/mod.ts";
import { type OctetRange, readHeader } from "../../mail/mod.ts";
import type { Session } from "../../wire/mod.ts";
import type { Output } from "../output.ts";
import type { Scanner } from "../scanner.ts";
import { BadSyntax } from "../status.ts";

/** Which piece of the part: "" is all of it. */
export type SectionText =
  | ""
  | "HEADER"
  | "HEADER.FIELDS"
  | "HEADER.FIELDS.NOT"
  | "MIME"
  | "TEXT";

export interface Section {
  /** Part numbers; none for the message itself. */
  readonly path: readonly number[];
  readonly text: SectionText;
  /** Names of header fields as the client wrote them. */
  readonly fields: readonly string[];
}

/** `<origin.count>` */
export interface Partial {
  readonly origin: number;
  readonly count: number;
}

const TEXTS: ReadonlySet<string> = new Set<SectionText>([
  "HEADER",
  "HEADER.FIELDS",
  "HEADER.FIELDS.NOT",
  "MIME",
  "TEXT",
]);

/** Reads a section with its brackets. */
export function* parseSection(scanner: Scanner): Session<Section> {
  scanner.take("[");
  const { path, open } = parseNumbers(scanner);
  if (!open) {
    scanner.take("]");
    return { path, text: "", fields: [] };
  }
  const text = scanner.word("a section");
  // RFC 9051 §9, section-msgtext: the message as a whole has no MIME header of its own.
  if (!TEXTS.has(text) || text === "MIME" && path.length === 0) {
    throw new BadSyntax("expected a section");
  }
  const fields = text.startsWith("HEADER.") ? yield* parseFields(scanner) : [];
  scanner.take("]");
  return { path, text: text as SectionText, fields };
}

/** Reads `[2.1]` or `[]` (RFC 9051 §9, section-binary). */
export function parseBinarySection(scanner: Scanner): readonly number[] {
  scanner.take("[");
  const { path, open } = parseNumbers(scanner);
  if (open) throw new BadSyntax("expected a part");
  scanner.take("]");
  return path;
}

/** Reads `<0.2048>` if it comes next (RFC 9051 §9, partial). */
export function parsePartial(scanner: Scanner): Partial | undefined {
  if (!scanner.tryTake("<")) return undefined;
  const origin = scanner.number64("an offset");
  scanner.take(".");
  const count = scanner.number64("a count");
  if (count === 0) throw new BadSyntax("expected a count above 0");
  scanner.take(">");
  return { origin, count };
}

/** Writes a section as a response has it, with the origin of a partial one and a space. */
export function writeSection(
  out: Output,
  name: string,
  { path, text, fields }: Section,
  partial: Partial | undefined,
): void {
  out.words(`${name}[${[...path, ...(text === "" ? [] : [text])].join(".")}`);
  fields.forEach((field, i) => {
    out.words(i === 0 ? " (" : " ");
    if (isAtom(field)) out.words(field);
    else out.string(field);
  });
  out.words(fields.length > 0 ? ")]" : "]");
  out.words(partial ? `<${partial.origin}> ` : " ");
}

/** What `partial` leaves of `range`. */
export function cutRange(
  { start, end }: OctetRange,
  partial: Partial | undefined,
): OctetRange {
  if (partial === undefined) return { start, end };
  const from = Math.min(start + partial.origin, end);
  return { start: from, end: Math.min(from + partial.count, end) };
}

/**
 * The fields of the section `header` that are named, or that are not, with its blank
 * line (RFC 9051 §6.4.5.1: it is there wherever the message has one).
 */
export function selectFields(
  header: Uint8Array,
  { text, fields }: Section,
): OctetRange[] {
  const wanted = new Set(fields.map(asciiLower));
  const section = readHeader(header);
  const named = section.fields.filter((field) =>
    wanted.has(asciiLower(field.name))
  );
  const blank = { start: section.fieldsEnd, end: section.end };
  if (text === "HEADER.FIELDS") return [...named, blank];
  const others: OctetRange[] = [];
  let start = 0;
  // Lines that are no field have no name: they are not among those left out.
  for (const field of named) {
    others.push({ start, end: field.start });
    start = field.end;
  }
  return [...others, { start, end: section.end }];
}

/** Part numbers up to the first that is none; `open` when a word, or a closing bracket for none at all, must follow. */
function parseNumbers(scanner: Scanner): { path: number[]; open: boolean } {
  const path: number[] = [];
  do {
    if (!/\d/.test(scanner.peek())) {
      const empty = path.length === 0 && scanner.peek() === "]";
      return { path, open: !empty };
    }
    path.push(scanner.positive("a part number"));
  } while (scanner.tryTake("."));
  return { path, open: false };
}

function* parseFields(scanner: Scanner): Session<string[]> {
  scanner.space();
  return yield* scanner.sessionList(() => scanner.astring("a field name"));
}

function isAtom(text: string): boolean {
  return /^[!#$&'+,\-./0-9:;<=>?@A-Z[^_`a-z|}~]+$/.test(text);
}

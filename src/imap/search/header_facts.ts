/**
 * What SEARCH, SORT and THREAD compare of a header, in the form in which they compare it:
 * kept, so that a whole mailbox can be gone through without reading its headers again.
 *
 * @module
 */

import { utf8Decode, utf8Encode } from "../../bytes/mod.ts";
import {
  decodeEncodedWords,
  decodeText,
  findField,
  findFields,
  type HeaderField,
  parseAddressList,
  parseDate,
  parseLocalDate,
  readHeader,
  unfold,
} from "../../mail/mod.ts";
import type { Session } from "../../wire/mod.ts";
import { commonHeader } from "../common_fields.ts";
import type { Message } from "../message.ts";
import { idOf, parentsOf } from "../thread_id.ts";
import { type BaseSubject, baseSubject } from "./base_subject.ts";
import { fold } from "./collation.ts";

/** A fact about headers: how it is found out, kept, and read. */
export interface HeaderFact<T> {
  readonly kind: "d1" | "f1" | "k1" | "r1";
  readonly of: (fields: readonly HeaderField[]) => T;
  /** Undefined for what cannot be kept. */
  readonly write: (value: T) => Uint8Array | undefined;
  readonly read: (octets: Uint8Array) => T;
}

/** The moments that a Date field names, in milliseconds since 1970; NaN where there is none. */
export interface SentDates {
  readonly utc: number;
  /** On the sender's clock. */
  readonly local: number;
}

export const sentDates: HeaderFact<SentDates> = {
  kind: "d1",
  of: (fields) => {
    const value = findField(fields, "Date")?.value;
    return {
      utc: value === undefined ? NaN : parseDate(value) ?? NaN,
      local: value === undefined ? NaN : parseLocalDate(value) ?? NaN,
    };
  },
  write: ({ utc, local }) => {
    const octets = new Uint8Array(16);
    const view = new DataView(octets.buffer);
    view.setFloat64(0, utc, true);
    view.setFloat64(8, local, true);
    return octets;
  },
  read: (octets) => {
    // Where in a page they stand is not aligned.
    const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
    return { utc: view.getFloat64(0, true), local: view.getFloat64(8, true) };
  },
};

/** Fields that have a search key of their own. */
export const SEARCHED = ["FROM", "TO", "CC", "BCC", "SUBJECT"] as const;
export type Searched = typeof SEARCHED[number];

/** Ends a field in what is kept. */
const END = "\x01";
/** Ends a text of a field. */
const END_OF_TEXT = "\x02";

/** The texts of the fields of {@linkcode SEARCHED}, folded; of each field all that there are. */
export const searchedTexts: HeaderFact<string> = {
  kind: "f1",
  of: (fields) =>
    SEARCHED.map((name) =>
      findFields(fields, name)
        .map(({ value }) =>
          fold(decodeEncodedWords(unfold(value))) + END_OF_TEXT
        )
        .join("") + END
    ).join(""),
  write: (texts) => {
    const isKept = texts.split(END).length === SEARCHED.length + 1;
    return isKept && texts.isWellFormed() ? utf8Encode(texts) : undefined;
  },
  read: (octets) => utf8Decode(octets)!,
};

/** True for what may be looked for in {@linkcode searchedTexts}. */
export function isKeptText(text: string): boolean {
  return !text.includes(END) && !text.includes(END_OF_TEXT);
}

/**
 * True when one of the fields has `needle`; "" asks whether there is such a field.
 *
 * @param field Its place in {@linkcode SEARCHED}.
 */
export function fieldHas(
  texts: string,
  field: number,
  needle: string,
): boolean {
  // Mostly it is in none of them.
  if (needle !== "" && !texts.includes(needle)) return false;
  const text = texts.split(END)[field]!;
  return needle === "" ? text !== "" : text.includes(needle);
}

/** What SORT orders by; empty where there is nothing. */
export interface SortTexts extends BaseSubject {
  readonly from: AddressTexts;
  readonly to: AddressTexts;
  readonly cc: AddressTexts;
}

/** Of the first address of a field, folded. */
export interface AddressTexts {
  /** RFC 5256 §3: the local part; a group's is its name (RFC 9051 §7.5.2). */
  readonly mailbox: string;
  /** RFC 5957 §3: the display name, or the address where it has none. */
  readonly display: string;
}

export const sortTexts: HeaderFact<SortTexts> = {
  kind: "k1",
  of: (fields) => ({
    ...baseSubject(findField(fields, "Subject")?.value ?? ""),
    from: addressTexts(fields, "From"),
    to: addressTexts(fields, "To"),
    cc: addressTexts(fields, "Cc"),
  }),
  write: ({ text, isReply, from, to, cc }) => {
    const people = [from, to, cc].flatMap(({ mailbox, display }) => [
      mailbox,
      // Most write no other name than their own.
      display === mailbox ? "" : `+${display}`,
    ]);
    return writeList([text, isReply ? "re" : "", ...people]);
  },
  read: (octets) => {
    const [text, re, ...people] = readList(octets) as [string, ...string[]];
    const at = (i: number): AddressTexts => {
      const [mailbox, other] = [people[i]!, people[i + 1]!];
      return { mailbox, display: other === "" ? mailbox : other.slice(1) };
    };
    return { text, isReply: re !== "", from: at(0), to: at(2), cc: at(4) };
  },
};

function addressTexts(
  fields: readonly HeaderField[],
  field: string,
): AddressTexts {
  const first = parseAddressList(findField(fields, field)?.value ?? "")[0];
  if (first === undefined) return { mailbox: "", display: "" };
  const name = first.kind === "group" ? first.rawName : first.localPart;
  const display = first.name !== "" || first.kind === "group"
    ? first.name
    : decodeEncodedWords(`${first.localPart}@${first.domain}`);
  return { mailbox: fold(decodeText(name)), display: fold(display) };
}

/** What a message is called, and what it refers to. */
export interface MessageIds {
  readonly id: string | undefined;
  readonly parents: readonly string[];
}

export const messageIds: HeaderFact<MessageIds> = {
  kind: "r1",
  of: (fields) => ({ id: idOf(fields), parents: parentsOf(fields) }),
  write: ({ id, parents }) =>
    writeList([id === undefined ? "" : `<${id}`, ...parents]),
  read: (octets) => {
    const [id, ...parents] = readList(octets) as [string, ...string[]];
    return { id: id === "" ? undefined : id.slice(1), parents };
  },
};

const KEEP_ALL = [
  keeping(sentDates),
  keeping(searchedTexts),
  keeping(sortTexts),
  keeping(messageIds),
];

/** What cannot be kept: no UTF-8. */
const UNKEPT = Uint8Array.of(0xff);

function writeList(texts: readonly string[]): Uint8Array | undefined {
  const isKept = texts.every((text) =>
    !text.includes(END) && text.isWellFormed()
  );
  return isKept ? utf8Encode(texts.join(END)) : undefined;
}

function readList(octets: Uint8Array): string[] {
  return utf8Decode(octets)!.split(END);
}

/** What of `fact` can be told without waiting. */
export function knownFact<T>(
  message: Message,
  fact: HeaderFact<T>,
): T | undefined {
  const octets = message.known(fact.kind);
  return octets && !isUnkept(octets) ? fact.read(octets) : undefined;
}

/** Where nothing is kept, all facts are found out at once. */
export function* headerFact<T>(
  message: Message,
  fact: HeaderFact<T>,
): Session<T> {
  const octets = yield* message.found(fact.kind);
  if (octets && !isUnkept(octets)) return fact.read(octets);
  const { fields } = readHeader(yield* commonHeader(message));
  if (!octets) { for (const keep of KEEP_ALL) keep(message, fields); }
  return fact.of(fields);
}

function keeping<T>({ kind, of, write }: HeaderFact<T>) {
  return (message: Message, fields: readonly HeaderField[]): void =>
    message.keep(kind, write(of(fields)) ?? UNKEPT);
}

function isUnkept(octets: Uint8Array): boolean {
  return octets.length === 1 && octets[0] === UNKEPT[0];
}

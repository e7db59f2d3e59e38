/**
 * Questions and answers as messages (RFC 1035 §4, RFC 6891, RFC 6840 §5.7).
 *
 * dns-packet writes the question and reads the data of most records; the walk from
 * record to record is our own, because the library's stumbles over records that
 * nobody asked for and does not compare what it read with a record's length.
 */

import { Buffer } from "node:buffer";
import packet from "dns-packet";
import { latin1Decode } from "../bytes/mod.ts";
import { readName } from "./name.ts";
import type { Mx, Tlsa } from "./resolver.ts";

/** RFC 9715: what passes without fragments on any path. */
export const UDP_SIZE = 1232;

/** What can be asked for, and what each record then is. */
export interface RecordTypes {
  A: string;
  AAAA: string;
  MX: Mx;
  TXT: string;
  TLSA: Tlsa;
  PTR: string;
}
export type QuestionType = keyof RecordTypes;

const CODES: Readonly<Record<QuestionType, number>> = {
  A: 1,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  TLSA: 52,
};
const NS = 2;
const CNAME = 5;
const SOA = 6;
const CLASS_IN = 1;

export interface Question {
  /** As `normalName` gives it. */
  readonly name: string;
  readonly type: QuestionType;
}

/** RFC 1035 §4.1.1. */
export const RCODES = {
  noError: 0,
  formatError: 1,
  serverFailure: 2,
  nameError: 3,
  notImplemented: 4,
  refused: 5,
} as const;

export interface ResourceRecord<T> {
  readonly owner: string;
  /** Seconds. */
  readonly ttl: number;
  readonly data: T;
}

export interface Response {
  readonly rcode: number;
  readonly truncated: boolean;
  /** The AD bit. */
  readonly authentic: boolean;
  readonly aliases: readonly ResourceRecord<string>[];
  /** Those of the type that was asked for. */
  readonly records: readonly ResourceRecord<unknown>[];
  /** Seconds that a negative answer may be kept, if its zone says so (RFC 2308 §5). */
  readonly negativeTtl: number | undefined;
  /** It says no more than who might know: its server does not ask for us (RFC 2308 §2.2). */
  readonly isReferral: boolean;
}

/** How a question is put. */
export interface QueryOptions {
  /** EDNS(0): with it `UDP_SIZE` octets, without it 512. */
  readonly edns: boolean;
  /** Asks for what DNSSEC proves: DO, and AD (RFC 6840 §5.7). */
  readonly dnssec: boolean;
}

/** A query as it is sent over UDP. */
export function formatQuery(
  id: number,
  { name, type }: Question,
  { edns, dnssec }: QueryOptions,
): Uint8Array {
  return packet.encode({
    type: "query",
    id,
    flags: packet.RECURSION_DESIRED | (dnssec ? packet.AUTHENTIC_DATA : 0),
    questions: [{ name, type, class: "IN" }],
    additionals: edns ? [optRecord(dnssec)] : [],
  });
}

function optRecord(dnssec: boolean) {
  return {
    type: "OPT",
    name: ".",
    udpPayloadSize: UDP_SIZE,
    flags: dnssec ? packet.DNSSEC_OK : 0,
    options: [],
  };
}

/**
 * Whether `message` answers this very query (RFC 5452 §9.1). A server that understood
 * nothing may leave out the question.
 */
export function isAnswerTo(
  message: Uint8Array,
  id: number,
  { name, type }: Question,
): boolean {
  const view = viewOf(message);
  if (message.length < 12 || view.getUint16(0) !== id) return false;
  const flags = view.getUint16(2);
  if ((flags & 0xf800) !== 0x8000) return false;
  const questions = view.getUint16(4);
  if (questions === 0) return (flags & 0xf) === RCODES.formatError;
  const asked = readName(message, 12);
  return questions === 1 && asked?.name === name &&
    asked.end + 4 <= message.length &&
    view.getUint16(asked.end) === CODES[type] &&
    view.getUint16(asked.end + 2) === CLASS_IN;
}

/** Reads a message that `isAnswerTo` lets pass, or undefined when it is malformed. Never throws. */
export function parseResponse(
  message: Uint8Array,
  type: QuestionType,
): Response | undefined {
  try {
    return readResponse(message, type);
  } catch {
    // A DataView or dns-packet read past an end.
    return undefined;
  }
}

class Malformed extends Error {}

interface RawRecord {
  readonly owner: string;
  readonly type: number;
  readonly ttl: number;
  /** Of the data, behind its length. */
  readonly start: number;
  readonly end: number;
}

function readResponse(message: Uint8Array, type: QuestionType): Response {
  const view = viewOf(message);
  const flags = view.getUint16(2);
  const truncated = (flags & packet.TRUNCATED_RESPONSE) !== 0;
  const rcode = flags & 0xf;
  const aliases: ResourceRecord<string>[] = [];
  const records: ResourceRecord<unknown>[] = [];
  let negativeTtl: number | undefined;
  let refers = false;
  const raws = truncated ? [] : readSections(message, view);
  for (const { section, record } of raws) {
    const { owner, ttl } = record;
    if (section === "answer" && record.type === CNAME) {
      aliases.push({ owner, ttl, data: readNameData(message, record) });
    } else if (section === "answer" && record.type === CODES[type]) {
      const data = READERS[type](message, record);
      records.push({ owner, ttl, data });
    } else if (section === "authority" && record.type === SOA) {
      negativeTtl ??= Math.min(ttl, ttlOf(view.getUint32(record.end - 4)));
    } else if (section === "authority" && record.type === NS) {
      refers = true;
    }
  }
  const authentic = (flags & packet.AUTHENTIC_DATA) !== 0;
  const found = aliases.length + records.length > 0;
  const isReferral = refers && !found && negativeTtl === undefined &&
    (flags & packet.AUTHORITATIVE_ANSWER) === 0;
  return {
    ...{ rcode, truncated, authentic, aliases, records, negativeTtl },
    isReferral,
  };
}

interface Placed {
  readonly section: "answer" | "authority";
  readonly record: RawRecord;
}

/** The records of the first two sections; nothing we ask for stands in the third. */
function readSections(message: Uint8Array, view: DataView): Placed[] {
  const placed: Placed[] = [];
  let at = 12;
  for (let n = view.getUint16(4); n > 0; n--) {
    at = nameAt(message, at).end + 4;
  }
  for (const [section, place] of [["answer", 6], ["authority", 8]] as const) {
    for (let n = view.getUint16(place); n > 0; n--) {
      const { record, isOurs } = readRecord(message, view, at);
      if (isOurs) placed.push({ section, record });
      at = record.end;
    }
  }
  return placed;
}

function readRecord(message: Uint8Array, view: DataView, offset: number) {
  const { name: owner, end: at } = nameAt(message, offset);
  const start = at + 10;
  const end = start + view.getUint16(at + 8);
  if (end > message.length) throw new Malformed();
  const [type, ttl] = [view.getUint16(at), ttlOf(view.getUint32(at + 4))];
  return {
    isOurs: view.getUint16(at + 2) === CLASS_IN,
    record: { owner, type, ttl, start, end },
  };
}

/** RFC 2181 §8: with its highest bit set it counts as 0. */
function ttlOf(value: number): number {
  return value > 0x7fffffff ? 0 : value;
}

function nameAt(message: Uint8Array, offset: number) {
  const found = readName(message, offset);
  if (found === undefined) throw new Malformed();
  return found;
}

type DataReader<T> = (message: Uint8Array, record: RawRecord) => T;

const READERS: { readonly [T in QuestionType]: DataReader<RecordTypes[T]> } = {
  A: (message, record) => readWith(packet.a, message, record),
  AAAA: (message, record) => readWith(packet.aaaa, message, record),
  PTR: readNameData,
  MX: (message, record) => ({
    preference: viewOf(message).getUint16(record.start),
    exchange: readNameData(message, { ...record, start: record.start + 2 }),
  }),
  TXT: (message, record) =>
    readWith(packet.txt, message, record).map((part) => latin1Decode(part))
      .join(""),
  TLSA: (message, record) => {
    const read = readWith(packet.tlsa, message, record);
    const { usage, selector, matchingType: matching, certificate } = read;
    // A copy, so that the message can go.
    return { usage, selector, matching, data: Uint8Array.from(certificate) };
  },
};

function readNameData(message: Uint8Array, record: RawRecord): string {
  const { name, end } = nameAt(message, record.start);
  if (end !== record.end) throw new Malformed();
  return name;
}

interface Codec<T> {
  readonly decode: {
    (buffer: Uint8Array, offset?: number): T;
    bytes: number;
  };
}

function readWith<T>(
  { decode }: Codec<T>,
  message: Uint8Array,
  { start, end }: RawRecord,
): T {
  // dns-packet reads with the methods of a Buffer.
  const { buffer, byteOffset, length } = message;
  const data = decode(Buffer.from(buffer, byteOffset, length), start - 2);
  if (decode.bytes !== end - start + 2) throw new Malformed();
  return data;
}

function viewOf(message: Uint8Array): DataView {
  return new DataView(message.buffer, message.byteOffset, message.byteLength);
}

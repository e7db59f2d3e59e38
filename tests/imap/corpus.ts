/**
 * A mailbox of made-up messages of which it is known what a reader would find in them:
 * what SEARCH says is held against this, not against another parser.
 */

import { latin1Decode, utf8Encode } from "../../src/bytes/mod.ts";
import type { Message } from "../../src/imap/message.ts";
import { View } from "../../src/imap/view.ts";
import type { SearchScope } from "../../src/imap/search/evaluate.ts";
import { seededRandom } from "../harness/seeded_random.ts";
import { context, sampleMessage } from "./sample.ts";

/** What is true of a message. */
export interface Truth {
  readonly uid: number;
  readonly flags: readonly string[];
  readonly recent: boolean;
  readonly size: number;
  readonly internalDate: number;
  readonly savedDate: number;
  readonly modseq: number;
  readonly emailId: string;
  /** Days since 1970 on the sender's clock. */
  readonly sentDay: number | undefined;
  /** Of the message itself. */
  readonly header: readonly (readonly [name: string, text: string])[];
  /** Of parts and enclosed messages. */
  readonly innerHeaders: readonly (readonly [name: string, text: string])[];
  readonly texts: readonly string[];
}

export type Random = (limit: number) => number;

/** Deterministic numbers below `limit`. */
export function randomFrom(seed: number): Random {
  const next = seededRandom(seed);
  return (limit) => Math.floor(next() * limit);
}

export function pick<T>(random: Random, items: readonly T[]): T {
  return items[random(items.length)]!;
}

export const WORDS = [
  "invoice",
  "Straße",
  "ÄRGER",
  "naïve",
  "Σίσυφος",
  "日本語",
  "hello world",
  "50%",
  "a=b",
  "Budget",
  "\u{1f600}",
  "co-op's",
  "\ufb01nance",
  "e\u0301te\u0301",
  "invoices",
  "ref7invoice8x",
  "Donaudampfschifffahrtsgesellschaftskapit\u00e4n",
];

export const FLAGS = [
  "\\Seen",
  "\\Answered",
  "\\Deleted",
  "\\Draft",
  "\\Flagged",
  "$Work",
];
export const NOW = Date.UTC(2026, 5, 15, 12);
export const DAY = 86_400_000;

function words(random: Random): string {
  return Array.from({ length: random(4) + 1 }, () => pick(random, WORDS))
    .join(" ");
}

function base64(text: string): string {
  return utf8Encode(text).toBase64();
}

function quotedPrintable(octets: Uint8Array): string {
  return [...octets].map((octet) =>
    octet > 32 && octet < 127 && octet !== 61
      ? String.fromCharCode(octet)
      : `=${octet.toString(16).toUpperCase().padStart(2, "0")}`
  ).join("").replace(/(?:=..|[^=]){60}/g, "$&=\r\n");
}

/** A field value in one of the ways in which senders write it; a byte string. */
function written(random: Random, text: string): string {
  const way = random(3);
  if (way === 0) return latin1Decode(utf8Encode(text));
  if (way === 1) return `=?UTF-8?B?${base64(text)}?=`;
  return text.split(" ").map((word, i) =>
    `=?utf-8?q?${
      (i > 0 ? "_" : "") +
      [...utf8Encode(word)].map((o) => `=${o.toString(16).padStart(2, "0")}`)
        .join("")
    }?=`
  ).join("\r\n ");
}

interface Part {
  readonly bytes: string;
  readonly texts: string[];
  readonly headers: [string, string][];
}

function textPart(random: Random): Part {
  const text = `${words(random)}\r\n${words(random)}`;
  const utf8 = utf8Encode(text);
  const ways: [string, string, string][] = [
    ["text/plain; charset=utf-8", "8bit", latin1Decode(utf8)],
    ["text/plain; charset=UTF-8", "base64", utf8.toBase64()],
    ["text/html; charset=utf-8", "quoted-printable", quotedPrintable(utf8)],
  ];
  // deno-lint-ignore no-control-regex
  if (/^[\x00-\xff]*$/.test(text)) {
    const octets = Uint8Array.from(text, (char) => char.charCodeAt(0));
    ways.push([
      "text/plain; charset=iso-8859-1",
      "Quoted-Printable",
      quotedPrintable(octets),
    ]);
  }
  const [type, encoding, body] = pick(random, ways);
  return {
    bytes:
      `Content-Type: ${type}\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${body}`,
    texts: [text],
    headers: [["Content-Type", type], ["Content-Transfer-Encoding", encoding]],
  };
}

/** Octets that are no text: nothing is found in them. */
function binaryPart(random: Random): Part {
  const body = base64(words(random));
  return {
    bytes:
      `Content-Type: application/x-words\r\nContent-Transfer-Encoding: base64\r\n\r\n${body}`,
    texts: [],
    headers: [
      ["Content-Type", "application/x-words"],
      ["Content-Transfer-Encoding", "base64"],
    ],
  };
}

function enclosedPart(random: Random, depth: number): Part {
  const subject = words(random);
  const inner = anyPart(random, depth + 1);
  return {
    bytes: `Content-Type: message/rfc822\r\n\r\nSubject: ${
      written(random, subject)
    }\r\n${inner.bytes}`,
    texts: inner.texts,
    headers: [
      ["Content-Type", "message/rfc822"],
      ["Subject", subject],
      ...inner.headers,
    ],
  };
}

function multipart(random: Random, depth: number): Part {
  const boundary = `b${depth}-${random(1000)}`;
  const parts = Array.from(
    { length: random(3) + 1 },
    () => anyPart(random, depth + 1),
  );
  const type = `multipart/mixed; boundary=${boundary}`;
  return {
    bytes: `Content-Type: ${type}\r\n\r\npreamble\r\n` +
      parts.map((part) => `--${boundary}\r\n${part.bytes}\r\n`).join("") +
      `--${boundary}--\r\n`,
    texts: parts.flatMap((part) => part.texts),
    headers: [
      ["Content-Type", type],
      ...parts.flatMap((part) => part.headers),
    ],
  };
}

function anyPart(random: Random, depth: number): Part {
  const kind = random(depth > 2 ? 3 : 6);
  if (kind < 2) return textPart(random);
  if (kind === 2) return binaryPart(random);
  return kind === 3 ? enclosedPart(random, depth) : multipart(random, depth);
}

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** A date on the sender's clock, with its zone. */
function writtenDate(random: Random, day: number): string {
  const date = new Date(day * DAY);
  const zone = pick(random, ["+1400", "-1200", "+0000", "+0530"]);
  return `${date.getUTCDate()} ${
    MONTHS[date.getUTCMonth()]
  } ${date.getUTCFullYear()} 23:59:0${random(10)} ${zone} (here)`;
}

function sample(random: Random, uid: number): [Truth, Message] {
  const header: [string, string][] = [];
  const lines: string[] = [];
  const add = (name: string, text: string, raw = written(random, text)) => {
    header.push([name, text]);
    lines.push(`${name}: ${raw}\r\n`);
  };
  const sentDay = random(6) === 0 ? undefined : 20_600 + random(20);
  if (sentDay !== undefined) {
    const date = writtenDate(random, sentDay);
    add("Date", date, date);
  }
  for (const name of ["Subject", "From", "To", "Cc", "Bcc", "X-Note"]) {
    if (random(3) > 0) add(name, random(9) === 0 ? "" : words(random));
  }
  const body = anyPart(random, 0);
  // The fields before the first blank line are the message's own.
  const own = body.bytes.split("\r\n\r\n")[0]!.split("\r\n").length;
  header.push(...body.headers.slice(0, own));
  const bytes = Uint8Array.from(
    lines.join("") + body.bytes,
    (char) => char.charCodeAt(0),
  );
  const meta = {
    uid,
    flags: FLAGS.filter(() => random(2) === 0),
    internalDate: NOW - random(20 * DAY),
    savedDate: NOW - random(5 * DAY),
    modseq: random(50) + 1,
    emailId: `E${random(30)}`,
    size: bytes.length,
  };
  const recent = random(3) === 0;
  const truth = {
    ...meta,
    recent,
    sentDay,
    header,
    innerHeaders: body.headers.slice(own),
    texts: body.texts,
  };
  return [
    truth,
    sampleMessage(bytes, meta, { sequence: 0, recent, piece: random(90) + 1 }),
  ];
}

export interface Corpus {
  readonly truths: readonly Truth[];
  readonly scope: SearchScope;
  /** How often others had their turn. */
  readonly pauses: () => number;
}

/** `size` messages with gaps between their UIDs. */
export function makeCorpus(size: number, seed: number): Corpus {
  const random = randomFrom(seed);
  const messages = new Map<number, Message>();
  const truths: Truth[] = [];
  for (let i = 0, uid = 0; i < size; i++) {
    uid += random(3) + 1;
    const [truth, message] = sample(random, uid);
    truths.push(truth);
    messages.set(uid, message);
  }
  return { truths, ...scopeOf(messages) };
}

/** A scope over `messages` by UID. */
export function scopeOf(
  messages: ReadonlyMap<number, Message>,
): { scope: SearchScope; pauses: () => number } {
  const view = new View([...messages.values()].map(({ meta }) => meta));
  let pauses = 0;
  const scope: SearchScope = {
    view,
    context: {
      ...context,
      now: NOW,
      largestSequence: view.count,
      largestUid: view.largestUid,
      sentDays: view.sentDays,
    },
    isRecent: (uid) => messages.get(uid)!.recent,
    lacks: () => undefined,
    open: ({ meta, sequence }) =>
      Object.assign(messages.get(meta.uid)!, { sequence }),
    // deno-lint-ignore require-yield -- nothing to wait for
    *pause() {
      pauses++;
    },
    *end() {},
  };
  return { scope, pauses: () => pauses };
}

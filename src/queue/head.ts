/**
 * What a record of the journal says: its JSON, read and written.
 *
 * There may be 200,000 to read at a start. The usual ones, in our own form and without
 * anything to unescape, are read without a parser, and the envelope of a message is
 * passed over until its turn comes.
 */

import type { Buffer } from "node:buffer";
import { type Noted, notedOf, shareSaid } from "./said.ts";
import type { Conclusion, Notes } from "./spool.ts";

/** What a record says. */
export type Head =
  | MessageHead
  | {
    readonly kind: "noted";
    readonly id: string;
    readonly notes: readonly Noted[];
  }
  | Concluded & { readonly kind: "settled" }
  | {
    /** The last batch of an older segment is on the disk, in that segment or again. */
    readonly kind: "proven";
    /** Its number. */
    readonly segment: number;
  };

export interface MessageHead {
  readonly kind: "message";
  readonly id: string;
  /** Octets of the message. */
  readonly size: number;
  /** CRC-32 of the octets. */
  readonly crc: number;
  /** True when the octets are in a file of their own. */
  readonly large: boolean;
  /** Of its envelope. */
  readonly notBefore: number;
  readonly priority: number;
  readonly pending: readonly string[];
  /** Of pending destinations, as far as they were tried or held. */
  readonly notes?: readonly Noted[] | undefined;
  /** What the message reports of another. */
  readonly concludes?: Concluded | undefined;
}

/** A conclusion as it is read. */
export interface Concluded {
  readonly id: string;
  readonly destinations: readonly string[];
  readonly notes?: readonly Noted[];
}

const ID = /^[a-z0-9-]{1,64}$/;
/** It stands last; inside a string it could not: its quotes would be escaped. */
const ENVELOPE = `,"envelope":`;
// deno-lint-ignore no-control-regex
const ASCII = /^[\x00-\x7f]*$/;
/** Of ASCII, and nothing in it is escaped. */
// deno-lint-ignore no-control-regex
const PLAIN = /^[\x00-\x5b\x5d-\x7f]*$/;
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Octets of a line within which it is said what is usual, but for the envelope. */
const USUAL = 512;

/** Reads "<batch> <JSON>"; undefined when it says nothing that we know. */
export function parseLine(
  bytes: Buffer,
  from: number,
  to: number,
): { head: Head; batch: number } | undefined {
  try {
    const latin1 = sliceOf(bytes, from, Math.min(to, from + USUAL));
    const space = latin1.indexOf(" ");
    const batch = Number(latin1.slice(0, space));
    if (!Number.isSafeInteger(batch)) return undefined;
    const head = new UsualHead(latin1, space + 1, bytes, from, to).read() ??
      parseHead(decoder.decode(bytes.subarray(from + space + 1, to)));
    return head && { head, batch };
  } catch {
    return undefined;
  }
}

/** The envelope in a message's line, as JSON. */
export function envelopeIn(line: Uint8Array): string {
  const text = decoder.decode(line).trimEnd();
  return text.slice(text.indexOf(ENVELOPE) + ENVELOPE.length, -1);
}

/** A decoder costs ten times as much. */
function sliceOf(bytes: Buffer, from: number, to: number): string {
  return bytes.toString("latin1", from, to);
}

/** Reads a head in the form that we write most; gives up at anything else. */
class UsualHead {
  readonly #text: string;
  readonly #bytes: Buffer;
  readonly #from: number;
  readonly #to: number;
  #at: number;

  /**
   * @param text The beginning of the line, as Latin-1: what is read of it has to be ASCII.
   * @param from Where that lies in `bytes`; `to` is where the line ends.
   */
  constructor(
    text: string,
    at: number,
    bytes: Buffer,
    from: number,
    to: number,
  ) {
    this.#text = text;
    this.#at = at;
    this.#bytes = bytes;
    this.#from = from;
    this.#to = to;
  }

  read(): Head | undefined {
    if (this.#skip(`{"kind":"message","id":"`)) return this.#message();
    if (this.#skip(`{"kind":"noted","id":"`)) return this.#noted();
    return undefined;
  }

  #message(): Head | undefined {
    const id = this.#kept();
    if (id === undefined || !ID.test(id) || !this.#skip(`,"size":`)) return;
    const size = this.#number();
    if (size === undefined || !this.#skip(`,"crc":`)) return;
    const crc = this.#number();
    const large = this.#skip(`,"large":true`);
    if (crc === undefined || !this.#skip(`,"pending":[`)) return;
    const pending = this.#words();
    if (pending === undefined) return;
    const isNoted = this.#skip(`,"notes":{`);
    const notes = isNoted ? this.#note(ENVELOPE) : undefined;
    if (isNoted && notes === undefined || !this.#skip(ENVELOPE)) return;
    const atHand = { notBefore: 0, priority: 0 };
    return { kind: "message", id, size, crc, large, ...atHand, pending, notes };
  }

  #noted(): Head | undefined {
    const id = this.#word();
    if (id === undefined || !ID.test(id) || !this.#skip(`,"notes":{`)) return;
    const notes = this.#note("}");
    const isAll = this.#from + this.#at + 1 === this.#to;
    return notes && isAll ? { kind: "noted", id, notes } : undefined;
  }

  /** The only note, up to `next`, which follows all notes. */
  #note(next: string): Noted[] | undefined {
    const key = this.#skip(`"`) ? this.#word() : undefined;
    if (key === undefined || !this.#skip(`:{"attempts":`)) return;
    const attempts = this.#number();
    if (attempts === undefined || !this.#skip(`,"next":`)) return;
    const due = this.#number();
    if (due === undefined) return;
    const last = this.#skip(`,"last":`) ? this.#number() : undefined;
    const end = next === "}"
      ? this.#to - this.#from - "}}}".length
      : this.#text.indexOf(`}}${next}`, this.#at);
    if (end < this.#at || end > this.#at && !this.#skip(",")) return;
    const said = this.#text.slice(this.#at, end);
    this.#at = end;
    if (!this.#skip(`}}${next}`) || !ASCII.test(said)) return;
    this.#at -= next.length;
    // Another note, or a conclusion; within a string the quotes would be escaped.
    if (said.includes(`"attempts":`) || said.includes(`"concludes":`)) return;
    return [{ key, attempts, next: due, last, said: shareSaid(said) }];
  }

  #words(): string[] | undefined {
    const words: string[] = [];
    do {
      const word = this.#skip(`"`) ? this.#kept() : undefined;
      if (word === undefined) return undefined;
      words.push(word);
    } while (this.#skip(","));
    return this.#skip("]") ? words : undefined;
  }

  /** Up to a quote, and the quote. */
  #word(): string | undefined {
    const from = this.#at;
    const to = this.#text.indexOf(`"`, from);
    if (to < 0) return undefined;
    this.#at = to + 1;
    const word = this.#text.slice(from, to);
    return PLAIN.test(word) ? word : undefined;
  }

  /** The same for what is kept: a slice of the text would keep all of it in memory. */
  #kept(): string | undefined {
    const from = this.#from + this.#at;
    const word = this.#word();
    return word && sliceOf(this.#bytes, from, from + word.length);
  }

  #number(): number | undefined {
    const from = this.#at;
    let value = 0;
    for (;; this.#at++) {
      const digit = this.#text.charCodeAt(this.#at) - 0x30;
      // Not a number, past the end too.
      if (!(digit >= 0 && digit <= 9)) break;
      value = value * 10 + digit;
    }
    return this.#at > from && Number.isSafeInteger(value) ? value : undefined;
  }

  #skip(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }
}

/** Reads any head; throws, or gives undefined, at what is none. */
function parseHead(text: string): Head | undefined {
  const envelope = text.indexOf(ENVELOPE);
  const value: unknown = JSON.parse(
    envelope < 0 ? text : `${text.slice(0, envelope)}}`,
  );
  if (!isRecord(value)) return undefined;
  const { kind, id, segment } = value;
  if (kind === "proven" && isCount(segment)) return { kind, segment };
  if (!isId(id)) return undefined;
  if (kind === "noted") return { kind, id, notes: notesIn(value.notes) };
  if (kind === "settled") return { kind, ...concludedIn(value) };
  if (kind !== "message" || envelope < 0) return undefined;
  const { size, crc, large = false, notBefore = 0, priority = 0 } = value;
  const { pending, notes, concludes } = value;
  if (
    !isCount(size) || !isCount(crc) || typeof large !== "boolean" ||
    !isCount(notBefore) || !Number.isSafeInteger(priority) ||
    !isStrings(pending)
  ) return undefined;
  return {
    ...{ kind, id, size, crc, large, notBefore, pending },
    priority: priority as number,
    ...notes !== undefined && { notes: notesIn(notes) },
    ...concludes !== undefined && { concludes: concludedIn(concludes) },
  };
}

function concludedIn(value: unknown): Concluded {
  if (isRecord(value) && isId(value.id) && isStrings(value.destinations)) {
    const { id, destinations, notes } = value;
    return {
      ...{ id, destinations },
      ...notes !== undefined && { notes: notesIn(notes) },
    };
  }
  throw new Error("Cannot read a record: it concludes nothing");
}

function notesIn(value: unknown): Noted[] {
  const isRight = isRecord(value) &&
    Object.values(value).every((one) =>
      isRecord(one) && isCount(one.attempts) && Number.isSafeInteger(one.next)
    );
  if (isRight) return notedOf(value as Notes);
  throw new Error("Cannot read a record: it notes nothing");
}

function isId(value: unknown): value is string {
  return typeof value === "string" && ID.test(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) &&
    value.every((item) => typeof item === "string");
}

/**
 * The JSON of a message's record.
 *
 * @param envelope As JSON.
 */
export function messageHead(
  about: Omit<MessageHead, "kind" | "notes" | "concludes">,
  envelope: string,
  concludes?: Conclusion,
  notes?: Notes,
): string {
  const { id, size, crc, large, notBefore, priority, pending } = about;
  const seldom = (large ? `"large":true,` : "") +
    (notBefore !== 0 ? `"notBefore":${notBefore},` : "") +
    (priority !== 0 ? `"priority":${priority},` : "");
  const noted = notes ? `,"notes":${JSON.stringify(notes)}` : "";
  const more = concludes ? `,"concludes":${JSON.stringify(concludes)}` : "";
  return `{"kind":"message","id":"${id}","size":${size},"crc":${crc},${seldom}` +
    `"pending":${
      JSON.stringify(pending)
    }${noted}${more}${ENVELOPE}${envelope}}`;
}

export function notedHead(id: string, notes: Notes): string {
  return JSON.stringify({ kind: "noted", id, notes });
}

export function settledHead(conclusion: Conclusion): string {
  return JSON.stringify({ kind: "settled", ...conclusion });
}

export function provenHead(segment: number): string {
  return JSON.stringify({ kind: "proven", segment });
}

/**
 * A message of the store as FETCH and SEARCH see it: read when it is asked for, and
 * what is small only once.
 *
 * @module
 */

import { concatBytes, utf8Decode, utf8Encode } from "../bytes/mod.ts";
import {
  type Entity,
  type HeaderSection,
  parseStructure,
  readHeader,
  StructureReader,
} from "../mail/mod.ts";
import type { Mailbox, MessageOctets } from "../store/mod.ts";
import { type Session, work } from "../wire/mod.ts";
import { passRange } from "./fetch/read_octets.ts";
import type { FindingKind, Findings } from "./findings.ts";
import type { Message, Octets } from "./message.ts";
import { no, Refusal } from "./status.ts";
import type { Held, Texts, Where } from "./texts.ts";
import type { Numbered } from "./view.ts";

/** Octets of one read. */
const CHUNK = 64 * 1024;
/** Octets of a header section that is read. */
const HEADER_MAX = 1024 * 1024;
/** Larger messages are not kept between two items. */
const KEPT_MAX = 1024 * 1024;

const WHOLE = { start: 0, end: Number.MAX_SAFE_INTEGER };

/** What it costs to read a message, and to read what was found out about it. */
const READING = 100;
const FINDING = 4;
/** What it costs to look through what was found out about many. */
const LOOKING = 400;

/** One message, for the length of one command. */
export class StoredMessage implements Message {
  readonly meta;
  readonly sequence;
  cost = 0;
  #whole: Uint8Array | undefined;
  #header: Uint8Array | undefined;
  #section: HeaderSection | undefined;
  #structure: Entity | undefined;

  constructor(
    readonly mailbox: Mailbox,
    { meta, sequence }: Numbered,
    readonly recent: boolean,
    readonly findings: Findings,
    readonly texts: Texts,
  ) {
    this.meta = meta;
    this.sequence = sequence;
  }

  *header(): Session<Uint8Array> {
    yield* this.section();
    return this.#header!;
  }

  *section(): Session<HeaderSection> {
    if (this.#section !== undefined) return this.#section;
    const start = yield* work(() => this.#readStart());
    this.#section = readHeader(start);
    this.#header = start.subarray(0, this.#section.end);
    return this.#section;
  }

  *structure(): Session<Entity> {
    this.#structure ??= this.meta.size > CHUNK
      ? yield* this.#largeStructure()
      : parseStructure(yield* work(() => this.#readWhole()), this.#section);
    return this.#structure;
  }

  /** A large message is read once for its structure; from then on its parts are found without it. */
  *#largeStructure(): Session<Entity> {
    const found = yield* this.found("t1");
    if (found !== undefined) return JSON.parse(utf8Decode(found)!);
    const reader = new StructureReader();
    yield* passRange(yield* this.octets(), WHOLE, (piece) => {
      reader.push(piece);
    });
    const root = reader.end();
    this.keep("t1", utf8Encode(JSON.stringify(root)));
    return root;
  }

  *octets(): Session<Octets> {
    if (this.#whole === undefined && this.meta.size > KEPT_MAX) {
      return yield* work(() => this.#open());
    }
    const whole = this.#whole ?? (yield* work(() => this.#readWhole()));
    return new KeptOctets(whole);
  }

  holds(text: string, where: Where): Held | Session<Held> {
    return this.texts.holds(this.meta.uid, text, where);
  }

  lacks(part: Uint8Array): boolean | undefined {
    return this.findings.lacks(this.meta.uid, part);
  }

  *lookFor(kind: FindingKind, part: Uint8Array): Session<boolean> {
    this.cost += LOOKING;
    yield* this.findings.search(this.meta.uid, kind, part);
    return this.lacks(part) === true;
  }

  known(kind: FindingKind): Uint8Array | undefined {
    return this.findings.peek(this.meta.uid, kind) ?? undefined;
  }

  found(kind: FindingKind): Session<Uint8Array | undefined> {
    this.cost += FINDING;
    return this.findings.get(this.meta.uid, kind);
  }

  keep(kind: FindingKind, octets: Uint8Array): void {
    this.findings.keep(this.meta.uid, kind, octets);
  }

  /** As much as holds the header section. */
  async #readStart(): Promise<Uint8Array> {
    if (this.#whole !== undefined || this.meta.size <= CHUNK) {
      return await this.#readWhole();
    }
    const octets = await this.#open();
    try {
      let start: Uint8Array = new Uint8Array(0);
      while (start.length < HEADER_MAX) {
        const chunk = await octets.read(CHUNK);
        if (chunk === undefined) break;
        start = concatBytes([start, chunk]);
        if (readHeader(start).end < start.length) break;
      }
      return start;
    } finally {
      octets.close();
    }
  }

  async #readWhole(): Promise<Uint8Array> {
    if (this.#whole !== undefined) return this.#whole;
    const octets = await this.#open();
    try {
      const chunks: Uint8Array[] = [];
      for (let left = octets.size; left > 0;) {
        const chunk = await octets.read(CHUNK);
        if (chunk === undefined) break;
        chunks.push(chunk);
        left -= chunk.length;
      }
      const whole = concatBytes(chunks);
      if (whole.length <= KEPT_MAX) this.#whole = whole;
      return whole;
    } finally {
      octets.close();
    }
  }

  async #open(): Promise<MessageOctets> {
    this.cost += READING;
    try {
      return await this.mailbox.read(this.meta.uid);
    } catch (error) {
      // Ports are known as types only.
      if (error instanceof Error && error.name === "NoSuchMessage") {
        throw new Refusal(no("Some messages are gone", "EXPUNGEISSUED"));
      }
      throw error;
    }
  }
}

/** Octets that are in memory. */
class KeptOctets implements Octets {
  readonly size: number;
  #at = 0;

  constructor(readonly bytes: Uint8Array) {
    this.size = bytes.length;
  }

  read(max: number): Uint8Array | undefined {
    const piece = this.bytes.subarray(this.#at, this.#at + max);
    this.#at += piece.length;
    return piece.length === 0 ? undefined : piece;
  }

  skip(octets: number): void {
    this.#at += octets;
  }

  close(): void {}
}

/**
 * A message that waits in the file spool. There may be 100,000: all that is kept of one
 * is a record in an arena, of which an `Entry` is a passing view.
 *
 *     length sequence at octetsAt size notBefore priority isLarge idLength id
 *     (keyLength isPending attempts next last said key) …
 */

import { type Arena, type Page, type Spot, textLength } from "./arena.ts";
import type { Entries } from "./entries.ts";
import type { MessageHead } from "./head.ts";
import { type Noted, progressOf } from "./said.ts";
import type { Segment } from "./segment.ts";
import {
  destinationKey,
  type Envelope,
  type Notes,
  type Progress,
  type SpoolEntry,
  type WaitingEntry,
} from "./spool.ts";

/** Where an entry's record lies in the journal. */
export interface Place {
  readonly segment: Segment;
  /** Offsets in the segment: of the record, of its octets, of the next record. */
  readonly at: number;
  readonly octetsAt: number;
  readonly end: number;
}

/** What an entry is made of. */
export type About = Pick<
  MessageHead,
  "id" | "size" | "large" | "notBefore" | "priority" | "pending"
>;

/** Offsets in a record, and in what it tells of a destination; numbers are little-endian. */
const LENGTH = 0;
const SEQUENCE = 4;
const AT = 8;
const OCTETS_AT = 12;
const SIZE = 16;
const NOT_BEFORE = 24;
const PRIORITY = 32;
const IS_LARGE = 33;
const ID_LENGTH = 34;
const ID = 35;

const KEY_LENGTH = 0;
const IS_PENDING = 4;
const ATTEMPTS = 5;
const NEXT = 9;
/** NaN when it was never tried. */
const LAST = 17;
/** A number of `SharedTexts`, plus one; zero while nothing is known of the destination. */
const SAID = 25;
const KEY = 29;

/** Writes the record of an entry; returns its number. */
export function writeEntry(arena: Arena, about: About, place: Place): number {
  const { id, pending } = about;
  const keys = pending.map(textLength);
  const length = keys.reduce((sum, one) => sum + KEY + one, ID + id.length);
  const record = arena.take(length);
  const { page, at } = arena.spotOf(record);
  const { view } = page;
  view.setUint32(at + LENGTH, length, true);
  writePlace({ page, at }, place);
  view.setFloat64(at + SIZE, about.size, true);
  view.setFloat64(at + NOT_BEFORE, about.notBefore, true);
  view.setInt8(at + PRIORITY, about.priority);
  view.setUint8(at + IS_LARGE, about.large ? 1 : 0);
  view.setUint8(at + ID_LENGTH, id.length);
  page.putText(id, at + ID);
  let next = at + ID + id.length;
  for (const [i, key] of pending.entries()) {
    view.setUint32(next + KEY_LENGTH, keys[i]!, true);
    view.setUint8(next + IS_PENDING, 1);
    view.setUint32(next + SAID, 0, true);
    page.putText(key, next + KEY);
    next += KEY + keys[i]!;
  }
  return record;
}

export function writePlace(
  { page: { view }, at }: Spot,
  { segment, at: from, octetsAt }: Place,
): void {
  view.setUint32(at + SEQUENCE, segment.sequence, true);
  view.setUint32(at + AT, from, true);
  view.setUint32(at + OCTETS_AT, octetsAt, true);
}

/** Octets of a record. */
export function lengthOf({ page, at }: Spot): number {
  return page.view.getUint32(at + LENGTH, true);
}

export function idOf({ page, at }: Spot): string {
  return page.text(at + ID, at + ID + page.view.getUint8(at + ID_LENGTH));
}

export function hasId({ page, at }: Spot, id: string): boolean {
  const end = at + ID + page.view.getUint8(at + ID_LENGTH);
  return page.hasText(id, at + ID, end);
}

export function sequenceOf({ page, at }: Spot): number {
  return page.view.getUint32(at + SEQUENCE, true);
}

export class Entry implements WaitingEntry {
  readonly id: string;
  readonly slot: number;
  readonly size: number;
  readonly large: boolean;
  readonly notBefore: number;
  readonly priority: number;
  readonly #entries: Entries;

  /** What `entries` has in `slot`, which is at `spot` now, under `id`. */
  constructor(
    entries: Entries,
    slot: number,
    id: string,
    { page: { view }, at }: Spot,
  ) {
    this.#entries = entries;
    this.slot = slot;
    this.id = id;
    this.size = view.getFloat64(at + SIZE, true);
    this.large = view.getUint8(at + IS_LARGE) !== 0;
    this.notBefore = view.getFloat64(at + NOT_BEFORE, true);
    this.priority = view.getInt8(at + PRIORITY);
  }

  /**
   * Where its record lies in the journal.
   *
   * @throws {Error} When the spool has the message no more.
   */
  get place(): Place {
    const spot = this.#spot;
    if (spot === undefined) {
      throw new Error(`Cannot find message "${this.id}": not in the spool`);
    }
    const { page: { view }, at } = spot;
    const octetsAt = view.getUint32(at + OCTETS_AT, true);
    return {
      segment: this.#entries.segments.get(sequenceOf(spot))!,
      at: view.getUint32(at + AT, true),
      octetsAt,
      end: this.large ? octetsAt : octetsAt + this.size + 1,
    };
  }

  /** False when all is settled, or the spool has it no more. */
  get isDone(): boolean {
    return this.#pending().next().done === true;
  }

  get pending(): ReadonlySet<string> {
    const keys = new Set<string>();
    for (const { page, at } of this.#pending()) keys.add(keyAt(page, at));
    return keys;
  }

  waitsFor(destination: string): boolean {
    return this.#find(destination) !== undefined;
  }

  settle(destinations: readonly string[]): void {
    for (const key of destinations) {
      const found = this.#find(key);
      if (found === undefined) continue;
      this.#forget(found);
      found.page.view.setUint8(found.at + IS_PENDING, 0);
    }
  }

  /** Takes what a later record of the same message says: what waits, and what is known of it. */
  become(pending: readonly string[], notes: readonly Noted[] = []): void {
    this.settle([...this.pending].filter((key) => !pending.includes(key)));
    for (const spot of this.#pending()) this.#forget(spot);
    this.note(notes);
  }

  note(notes: readonly Noted[]): void {
    for (const { key, attempts, next, last = NaN, said } of notes) {
      const found = this.#find(key);
      if (found === undefined) continue;
      this.#forget(found);
      const { page: { view }, at } = found;
      view.setUint32(at + ATTEMPTS, attempts, true);
      view.setFloat64(at + NEXT, next, true);
      view.setFloat64(at + LAST, last, true);
      view.setUint32(at + SAID, this.#entries.said.take(said) + 1, true);
    }
  }

  progress(destination: string): Progress | undefined {
    const found = this.#find(destination);
    return found && this.#progressAt(found);
  }

  /** All that is known; undefined when that is nothing. */
  get notes(): Notes | undefined {
    const notes: [string, Progress][] = [];
    for (const spot of this.#pending()) {
      const progress = this.#progressAt(spot);
      if (progress) notes.push([keyAt(spot.page, spot.at), progress]);
    }
    return notes.length > 0 ? Object.fromEntries(notes) : undefined;
  }

  /** With the envelope; what waits is told as it is when it is asked. */
  loaded(envelope: Envelope): SpoolEntry {
    const { id, size, notBefore, priority } = this;
    const pending = () => this.pending;
    return {
      ...{ id, size, notBefore, priority, envelope },
      get pending() {
        return pending();
      },
      progress: (destination) => this.progress(destination),
    };
  }

  /** Undefined when the spool has the message no more. */
  get #spot(): Spot | undefined {
    return this.#entries.spotOf(this.slot, this.id);
  }

  /** Where the record tells of each destination that waits. */
  *#pending(): Generator<Spot, undefined> {
    const spot = this.#spot;
    if (spot === undefined) return;
    const { page } = spot;
    const end = spot.at + lengthOf(spot);
    for (let at = firstOf(spot); at < end; at = nextOf(page, at)) {
      if (isPending(page, at)) yield { page, at };
    }
  }

  #find(destination: string): Spot | undefined {
    const spot = this.#spot;
    if (spot === undefined) return undefined;
    const { page } = spot;
    const end = spot.at + lengthOf(spot);
    for (let at = firstOf(spot); at < end; at = nextOf(page, at)) {
      const isIt = isPending(page, at) &&
        page.hasText(destination, at + KEY, nextOf(page, at));
      if (isIt) return { page, at };
    }
    return undefined;
  }

  #progressAt({ page: { view }, at }: Spot): Progress | undefined {
    const said = view.getUint32(at + SAID, true);
    if (said === 0) return undefined;
    const last = view.getFloat64(at + LAST, true);
    return progressOf({
      attempts: view.getUint32(at + ATTEMPTS, true),
      next: view.getFloat64(at + NEXT, true),
      last: Number.isNaN(last) ? undefined : last,
      said: this.#entries.said.get(said - 1),
    });
  }

  /** Forgets what is known of a destination. */
  #forget({ page: { view }, at }: Spot): void {
    const said = view.getUint32(at + SAID, true);
    if (said === 0) return;
    this.#entries.said.release(said - 1);
    view.setUint32(at + SAID, 0, true);
  }
}

/** Where the record at a spot tells of its first destination. */
function firstOf({ page, at }: Spot): number {
  return at + ID + page.view.getUint8(at + ID_LENGTH);
}

/** Where the destination ends that a page tells of at an offset. */
function nextOf({ view }: Page, at: number): number {
  return at + KEY + view.getUint32(at + KEY_LENGTH, true);
}

function isPending({ view }: Page, at: number): boolean {
  return view.getUint8(at + IS_PENDING) !== 0;
}

function keyAt(page: Page, at: number): string {
  return page.text(at + KEY, nextOf(page, at));
}

/** The destinations of an envelope, each once. */
export function destinationKeys(envelope: Envelope): string[] {
  const keys = new Set<string>();
  for (const { destinations } of envelope.recipients) {
    for (const destination of destinations) {
      keys.add(destinationKey(destination));
    }
  }
  return [...keys];
}

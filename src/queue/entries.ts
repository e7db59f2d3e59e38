/**
 * All that waits in the file spool, and where its records lie in the journal. Packed:
 * 100,000 messages to one recipient each take 15 MB, and no collection of garbage
 * looks at them.
 */

import { Arena, type Spot } from "./arena.ts";
import {
  type About,
  Entry,
  hasId,
  idOf,
  lengthOf,
  type Place,
  sequenceOf,
  writeEntry,
  writePlace,
} from "./entry.ts";
import { hashOf, IdIndex } from "./id_index.ts";
import type { Segment } from "./segment.ts";
import { SharedTexts } from "./shared_texts.ts";

/** Octets that no entry has any more, and slots, that are borne at least. */
const SPARE = 256 * 1024;
const FEW = 1024;
const GROWTH = 1.25;

export class Entries {
  #arena = new Arena();
  /** What was said of destinations. */
  readonly said = new SharedTexts();
  /** Those that the records of entries lie in, by their sequence. */
  readonly segments = new Map<number, Segment>();
  /** The record of each slot, plus one; zero for a slot without an entry. */
  #records = new Uint32Array(FEW);
  #index = this.#newIndex();
  /** Slots that are free, of the first `#used`. */
  #free: number[] = [];
  #used = 0;
  #size = 0;
  /** Octets of the arena that no entry has any more. */
  #dead = 0;
  #live = 0;

  /** Octets that the entries take in the journal. */
  get live(): number {
    return this.#live;
  }

  has(id: string): boolean {
    return this.#index.find(id) >= 0;
  }

  get(id: string): Entry | undefined {
    const slot = this.#index.find(id);
    if (slot < 0) return undefined;
    return new Entry(this, slot, id, this.#spotOf(slot));
  }

  /** Takes in a message that is not in here. */
  add(about: About, place: Place): Entry {
    const slot = this.#free.pop() ?? this.#newSlot();
    this.#records[slot] = writeEntry(this.#arena, about, place) + 1;
    this.#index.add(slot);
    this.#size++;
    this.#countIn(place);
    return new Entry(this, slot, about.id, this.#spotOf(slot));
  }

  /** False when it was not in here. */
  delete(entry: Entry): boolean {
    const { slot, id } = entry;
    const spot = this.spotOf(slot, id);
    if (spot === undefined) return false;
    if (!entry.isDone) entry.settle([...entry.pending]);
    this.#countOut(entry.place);
    this.#index.delete(slot);
    this.#dead += lengthOf(spot);
    this.#records[slot] = 0;
    this.#free.push(slot);
    this.#size--;
    this.#tidy();
    return true;
  }

  /** Notes that the record of an entry in the journal lies elsewhere. */
  move(entry: Entry, place: Place): void {
    this.#countOut(entry.place);
    writePlace(this.#spotOf(entry.slot), place);
    this.#countIn(place);
  }

  /** In no order. */
  *[Symbol.iterator](): Generator<Entry, undefined> {
    for (const [slot, spot] of this.#all()) {
      yield new Entry(this, slot, idOf(spot), spot);
    }
  }

  /** Those whose record lies in `segment`. */
  *within({ sequence }: Segment): Generator<Entry, undefined> {
    for (const [slot, spot] of this.#all()) {
      if (sequenceOf(spot) !== sequence) continue;
      yield new Entry(this, slot, idOf(spot), spot);
    }
  }

  /** Where message `id` lies; undefined when the slot has another one, or none. */
  spotOf(slot: number, id: string): Spot | undefined {
    if (this.#records[slot] === 0) return undefined;
    const spot = this.#spotOf(slot);
    return hasId(spot, id) ? spot : undefined;
  }

  #spotOf(slot: number): Spot {
    return this.#arena.spotOf(this.#records[slot]! - 1);
  }

  *#all(): Generator<readonly [slot: number, spot: Spot], undefined> {
    for (let slot = 0; slot < this.#used; slot++) {
      if (this.#records[slot] !== 0) yield [slot, this.#spotOf(slot)];
    }
  }

  #countIn({ segment, at, end }: Place): void {
    this.segments.set(segment.sequence, segment);
    segment.live++;
    this.#live += end - at;
  }

  #countOut({ segment, at, end }: Place): void {
    this.#live -= end - at;
    if (--segment.live === 0) this.segments.delete(segment.sequence);
  }

  #newSlot(): number {
    if (this.#used === this.#records.length) {
      const grown = new Uint32Array(Math.ceil(GROWTH * this.#used));
      grown.set(this.#records);
      this.#records = grown;
    }
    return this.#used++;
  }

  #newIndex(): IdIndex {
    return new IdIndex({
      hashAt: (slot) => hashOf(idOf(this.#spotOf(slot))),
      isAt: (slot, id) => hasId(this.#spotOf(slot), id),
    });
  }

  /** Gives back memory when enough of it is of no use. */
  #tidy(): void {
    if (this.#size === 0 && this.#used > FEW) {
      this.#records = new Uint32Array(FEW);
      this.#index = this.#newIndex();
      this.#free = [];
      this.#used = 0;
    }
    if (2 * this.#dead > this.#arena.size + SPARE) this.#pack();
  }

  #pack(): void {
    const arena = new Arena();
    for (const [slot, spot] of this.#all()) {
      this.#records[slot] = arena.takeCopy(spot, lengthOf(spot)) + 1;
    }
    this.#arena = arena;
    this.#dead = 0;
  }
}

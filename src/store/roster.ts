/**
 * The messages of one mailbox as this process knows them, ascending by UID.
 *
 * Changes never copy the list; whoever asks for all metas gets an array that is made
 * once per change at most, and never changes after.
 *
 * @module
 */

import { deliveryIdOf, type SubFolder } from "./file_name.ts";
import type { IndexRow } from "./index.ts";
import type { Meta } from "./store.ts";

/** A message and its file. */
export interface Entry {
  readonly meta: Meta;
  readonly folder: SubFolder;
  readonly name: string;
}

export function rowOf({ meta, folder, name }: Entry): IndexRow {
  return { uid: meta.uid, modseq: meta.modseq, folder, name };
}

/** How much is there. */
export interface Tally {
  readonly messages: number;
  readonly octets: number;
  readonly unseen: number;
  readonly deleted: number;
}

export class Roster {
  #entries: Entry[] = [];
  #metas: readonly Meta[] | undefined;
  /** Made when the first delivery asks. */
  #deliveries: Map<string, number> | undefined;
  #octets = 0;
  #unseen = 0;
  #deleted = 0;

  get size(): number {
    return this.#entries.length;
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  get highestUid(): number {
    return this.#entries.at(-1)?.meta.uid ?? 0;
  }

  get tally(): Tally {
    return {
      messages: this.#entries.length,
      octets: this.#octets,
      unseen: this.#unseen,
      deleted: this.#deleted,
    };
  }

  metas(): readonly Meta[] {
    this.#metas ??= this.#entries.map((entry) => entry.meta);
    return this.#metas;
  }

  get(uid: number): Entry | undefined {
    const entry = this.#entries[this.placeOf(uid)];
    return entry?.meta.uid === uid ? entry : undefined;
  }

  /** Those of `uids` that are here; it is quick where they follow each other. */
  present(uids: readonly number[]): number[] {
    const present: number[] = [];
    let place = 0;
    for (const uid of uids) {
      if (this.#entries[place]?.meta.uid !== uid) place = this.placeOf(uid);
      if (this.#entries[place]?.meta.uid !== uid) continue;
      present.push(uid);
      place++;
    }
    return present;
  }

  /** The entries of those of `uids` that are here, each once. */
  select(uids: readonly number[]): Entry[] {
    return [...new Set(uids)].flatMap((uid) => this.get(uid) ?? []);
  }

  byDelivery(deliveryId: string): Entry | undefined {
    this.#deliveries ??= new Map(
      this.#entries.flatMap((entry) => deliveryOf(entry)),
    );
    const uid = this.#deliveries.get(deliveryId);
    return uid === undefined ? undefined : this.get(uid);
  }

  /** Takes entries in, in place of those with the same UIDs. */
  put(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    for (const entry of entries) {
      const place = this.placeOf(entry.meta.uid);
      const old = this.#entries[place];
      if (old?.meta.uid === entry.meta.uid) {
        this.#count(old.meta, -1);
        this.#entries[place] = entry;
      } else {
        this.#insert(entry, place);
      }
      this.#count(entry.meta, 1);
      if (this.#deliveries === undefined) continue;
      for (const [id, uid] of deliveryOf(entry)) this.#deliveries.set(id, uid);
    }
    this.#metas = undefined;
  }

  #insert(entry: Entry, place: number): void {
    if (place === this.#entries.length) this.#entries.push(entry);
    else this.#entries.splice(place, 0, entry);
  }

  #count({ size, flags }: Meta, sign: 1 | -1): void {
    this.#octets += sign * size;
    if (!flags.includes("\\Seen")) this.#unseen += sign;
    if (flags.includes("\\Deleted")) this.#deleted += sign;
  }

  remove(uids: ReadonlySet<number>): void {
    if (uids.size === 0) return;
    const kept: Entry[] = [];
    for (const entry of this.#entries) {
      if (uids.has(entry.meta.uid)) this.#forget(entry);
      else kept.push(entry);
    }
    this.#entries = kept;
    this.#metas = undefined;
  }

  #forget(entry: Entry): void {
    this.#count(entry.meta, -1);
    if (this.#deliveries === undefined) return;
    for (const [id, uid] of deliveryOf(entry)) {
      if (this.#deliveries.get(id) === uid) this.#deliveries.delete(id);
    }
  }

  /** Where `uid` stands, or would. */
  placeOf(uid: number): number {
    let low = 0, high = this.#entries.length;
    if (high > 0 && this.#entries[high - 1]!.meta.uid < uid) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#entries[middle]!.meta.uid < uid) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function deliveryOf({ name, meta }: Entry): [string, number][] {
  const id = deliveryIdOf(name);
  return id === undefined ? [] : [[id, meta.uid]];
}

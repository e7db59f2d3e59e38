/** Finds the slot of an id: a hash table of slots alone, with open addressing. */

/** What the ids in the slots are. */
export interface SlotIds {
  /** As {@linkcode hashOf} gives it. */
  hashAt(slot: number): number;
  isAt(slot: number, id: string): boolean;
}

const FEWEST = 1024;

export class IdIndex {
  readonly #ids: SlotIds;
  /** Slots, each plus one; zero is a free place. */
  #table = new Uint32Array(FEWEST);
  #size = 0;

  constructor(ids: SlotIds) {
    this.#ids = ids;
  }

  /** The slot of `id`; -1 when there is none. */
  find(id: string): number {
    const mask = this.#table.length - 1;
    for (let at = hashOf(id) & mask;; at = (at + 1) & mask) {
      const slot = this.#table[at]! - 1;
      if (slot < 0 || this.#ids.isAt(slot, id)) return slot;
    }
  }

  add(slot: number): void {
    if (3 * ++this.#size > 2 * this.#table.length) this.#grow();
    this.#put(slot);
  }

  delete(slot: number): void {
    const table = this.#table;
    const mask = table.length - 1;
    let hole = this.#ids.hashAt(slot) & mask;
    while (table[hole] !== slot + 1) hole = (hole + 1) & mask;
    this.#size--;
    // Whoever could not have its own place because of this one moves up.
    for (let at = (hole + 1) & mask; table[at] !== 0; at = (at + 1) & mask) {
      const home = this.#ids.hashAt(table[at]! - 1) & mask;
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      table[hole] = table[at]!;
      hole = at;
    }
    table[hole] = 0;
  }

  #put(slot: number): void {
    const mask = this.#table.length - 1;
    let at = this.#ids.hashAt(slot) & mask;
    while (this.#table[at] !== 0) at = (at + 1) & mask;
    this.#table[at] = slot + 1;
  }

  #grow(): void {
    const old = this.#table;
    this.#table = new Uint32Array(2 * old.length);
    for (const found of old) if (found !== 0) this.#put(found - 1);
  }
}

/** FNV-1a, with what the last characters changed brought down to the bits in use: ids differ there. */
export function hashOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) {
    hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  }
  return (hash ^ hash >>> 15) >>> 0;
}

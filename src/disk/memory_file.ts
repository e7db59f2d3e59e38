/**
 * One file of the memory disk: its octets, and how many of them are certain.
 *
 * Octets below `certain` survive a power cut. Above it anything may be found: what
 * was written, what stood there before, zeroes, or the end of the file.
 *
 * @module
 */

/** What the disk writes at once: of a torn write, each such piece arrives or not. */
const SECTOR = 512;

export class MemoryFile {
  #bytes = new Uint8Array(0);
  /** What was cut away since the last sync, and all before it: the disk may still have it. */
  #before: Uint8Array | undefined;
  #durableSize = 0;
  /** From here on octets stay uncertain whatever is synced: a sync of them failed. */
  #lostFrom = Infinity;
  size = 0;
  certain = 0;
  modified = 0;
  /** Names and open handles; the octets count as used while either is there. */
  links = 0;
  handles = 0;

  write(bytes: Uint8Array): void {
    const end = this.size + bytes.length;
    if (end > this.#bytes.length) this.#grow(end);
    this.#bytes.set(bytes, this.size);
    this.size = end;
  }

  #grow(size: number): void {
    const grown = new Uint8Array(Math.max(size, 2 * this.#bytes.length, 256));
    grown.set(this.#bytes.subarray(0, this.size));
    this.#bytes = grown;
  }

  readAt(into: Uint8Array, offset: number): number {
    const end = Math.min(this.size, offset + into.length);
    if (end <= offset) return 0;
    into.set(this.#bytes.subarray(offset, end));
    return end - offset;
  }

  /** Octets between the old and a larger size are zeroes. */
  truncate(size: number): void {
    if (size < this.size && this.size > (this.#before?.length ?? 0)) {
      this.#before = this.#bytes.slice(0, this.size);
    }
    this.certain = Math.min(this.certain, size);
    if (size <= this.#lostFrom) this.#lostFrom = Infinity;
    if (size > this.#bytes.length) this.#grow(size);
    if (size > this.size) this.#bytes.fill(0, this.size, size);
    this.size = size;
  }

  /** A sync that began when the size was `upTo` has ended well. */
  synced(upTo: number): void {
    this.certain = Math.min(upTo, this.size, this.#lostFrom);
    this.#durableSize = this.certain;
    this.#before = undefined;
  }

  /**
   * A sync has failed. As on Linux the system has forgotten by then that there was
   * something to write, so that no later sync makes up for it.
   */
  syncFailed(): void {
    if (this.size > this.certain) {
      this.#lostFrom = Math.min(this.#lostFrom, this.certain);
    }
  }

  /** Turns the octets into something that may be found after a power cut. */
  cutPower(random: () => number): void {
    const old = this.#before;
    const uncertain = old !== undefined || this.size !== this.certain ||
      this.#durableSize !== this.certain;
    if (uncertain) this.#tear(old ?? new Uint8Array(0), random);
    this.#before = undefined;
    this.#lostFrom = Infinity;
    this.certain = this.#durableSize = this.size;
  }

  #tear(old: Uint8Array, random: () => number): void {
    const longest = Math.max(this.size, old.length);
    const size = pickSize(
      this.certain,
      [this.size, old.length],
      longest,
      random,
    );
    const found = new Uint8Array(size);
    found.set(this.#bytes.subarray(0, Math.min(size, this.size)));
    const kind = Math.floor(random() * 4);
    let at = this.certain;
    while (kind > 0 && at < size) {
      const end = Math.min(size, at - at % SECTOR + SECTOR);
      const chance = random();
      if (kind === 3 || chance < 0.5) {
        found.fill(0, at, end);
        if (chance < 0.25) found.set(old.subarray(at, end), at);
      }
      at = end;
    }
    this.#bytes = found;
    this.size = size;
  }
}

/** The length found after a cut: that of the last or of the certain state, or between. */
function pickSize(
  certain: number,
  likely: readonly number[],
  longest: number,
  random: () => number,
): number {
  const chance = random();
  if (chance < 0.4) return Math.max(certain, likely[0]!);
  if (chance < 0.5) return Math.max(certain, likely[1]!);
  if (chance < 0.6) return certain;
  return certain + Math.floor(random() * (longest - certain + 1));
}

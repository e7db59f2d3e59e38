/**
 * Tells from the times of a mailbox's folders whether somebody else was there.
 *
 * A change within the same tick of the file system's clock as one that we know of does
 * not show in the time. So a time is trusted only when the folder was listed well after
 * it; until then the folder is listed again now and then, more seldom when that takes
 * long.
 *
 * @module
 */

import type { FolderTimes } from "./index.ts";
import { folderTimes, NEVER, sameTimes } from "./maildir_folders.ts";
import type { Surroundings } from "./surroundings.ts";

/** Longer than the coarsest clock of a file system, FAT's. */
const TICK_MS = 2000;
/** Listings in doubt take at most this part of the time. */
const SHARE = 1 / 10;

export class FolderWatch {
  readonly #surroundings: Surroundings;
  readonly #path: string;
  #seen: FolderTimes = NEVER;
  #isSettled = false;
  #nextLook = 0;

  constructor(surroundings: Surroundings, path: string) {
    this.#surroundings = surroundings;
    this.#path = path;
  }

  #times(): Promise<FolderTimes> {
    return folderTimes(this.#surroundings.disk, this.#path);
  }

  /** Takes over what an index knows; true when nothing changed since. */
  async adopt(settled: FolderTimes | undefined): Promise<boolean> {
    if (settled === undefined) return false;
    this.#seen = settled;
    this.#isSettled = sameTimes(settled, await this.#times());
    return this.#isSettled;
  }

  /** True when the folders must be listed to know what is in them. */
  async isDue(): Promise<boolean> {
    if (!sameTimes(await this.#times(), this.#seen)) return true;
    return !this.#isSettled && this.#surroundings.now() >= this.#nextLook;
  }

  /**
   * Runs `list`, which lists the folders and may change them.
   *
   * @returns The folders' times when they are now known for sure.
   */
  async look(
    list: () => Promise<{ changed: boolean }>,
  ): Promise<FolderTimes | undefined> {
    const { now } = this.#surroundings;
    this.distrust();
    const begun = now();
    const before = await this.#times();
    const { changed } = await list();
    this.#nextLook = now() + (now() - begun) / SHARE;
    this.#seen = before;
    if (changed) return undefined;
    // Without times of its own a disk never settles.
    const latest = Math.max(before.new, before.cur);
    this.#isSettled = Math.min(before.new, before.cur) > 0 &&
      begun - latest > TICK_MS;
    return this.#isSettled ? before : undefined;
  }

  /** Runs `work`, which changes names in the folders. */
  async change<T>(work: () => Promise<T>): Promise<T> {
    const isKnown = sameTimes(await this.#times(), this.#seen);
    this.distrust();
    const result = await work();
    if (isKnown) this.#seen = await this.#times();
    return result;
  }

  /** The folders are to be listed before anything is said of them. */
  distrust(): void {
    this.#seen = NEVER;
    this.#isSettled = false;
  }
}

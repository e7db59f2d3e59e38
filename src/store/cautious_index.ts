/**
 * An index that may fail without anybody noticing but the log.
 *
 * Changes of a mailbox are gathered and written many at once: what a crash loses of them
 * is found again in the folders.
 *
 * @module
 */

import type {
  FolderTimes,
  Index,
  IndexedMailbox,
  IndexRow,
  OpenIndex,
} from "./index.ts";
import { pause } from "./in_pieces.ts";
import type { Log } from "./surroundings.ts";

/** Changes that may wait. */
const MOST_WAITING = 512;
/** Changes that are written while nothing else happens. */
const MOST_AT_ONCE = 2000;

/** The index of one account, or nothing once it failed. */
export class CautiousIndex {
  readonly #log: Log;
  readonly #path: string;
  #index: Index | undefined;

  private constructor(index: Index | undefined, path: string, log: Log) {
    this.#index = index;
    this.#path = path;
    this.#log = log;
  }

  static async open(
    open: OpenIndex,
    path: string,
    log: Log,
  ): Promise<CautiousIndex> {
    try {
      return new CautiousIndex(await open(path), path, log);
    } catch (error) {
      log("store.index-failed", { path, error: String(error) });
      return new CautiousIndex(undefined, path, log);
    }
  }

  /** Runs `work` on the index; undefined when there is none, or it fails. */
  async use<T>(work: (index: Index) => Promise<T>): Promise<T | undefined> {
    if (this.#index === undefined) return undefined;
    try {
      return await work(this.#index);
    } catch (error) {
      this.#fail(error);
      return undefined;
    }
  }

  #fail(error: unknown): void {
    this.#log("store.index-failed", { path: this.#path, error: String(error) });
    const index = this.#index;
    this.#index = undefined;
    try {
      index?.discard();
    } catch (error) {
      this.#log("store.index-stuck", {
        path: this.#path,
        error: String(error),
      });
    }
  }

  close(): void {
    this.#index?.close();
    this.#index = undefined;
  }
}

/** One mailbox's part of the index. Its calls must not overlap. */
export class MailboxIndex {
  readonly #index: CautiousIndex;
  readonly #mailbox: string;
  /** By UID; undefined for a row that goes. */
  #waiting = new Map<number, IndexRow | undefined>();

  constructor(index: CautiousIndex, mailbox: string) {
    this.#index = index;
    this.#mailbox = mailbox;
  }

  load(): Promise<IndexedMailbox | undefined> {
    return this.#index.use((index) => index.load(this.#mailbox));
  }

  async reset(uidValidity: number): Promise<void> {
    this.#waiting.clear();
    await this.#index.use((index) => index.reset(this.#mailbox, uidValidity));
  }

  /** Notes rows that came or changed, and UIDs whose rows go. */
  async note(
    rows: readonly IndexRow[],
    gone: readonly number[],
  ): Promise<void> {
    for (const uid of gone) this.#waiting.set(uid, undefined);
    for (const row of rows) this.#waiting.set(row.uid, row);
    if (this.#waiting.size >= MOST_WAITING) await this.flush(undefined);
  }

  /** Writes what waits. With `settled` the rows are from now on all that is in the folders. */
  async flush(settled: FolderTimes | undefined): Promise<void> {
    if (this.#waiting.size === 0 && settled === undefined) return;
    const changes = [...this.#waiting];
    this.#waiting.clear();
    // Only with the last part the rows are whole.
    while (changes.length > MOST_AT_ONCE) {
      await this.#save(changes.splice(0, MOST_AT_ONCE), undefined);
      await pause();
    }
    await this.#save(changes, settled);
  }

  async #save(
    changes: readonly (readonly [number, IndexRow | undefined])[],
    settled: FolderTimes | undefined,
  ): Promise<void> {
    const put = changes.flatMap(([, row]) => row ? [row] : []);
    const remove = changes.flatMap(([uid, row]) => row ? [] : [uid]);
    await this.#index.use((index) =>
      index.save(this.#mailbox, put, remove, settled)
    );
  }
}

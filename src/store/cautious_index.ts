/**
 * An index that may fail without anybody noticing but the log.
 *
 * Changes of a mailbox are gathered and written many at once: what a crash loses of them
 * is found again in the folders.
 *
 * @module
 */

import {
  type Expunged,
  type FolderTimes,
  type Index,
  type IndexedMailbox,
  type IndexRow,
  type IndexState,
  type OpenIndex,
  TextsFailed,
} from "./index.ts";
import { pause } from "./in_pieces.ts";
import type { Log } from "./surroundings.ts";

/** Changes that may wait. */
const MOST_WAITING = 512;
/** Changes that are written while nothing else happens. */
const MOST_AT_ONCE = 2000;

/** Times that texts are made anew. What fails more often is no accident: a full disk, say. */
const TEXT_FAULTS_MAX = 3;

/** The index of one account, or nothing once it failed. */
export class CautiousIndex {
  readonly #log: Log;
  readonly #path: string;
  #index: Index | undefined;
  #textFaults = 0;
  /** The texts were dropped: nothing is known of them any more. */
  onTextsLost = () => {};

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
      if (error instanceof TextsFailed) await this.#dropTexts(error);
      else this.#fail(error);
      return undefined;
    }
  }

  /** Searches read the messages until the texts have been made anew; all else goes on. */
  async #dropTexts(error: TextsFailed): Promise<void> {
    if (++this.#textFaults > TEXT_FAULTS_MAX) return this.#fail(error);
    this.#log("store.texts-failed", {
      path: this.#path,
      error: error.message,
    });
    try {
      await this.#index?.dropTexts();
      this.onTextsLost();
    } catch (error) {
      this.#fail(error);
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

/** What is noted of a mailbox beside its rows. */
type Standing = Omit<IndexState, "settled" | "closedAt">;

/** One mailbox's part of the index. Its calls must not overlap, save for what is found out about messages. */
export class MailboxIndex {
  readonly #index: CautiousIndex;
  #mailbox: string;
  /** By UID: rows that came or changed, and messages that went. */
  #waiting = new Map<number, IndexRow | Expunged>();
  #standing: Standing = {};
  #isChanged = false;
  /** As it was told last, if nothing has changed since. */
  #settled: FolderTimes | undefined;

  constructor(index: CautiousIndex, mailbox: string) {
    this.#index = index;
    this.#mailbox = mailbox;
  }

  /** The mailbox has another name from now on. */
  renamed(mailbox: string): void {
    this.#mailbox = mailbox;
  }

  async load(): Promise<IndexedMailbox | undefined> {
    const indexed = await this.use((index, name) => index.load(name));
    const { recentFrom, expungedSince, settled } = indexed ?? {};
    this.#settled = settled;
    this.#standing = { recentFrom, expungedSince };
    return indexed;
  }

  /** Runs `work` on the index; undefined when there is none, or it fails. */
  use<T>(
    work: (index: Index, mailbox: string) => Promise<T>,
  ): Promise<T | undefined> {
    return this.#index.use((index) => work(index, this.#mailbox));
  }

  async reset(uidValidity: number): Promise<void> {
    this.#waiting.clear();
    await this.use((index, name) => index.reset(name, uidValidity));
  }

  /** Notes rows that came or changed, and messages that went. */
  async note(
    rows: readonly IndexRow[],
    gone: readonly Expunged[],
  ): Promise<void> {
    if (rows.length + gone.length > 0) this.#settled = undefined;
    for (const some of gone) this.#waiting.set(some.uid, some);
    for (const row of rows) this.#waiting.set(row.uid, row);
    if (this.#waiting.size >= MOST_WAITING) await this.flush();
  }

  /** Notes what is true of the mailbox as a whole; written with the next flush. */
  stand(standing: Standing): void {
    this.#standing = { ...this.#standing, ...standing };
    this.#isChanged = true;
  }

  /** Writes what waits. With `settled` the rows are from now on all that is in the folders. */
  async flush(
    told: Pick<IndexState, "settled" | "closedAt"> = {},
  ): Promise<void> {
    const tells = told.settled ?? told.closedAt;
    if (this.#waiting.size === 0 && !this.#isChanged && tells === undefined) {
      return;
    }
    const changes = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#isChanged = false;
    this.#settled = told.settled ?? this.#settled;
    // Only with the last part the rows are whole.
    while (changes.length > MOST_AT_ONCE) {
      await this.#save(changes.splice(0, MOST_AT_ONCE), {});
      await pause();
    }
    await this.#save(changes, { settled: this.#settled, ...told });
  }

  async #save(
    changes: readonly (IndexRow | Expunged)[],
    told: IndexState,
  ): Promise<void> {
    const put: IndexRow[] = [];
    const remove: Expunged[] = [];
    for (const change of changes) {
      if ("name" in change) put.push(change);
      else remove.push(change);
    }
    const state = { ...this.#standing, ...told };
    await this.use((index, name) => index.save(name, put, remove, state));
  }
}

/**
 * One mailbox of a Maildir while it is open.
 *
 * All that changes it passes through one queue. What the folders say counts: they are
 * looked at again when their times say that somebody else was there, and after a
 * failure. Watchers are told after a change is certain.
 *
 * @module
 */

import { DiskError, type DiskFile } from "../disk/mod.ts";
import { Appender } from "./append.ts";
import type { MailboxIndex } from "./cautious_index.ts";
import { keyOf, type SubFolder } from "./file_name.ts";
import { FolderWatch } from "./folder_watch.ts";
import { mapInPieces } from "./in_pieces.ts";
import type { Keywords } from "./keywords.ts";
import { locate, syncFolders } from "./maildir_folders.ts";
import { octetsOfFile } from "./message_file.ts";
import type { Numbers } from "./numbers.ts";
import { type Entry, Roster, rowOf } from "./roster.ts";
import { type Differences, entryOf, scanFolders } from "./scan.ts";
import { Serial } from "./serial.ts";
import { type MessageOctets, type Meta, NoSuchMessage } from "./store.ts";
import type { Place, Surroundings } from "./surroundings.ts";

/** What a mailbox is opened with. */
export interface Opening {
  readonly surroundings: Surroundings;
  readonly place: Place;
  readonly numbers: Numbers;
  readonly keywords: Keywords;
  readonly index: MailboxIndex;
}

export class LiveMailbox {
  readonly surroundings: Surroundings;
  readonly place: Place;
  readonly numbers: Numbers;
  readonly keywords: Keywords;
  readonly index: MailboxIndex;
  readonly roster = new Roster();
  readonly appender = new Appender(this);
  /** Messages of which the index said something else than the folders when it was loaded. */
  indexBehind = 0;
  readonly #watch: FolderWatch;
  readonly #serial = new Serial();
  /** UIDs up to this one may have been shown to somebody. */
  #shown = 0;
  /** Something failed half-way: the folders decide what is true, once they are synced. */
  #isUncertain = true;

  constructor(opening: Opening) {
    this.surroundings = opening.surroundings;
    this.place = opening.place;
    this.numbers = opening.numbers;
    this.keywords = opening.keywords;
    this.index = opening.index;
    this.#watch = new FolderWatch(this.surroundings, this.place.path);
  }

  /** Takes over what the index knows, as far as it is still true. */
  async load(): Promise<void> {
    const indexed = await this.index.load();
    if (indexed?.uidValidity === this.numbers.uidValidity) {
      const entries = await mapInPieces(
        indexed.rows,
        (row) => entryOf(row, this.keywords),
      );
      this.roster.put(entries.filter((entry) => entry !== undefined));
      const isWhole = !entries.includes(undefined);
      const isCurrent = await this.#watch.adopt(indexed.settled);
      this.#isUncertain = !isWhole || !isCurrent;
    } else {
      await this.index.reset(this.numbers.uidValidity);
    }
    if (this.#isUncertain) {
      const { put, gone } = await this.#scan();
      this.indexBehind = put.length + gone.length;
    }
    this.#shown = this.roster.highestUid;
  }

  /** All messages, after a look whether somebody else changed them. @throws {DiskError} */
  metas(): Promise<readonly Meta[]> {
    return this.#serial.run(async () => {
      await this.#refresh();
      return this.roster.metas();
    });
  }

  async #refresh(): Promise<void> {
    if (this.#isUncertain || await this.#watch.isDue()) await this.#scan();
  }

  async #scan(): Promise<Differences> {
    const { surroundings, place, numbers, keywords, roster } = this;
    let differences: Differences | undefined;
    const settled = await this.#watch.look(async () => {
      differences = await scanFolders({
        ...{ surroundings, place, numbers, keywords, roster },
        shown: this.#shown,
      }, this.#isUncertain);
      this.#isUncertain = false;
      await this.publish(differences);
      return { changed: differences.changes.length > 0 };
    });
    if (settled) await this.index.flush(settled);
    return differences!;
  }

  /**
   * Runs `work`, which changes the mailbox, when no other change is under way. After
   * an error the folders are looked at before anything else is done.
   */
  change<T>(work: () => Promise<T>): Promise<T> {
    return this.#serial.run(async () => {
      if (this.#isUncertain) await this.#scan();
      try {
        return await this.#watch.change(work);
      } catch (error) {
        this.#isUncertain = true;
        throw error;
      }
    });
  }

  /** Finds out what is true after a failure. @throws {DiskError} */
  async recover(): Promise<void> {
    if (this.#isUncertain) await this.change(() => Promise.resolve());
  }

  /** Looks into the folders again; only within {@linkcode change}. */
  async rescan(): Promise<void> {
    this.#isUncertain = true;
    await this.#scan();
  }

  /** Makes names in `folders` certain. @throws {DiskError} */
  sync(folders: Iterable<SubFolder>): Promise<void> {
    return syncFolders(this.surroundings.disk, this.place.path, folders);
  }

  /** Takes a durable change into the roster and the index, and tells of it. */
  async publish({ put, gone, changes }: Differences): Promise<void> {
    this.roster.remove(new Set(gone));
    this.roster.put(put);
    this.#shown = Math.max(this.#shown, this.roster.highestUid);
    await this.index.note(put.map(rowOf), gone);
    for (const change of changes) this.place.announce(change);
  }

  path({ folder, name }: Pick<Entry, "folder" | "name">): string {
    return `${this.place.path}/${folder}/${name}`;
  }

  /** The path of a message's file, wherever another program moved it; undefined when it is gone. */
  async find(entry: Entry): Promise<string | undefined> {
    const { surroundings: { disk }, place: { path } } = this;
    const found = await locate(disk, path, keyOf(entry.name));
    return found && this.path(found);
  }

  /** Opens a message's octets. @throws {NoSuchMessage | DiskError} */
  async read(uid: number): Promise<MessageOctets> {
    const entry = this.roster.get(uid);
    const file = entry && await this.#open(entry);
    if (file === undefined) {
      throw new NoSuchMessage(
        `Cannot read message ${uid} of mailbox "${this.place.name}": gone`,
      );
    }
    return await octetsOfFile(file);
  }

  async #open(entry: Entry): Promise<DiskFile | undefined> {
    let path: string | undefined = this.path(entry);
    // Its name may change again while we look for it.
    for (let tries = 0; tries < 3 && path !== undefined; tries++) {
      try {
        return await this.surroundings.disk.open(path, "read");
      } catch (error) {
        if (!isMissing(error)) throw error;
        path = await this.find(entry);
      }
    }
    this.#watch.distrust();
    return undefined;
  }

  /** Resolves when nothing is under way and the index has been told all. */
  close(): Promise<void> {
    return this.#serial.run(() => this.index.flush(undefined));
  }
}

/** True for the error of a file that is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof DiskError && error.fault === "missing";
}

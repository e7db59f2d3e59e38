/**
 * One mailbox of a Maildir while it is open.
 *
 * All that changes it passes through one queue. What the folders say counts: they are
 * looked at again when their times say that somebody else was there, and after a
 * failure. Watchers are told after a change is certain.
 *
 * @module
 */

import { DiskError } from "../disk/mod.ts";
import { Appender } from "./append.ts";
import { settleBatch } from "./batch.ts";
import type { MailboxIndex } from "./cautious_index.ts";
import { keyOf, parseFileName, type SubFolder } from "./file_name.ts";
import { ExpungedLog } from "./expunged_log.ts";
import { Findings } from "./findings.ts";
import { FolderWatch } from "./folder_watch.ts";
import { mapInPieces } from "./in_pieces.ts";
import type { Keywords } from "./keywords.ts";
import { dovecotUids } from "./dovecot_uids.ts";
import { locate, syncFolders } from "./maildir_folders.ts";
import { readMessage } from "./message_file.ts";
import type { Numbers } from "./numbers.ts";
import { type Entry, Roster, rowOf } from "./roster.ts";
import { type Differences, entryOf, scanFolders } from "./scan.ts";
import { Serial } from "./serial.ts";
import {
  type Followed,
  type MailboxStatus,
  type MessageOctets,
  type Meta,
  NoSuchMailbox,
  NoSuchMessage,
} from "./store.ts";
import type { Place, Surroundings } from "./surroundings.ts";

/** What a mailbox is opened with. */
export interface Opening {
  readonly surroundings: Surroundings;
  readonly place: Place;
  readonly numbers: Numbers;
  readonly keywords: Keywords;
  readonly index: MailboxIndex;
}

const NONE: ReadonlyMap<string, number> = new Map();

export class LiveMailbox {
  readonly surroundings: Surroundings;
  readonly place: Place;
  readonly numbers: Numbers;
  readonly keywords: Keywords;
  readonly index: MailboxIndex;
  readonly roster = new Roster();
  readonly appender = new Appender(this);
  readonly expunged: ExpungedLog;
  readonly findings: Findings;
  /** Messages of which the index said something else than the folders when it was loaded. */
  indexBehind = 0;
  readonly #watch: FolderWatch;
  readonly #serial = new Serial();
  /** UIDs that Dovecot gave to files, while the mailbox is loaded. */
  #given: ReadonlyMap<string, number> = NONE;
  /** UIDs up to this one may have been shown to somebody. */
  #shown = 0;
  /** Something failed half-way: the folders decide what is true, once they are synced. */
  #isUncertain = true;
  #recentFrom = 1;
  /** It was deleted or renamed: what is done now would be done to nothing. */
  #isGone = false;

  constructor(opening: Opening) {
    this.surroundings = opening.surroundings;
    this.place = opening.place;
    this.numbers = opening.numbers;
    this.keywords = opening.keywords;
    this.index = opening.index;
    this.#watch = new FolderWatch(this.surroundings, this.place.path);
    this.expunged = new ExpungedLog(this.index);
    this.findings = new Findings(this.index, this.roster);
  }

  /** Takes over what the index knows, as far as it is still true. */
  async load(): Promise<void> {
    const indexed = await this.index.load();
    const isKnown = indexed?.uidValidity === this.numbers.uidValidity;
    if (isKnown) {
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
    const { reservedModseq, highestModseq } = this.numbers;
    const isComplete = isKnown && indexed.closedAt === reservedModseq;
    const since = isComplete ? indexed.expungedSince : undefined;
    this.expunged.begin(highestModseq, since);
    if (this.#isUncertain) {
      const { surroundings, place, numbers } = this;
      this.#given = await dovecotUids(surroundings, place.path, numbers);
      const { put, gone } = await this.#scan();
      this.#given = NONE;
      this.indexBehind = put.length + gone.length;
    }
    this.#shown = this.roster.highestUid;
    this.#recentFrom = isKnown && indexed.recentFrom !== undefined
      ? indexed.recentFrom
      : this.#firstNew();
  }

  /** What no program has looked at is in new/. */
  #firstNew(): number {
    const first = this.roster.entries.find(({ folder }) => folder === "new");
    return first?.meta.uid ?? this.numbers.uidNext;
  }

  /** All messages, after a look whether somebody else changed them. @throws {DiskError} */
  metas(): Promise<readonly Meta[]> {
    return this.refreshed(() => this.roster.metas());
  }

  status(): Promise<MailboxStatus> {
    return this.refreshed(() => this.#status());
  }

  #status(): MailboxStatus {
    const { roster: { tally }, numbers, keywords } = this;
    return {
      ...tally,
      keywords: keywords.all,
      recentFrom: this.#recentFrom,
      uidNext: numbers.uidNext,
      highestModseq: numbers.highestModseq,
    };
  }

  /** @param watch Begins to tell of changes. */
  follow(watch: () => () => void): Promise<Followed> {
    return this.refreshed(() => (
      { metas: this.roster.metas(), status: this.#status(), end: watch() }
    ));
  }

  claimRecent(): Promise<number> {
    return this.refreshed(() => {
      const from = this.#recentFrom;
      this.#recentFrom = this.numbers.uidNext;
      if (from !== this.#recentFrom) {
        this.index.stand({ recentFrom: this.#recentFrom });
      }
      return from;
    });
  }

  /** What `look` says after a look whether somebody else was there, when no change is under way. @throws {DiskError | NoSuchMailbox} */
  refreshed<T>(look: () => T | Promise<T>): Promise<T> {
    return this.#serial.run(async () => {
      this.#checkThere();
      await this.#refresh();
      return await look();
    });
  }

  #checkThere(): void {
    if (!this.#isGone) return;
    const { name } = this.place;
    throw new NoSuchMailbox(`Cannot use mailbox "${name}": no longer there`);
  }

  async #refresh(): Promise<void> {
    if (this.#isUncertain || await this.#watch.isDue()) await this.#scan();
  }

  async #scan(): Promise<Differences> {
    const { surroundings, place, numbers, keywords, roster } = this;
    let differences: Differences | undefined;
    const settled = await this.#watch.look(async () => {
      if (this.#isUncertain) {
        await settleBatch(surroundings, place.path, false);
      }
      differences = await scanFolders({
        ...{ surroundings, place, numbers, keywords, roster },
        ...{ shown: this.#shown, given: this.#given },
      }, this.#isUncertain);
      this.#isUncertain = false;
      await this.publish(differences);
      const { changes, isPartial } = differences;
      return { changed: isPartial === true || changes.length > 0 };
    });
    if (settled) await this.index.flush({ settled });
    return differences!;
  }

  /**
   * Runs `work`, which changes the mailbox, when no other change is under way. After
   * an error the folders are looked at before anything else is done.
   */
  change<T>(work: () => Promise<T>): Promise<T> {
    return this.#serial.run(async () => {
      this.#checkThere();
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
    const ends = changes.filter((change) => change.kind === "expunged");
    this.expunged.add(ends);
    this.findings.forget(gone);
    await this.index.note(put.map(rowOf), ends);
    for (const change of changes) this.place.announce(change);
  }

  /** As {@linkcode publish}, for messages that have come. */
  publishNew(put: readonly Entry[]): Promise<void> {
    const changes = put.map(({ meta }) =>
      ({ kind: "appended", meta }) as const
    );
    return this.publish({ put, gone: [], changes });
  }

  /** As {@linkcode publish}, for messages that went. */
  publishGone(entries: readonly Entry[], modseq: number): Promise<void> {
    const gone = entries.map(({ meta }) => meta.uid);
    const changes = gone.map((uid) =>
      ({ kind: "expunged", uid, modseq }) as const
    );
    return this.publish({ put: [], gone, changes });
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

  /** A message's octets. @throws {NoSuchMessage | DiskError} */
  async read(uid: number): Promise<MessageOctets> {
    this.#checkThere();
    const entry = this.roster.get(uid);
    const octets = entry && await this.#read(entry);
    if (octets !== undefined) return octets;
    throw new NoSuchMessage(
      `Cannot read message ${uid} of mailbox "${this.place.name}": gone`,
    );
  }

  async #read(entry: Entry): Promise<MessageOctets | undefined> {
    const told = parseFileName(entry.name) ?? {};
    let path: string | undefined = this.path(entry);
    // Its name may change again while we look for it.
    for (let tries = 0; tries < 3 && path !== undefined; tries++) {
      try {
        return await readMessage(this.surroundings.disk, path, told);
      } catch (error) {
        if (!isMissing(error)) throw error;
        path = await this.find(entry);
      }
    }
    this.#watch.distrust();
    return undefined;
  }

  /**
   * Resolves when nothing is under way and the index has been told all.
   *
   * @param forGood Numbers that were reserved are given back; nothing is changed afterwards.
   */
  close(forGood: boolean): Promise<void> {
    return this.#serial.run(async () => {
      if (forGood && !this.#isGone) await this.#giveBack();
      await this.#close();
    });
  }

  async #giveBack(): Promise<void> {
    try {
      await this.numbers.giveBack();
    } catch (error) {
      // Numbers are skipped then, as after a crash.
      const { surroundings, place: { path } } = this;
      surroundings.log("store.numbers-kept", { path, error: String(error) });
    }
  }

  async #close(): Promise<void> {
    if (this.#isGone) return;
    await this.index.flush({ closedAt: this.numbers.reservedModseq });
  }

  /** Runs `work`, which takes the mailbox away, when nothing else is under way. */
  end<T>(work: () => Promise<T>): Promise<T> {
    return this.#serial.run(async () => {
      this.#checkThere();
      await this.#close();
      const result = await work();
      this.#isGone = true;
      return result;
    });
  }
}

/** True for the error of a file that is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof DiskError && error.fault === "missing";
}

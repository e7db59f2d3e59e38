/**
 * The spool on a disk: a journal, a file for each large message, and in memory what is
 * not settled yet.
 *
 *     <path>/00000001-<mark>.journal   <path>/large/<id>   <path>/quarantine/
 *
 * A message's `commit` resolves when its record is synced, `settle` and `note` likewise;
 * all share their syncs with all others of the moment (see `journal.ts`). Leaves out
 * checking a message's octets again each time they are read: replay does that.
 */

import { type Disk, DiskError } from "../disk/mod.ts";
import { Entries } from "./entries.ts";
import { destinationKeys, type Entry, type Place } from "./entry.ts";
import { FileDraft } from "./file_draft.ts";
import {
  type Concluded,
  envelopeIn,
  type MessageHead,
  messageHead,
  notedHead,
  settledHead,
} from "./head.ts";
import { Journal } from "./journal.ts";
import { LargeFiles } from "./large_files.ts";
import { messageIds } from "./message_id.ts";
import { bufferedOctets, fileOctets } from "./octets.ts";
import { OpenFiles } from "./open_files.ts";
import { RecentMessages } from "./recent.ts";
import type { Draught, Found } from "./record.ts";
import { notedOf } from "./said.ts";
import { type Rewrite, rewriteOf } from "./rewrites.ts";
import { readWhole, type Segment } from "./segment.ts";
import { Settlements } from "./settlements.ts";
import type {
  Conclusion,
  Draft,
  Envelope,
  Notes,
  Octets,
  Spool,
  SpoolEntry,
  WaitingEntry,
} from "./spool.ts";
import type { SpoolLog } from "./spool_log.ts";

export interface FileSpoolOptions {
  readonly disk: Disk;
  /** The spool's own folder; the one above it must be there. */
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** As `Math.random`. */
  readonly random: () => number;
  readonly log: SpoolLog;
  /** Octets after which the journal begins its next segment. */
  readonly segmentLimit?: number;
  /** Octets of the journal that a start reads at a time. */
  readonly readLimit?: number;
  /** Octets of recent messages that are kept in memory. */
  readonly recentLimit?: number;
  /** The most octets of a message that goes into the journal. */
  readonly smallLimit?: number;
}

const DEFAULTS = {
  segmentLimit: 16 * 1024 * 1024,
  readLimit: 512 * 1024,
  recentLimit: 32 * 1024 * 1024,
  smallLimit: 256 * 1024,
};

/**
 * Opens the spool, making it at first use, and finds what waited when it was last
 * left, however it was left. Damaged records are quarantined and logged.
 *
 * @throws {DiskError} When the folder cannot be made, read or synced.
 */
export async function openFileSpool(options: FileSpoolOptions): Promise<Spool> {
  const spool = new FileSpool({ ...DEFAULTS, ...options });
  try {
    await spool.open();
  } catch (error) {
    await spool.close();
    throw error;
  }
  return spool;
}

class FileSpool implements Spool {
  readonly #options: Required<FileSpoolOptions>;
  readonly #disk: Disk;
  readonly #largeFolder: string;
  readonly #quarantine: string;
  readonly #large: LargeFiles;
  readonly #journal: Journal;
  readonly #recent: RecentMessages;
  readonly #nextId: () => string;
  readonly #settlements = new Settlements();
  readonly #listeners: ((entry: WaitingEntry) => void)[] = [];
  readonly #entries = new Entries();
  /** At a start, the messages that the journal tells of and that wait no more. */
  #gone: Set<string> | undefined = new Set();
  /** Replay is over. */
  #isOpen = false;
  #isClosed = false;

  constructor(options: Required<FileSpoolOptions>) {
    const { disk, path, now, random } = options;
    this.#options = options;
    this.#disk = disk;
    this.#largeFolder = `${path}/large`;
    this.#quarantine = `${path}/quarantine`;
    this.#large = new LargeFiles({
      ...{ disk, log: options.log },
      ...{ folder: this.#largeFolder, quarantine: this.#quarantine },
    });
    this.#recent = new RecentMessages(options.recentLimit);
    this.#nextId = messageIds(now, random);
    this.#journal = new Journal({
      ...options,
      quarantine: this.#quarantine,
      entries: this.#entries,
      lost: (entry) => this.#forget(entry),
    });
  }

  async open(): Promise<void> {
    const { path } = this.#options;
    await this.#disk.makeDir(this.#largeFolder);
    await this.#disk.makeDir(this.#quarantine);
    await this.#disk.syncDir(parent(path), "spool folder");
    // The names of the folders in it become certain with that of the first segment.
    const { isDamaged, unproven } = await this.#journal.replay(
      (found, segment) => this.#replay(found, segment),
    );
    this.#isOpen = true;
    const cutShort = await this.#large.match(this.#entries, isDamaged);
    for (const entry of cutShort) this.#forget(entry);
    // What is said of a message whose own record is no more needs no proof.
    const isSeen = ({ head }: Found) =>
      head.kind !== "proven" &&
      (this.#entries.has(head.id) || this.#gone?.has(head.id));
    await this.#prove(unproven.filter(isSeen));
    this.#gone = undefined;
    await this.#journal.tidy();
  }

  #replay(found: Found, segment: Segment): void {
    const { head } = found;
    if (head.kind === "proven") return;
    if (head.kind === "settled") return this.#conclude(head);
    const known = this.#entries.get(head.id);
    if (head.kind === "noted") return known?.note(head.notes);
    if (head.concludes) this.#conclude(head.concludes);
    if (known?.size === head.size && known.large === head.large) {
      known.become(head.pending, head.notes);
      this.#entries.move(known, { segment, ...found });
      return;
    }
    if (known) this.#forget(known);
    if (head.pending.length === 0) this.#gone?.add(head.id);
    else {
      const entry = this.#entries.add(head, { segment, ...found });
      if (head.notes) entry.note(head.notes);
    }
  }

  /**
   * Writes records again that may not be on the disk: from here on mail is delivered,
   * and removed by its reader, because of them. Without room for that the system's
   * word has to do: it is wrong only where a sync had failed before the restart.
   */
  async #prove(unproven: readonly Found[]): Promise<void> {
    // All are read before the first is written: from then on segments may go.
    const rewrites: Rewrite[] = [];
    for (const found of unproven) {
      const rewrite = await rewriteOf(found, this.#entries, this.#journal);
      if (rewrite) rewrites.push(rewrite);
    }
    const results = await Promise.allSettled(
      rewrites.map(({ record, entry }) =>
        this.#append(record, (place) => {
          if (entry) this.#entries.move(entry, place);
        })
      ),
    );
    const failure = results.find(({ status }) => status === "rejected");
    if (failure?.status !== "rejected") {
      return await this.#journal.declareProven();
    }
    const fields = { level: "error", error: failure.reason };
    this.#options.log("spool_not_rewritten", fields);
    await this.#journal.sync();
  }

  begin(): Draft {
    return new FileDraft(this.#nextId(), {
      disk: this.#disk,
      folder: this.#largeFolder,
      smallLimit: this.#options.smallLimit,
      accept: this.#accept,
    });
  }

  readonly #accept = (
    about: Pick<MessageHead, "id" | "size" | "crc" | "large">,
    octets: Uint8Array | undefined,
    envelope: Envelope,
    concludes: Conclusion | undefined,
  ): Promise<void> => {
    const { notBefore = 0, priority = 0 } = envelope;
    const pending = destinationKeys(envelope);
    const all = { ...about, notBefore, priority, pending };
    const head = messageHead(all, JSON.stringify(envelope), concludes);
    return this.#append({ head, octets }, (place) => {
      if (concludes) this.#conclude(concludedBy(concludes));
      if (pending.length === 0) return;
      const entry = this.#entries.add(all, place);
      this.#recent.add(entry.id, { envelope, octets });
      this.#announce(entry);
    });
  };

  #append(
    record: Draught & { readonly frees?: boolean },
    done: (place: Place) => void,
  ): Promise<void> {
    return new Promise((resolve, fail) => {
      if (this.#isClosed) throw new Error("Cannot write to the spool: closed");
      this.#journal.append({
        ...record,
        done: (place) => {
          resolve();
          done(place);
        },
        fail,
      });
    });
  }

  #announce(entry: Entry): void {
    for (const listener of this.#listeners) {
      try {
        listener(entry);
      } catch (error) {
        this.#options.log("spool_listener_failed", { level: "error", error });
      }
    }
  }

  watch(listener: (entry: WaitingEntry) => void): void {
    this.#listeners.push(listener);
  }

  async read(id: string): Promise<Octets> {
    const octets = this.#recent.get(id)?.octets;
    if (octets !== undefined) return bufferedOctets(octets);
    const found = await this.#reading(id, async (entry) => {
      const { size, large, place: { segment, octetsAt } } = entry;
      const path = large ? this.#large.pathOf(id) : segment.path;
      const file = await this.#disk.open(path, "read");
      return fileOctets(file, large ? 0 : octetsAt, size);
    });
    if (found) return found;
    const message = `Cannot read message "${id}": not in the spool`;
    throw new DiskError("missing", message);
  }

  async load(id: string): Promise<SpoolEntry | undefined> {
    const recent = this.#recent.get(id);
    return recent
      ? this.#entries.get(id)?.loaded(recent.envelope)
      : (await this.loadAll([id]))[0];
  }

  async loadAll(ids: readonly string[]): Promise<SpoolEntry[]> {
    const files = new OpenFiles(this.#disk);
    try {
      const found: SpoolEntry[] = [];
      for (const id of ids) {
        const envelope = this.#recent.get(id)?.envelope ??
          await this.#readEnvelope(id, files);
        const entry = envelope && this.#entries.get(id)?.loaded(envelope);
        if (entry) found.push(entry);
      }
      return found;
    } finally {
      files.close();
    }
  }

  #readEnvelope(id: string, files: OpenFiles): Promise<Envelope | undefined> {
    return this.#reading(id, async ({ place: { segment, at, octetsAt } }) => {
      const file = await files.open(segment.path);
      const line = await readWhole(file, at, new Uint8Array(octetsAt - at));
      return JSON.parse(envelopeIn(line));
    });
  }

  /** Reads what belongs to an entry, which may be carried to another segment meanwhile, or settled. */
  async #reading<T>(
    id: string,
    read: (entry: Entry) => Promise<T>,
  ): Promise<T | undefined> {
    let entry = this.#entries.get(id);
    while (entry) {
      const { segment } = entry.place;
      try {
        return await read(entry);
      } catch (error) {
        entry = this.#entries.get(id);
        if (entry?.place.segment === segment) throw error;
      }
    }
    return undefined;
  }

  async settle(id: string, destinations: readonly string[]): Promise<void> {
    const entry = this.#entries.get(id);
    const open = destinations.filter((key) => entry?.waitsFor(key));
    if (entry === undefined || open.length === 0) return;
    const conclusion = { id, destinations: open };
    const head = settledHead(conclusion);
    await this.#append({ head, frees: true }, () => {
      this.#conclude(conclusion);
    });
  }

  async note(id: string, notes: Notes): Promise<void> {
    const entry = this.#entries.get(id);
    const open = Object.entries(notes).filter(([key]) => entry?.waitsFor(key));
    if (entry === undefined || open.length === 0) return;
    const now = Object.fromEntries(open);
    const head = notedHead(id, now);
    await this.#append({ head }, () => entry.note(notedOf(now)));
  }

  #conclude({ id, destinations, notes }: Concluded): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    if (notes) entry.note(notes);
    entry.settle(destinations);
    this.#settlements.settled(id, destinations);
    if (!entry.isDone) return;
    this.#forget(entry);
    if (entry.large && this.#isOpen) this.#large.remove(id);
  }

  #forget(entry: Entry): void {
    const { id, pending } = entry;
    if (!this.#entries.delete(entry)) return;
    this.#gone?.add(id);
    this.#recent.forget(id);
    this.#settlements.settled(id, [...pending]);
  }

  settled(id: string, destination: string): Promise<void> {
    return this.#entries.get(id)?.waitsFor(destination)
      ? this.#settlements.wait(id, destination)
      : Promise.resolve();
  }

  entry(id: string): WaitingEntry | undefined {
    return this.#entries.get(id);
  }

  entries(): readonly WaitingEntry[] {
    return [...this.#entries].sort((a, b) => a.id < b.id ? -1 : 1);
  }

  each(): Iterable<WaitingEntry> {
    return this.#entries;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#journal.close();
    this.#settlements.close();
  }
}

function concludedBy({ id, destinations, notes }: Conclusion): Concluded {
  return { id, destinations, ...notes && { notes: notedOf(notes) } };
}

/** The folder above `path`. */
function parent(path: string): string {
  const end = path.replace(/\/+$/, "").lastIndexOf("/");
  return end < 0 ? "." : path.slice(0, end) || "/";
}

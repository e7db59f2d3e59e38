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
import {
  concluding,
  destinationKeys,
  Entry,
  messageHead,
  type Place,
} from "./entry.ts";
import { FileDraft } from "./file_draft.ts";
import { Journal } from "./journal.ts";
import { messageIds } from "./message_id.ts";
import { bufferedOctets, fileOctets } from "./octets.ts";
import { RecentMessages } from "./recent.ts";
import type { Draught, Found, Head } from "./record.ts";
import type { Segment } from "./segment.ts";
import { Settlements } from "./settlements.ts";
import type {
  Conclusion,
  Draft,
  Envelope,
  Notes,
  Octets,
  Progress,
  Spool,
  SpoolEntry,
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
  /** Octets of recent messages that are kept in memory. */
  readonly recentLimit?: number;
  /** The most octets of a message that goes into the journal. */
  readonly smallLimit?: number;
}

const DEFAULTS = {
  segmentLimit: 16 * 1024 * 1024,
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
  readonly #large: string;
  readonly #quarantine: string;
  readonly #journal: Journal;
  readonly #recent: RecentMessages;
  readonly #nextId: () => string;
  readonly #settlements = new Settlements();
  readonly #listeners: ((entry: SpoolEntry) => void)[] = [];
  #entries = new Map<string, Entry>();
  /** Replay is over. */
  #isOpen = false;
  #isClosed = false;

  constructor(options: Required<FileSpoolOptions>) {
    const { disk, path, now, random } = options;
    this.#options = options;
    this.#disk = disk;
    this.#large = `${path}/large`;
    this.#quarantine = `${path}/quarantine`;
    this.#recent = new RecentMessages(options.recentLimit);
    this.#nextId = messageIds(now, random);
    this.#journal = new Journal({
      ...options,
      quarantine: this.#quarantine,
      lost: (entry) => this.#forget(entry),
    });
  }

  async open(): Promise<void> {
    const { path } = this.#options;
    await this.#disk.makeDir(this.#large);
    await this.#disk.makeDir(this.#quarantine);
    await this.#disk.syncDir(parent(path), "spool folder");
    // The names of the folders in it become certain with that of the first segment.
    const seen = new Set<string>();
    const { isDamaged, unproven } = await this.#journal.replay(
      (found, segment) => this.#replay(found, segment, seen),
    );
    this.#isOpen = true;
    this.#entries = new Map([...this.#entries].sort(byId));
    await this.#matchLargeFiles(isDamaged);
    await this.#prove(unproven.filter(({ head }) => seen.has(head.id)));
    await this.#journal.tidy();
  }

  #replay(found: Found, segment: Segment, seen: Set<string>): void {
    const { head } = found;
    const known = this.#entries.get(head.id);
    if (head.kind === "settled") return this.#conclude(head);
    if (head.kind === "noted") return known?.note(head.notes);
    seen.add(head.id);
    if (head.concludes) this.#conclude(head.concludes);
    if (known) {
      known.become(head.pending, head.notes);
      this.#journal.move(known, { segment, ...found });
    } else {
      const entry = entryOf(head, { segment, ...found });
      if (!entry.isDone) this.#hold(entry);
    }
  }

  /**
   * Writes records again that may not be on the disk: from here on mail is delivered,
   * and removed by its reader, because of them. Without room for that the system's
   * word has to do: it is wrong only where a sync had failed before the restart.
   */
  async #prove(unproven: readonly Found[]): Promise<void> {
    // All are read before the first is written: from then on segments may go.
    const writes: (() => Promise<void>)[] = [];
    for (const found of unproven) writes.push(await this.#again(found));
    const results = await Promise.allSettled(writes.map((write) => write()));
    const failure = results.find(({ status }) => status === "rejected");
    if (failure?.status !== "rejected") return;
    const fields = { level: "error", error: failure.reason };
    this.#options.log("spool_not_rewritten", fields);
    await this.#journal.sync();
  }

  /** How to write a record again, if it still says something. */
  async #again({ head, at }: Found): Promise<() => Promise<void>> {
    if (head.kind === "settled") return this.#rewriting(this.#renewed(head));
    if (head.kind === "noted") {
      return this.#rewriting({ ...head, notes: this.#known(head) });
    }
    const concludes = head.concludes && this.#renewed(head.concludes);
    const entry = this.#entries.get(head.id);
    const isLive = entry?.at === at;
    const record = isLive
      ? await this.#journal.reread(entry, concludes)
      : undefined;
    if (isLive && record) {
      const move = (place: Place) => this.#journal.move(entry, place);
      return () => this.#append(record, move);
    }
    // The report is done with; what it concluded stays so.
    return concludes
      ? this.#rewriting({ ...concludes, kind: "settled" })
      : () => Promise.resolve();
  }

  /** The same, with what is known by now: a later record may have told more. */
  #renewed<T extends Conclusion>(concludes: T): T {
    const { id, notes } = concludes;
    return notes
      ? { ...concludes, notes: this.#known({ id, notes }) }
      : concludes;
  }

  /** What is known by now of the destinations that `notes` tells of. */
  #known({ id, notes }: { id: string; notes: Notes }): Notes {
    const entry = this.#entries.get(id);
    const known: Record<string, Progress> = {};
    for (const key of Object.keys(notes)) {
      const progress = entry?.progress(key);
      if (progress) known[key] = progress;
    }
    return known;
  }

  #rewriting(head: Head): () => Promise<void> {
    return () => this.#append({ head: JSON.stringify(head) }, () => {});
  }

  #hold(entry: Entry): void {
    this.#entries.set(entry.id, entry);
    this.#journal.hold(entry);
  }

  /**
   * Removes files that no record names, unless a record was damaged that may have
   * named them, and sets aside entries whose file is gone or cut short.
   */
  async #matchLargeFiles(isDamaged: boolean): Promise<void> {
    for (const name of await this.#disk.list(this.#large)) {
      if (this.#entries.get(name)?.large) continue;
      if (isDamaged) await this.#quarantineLarge(name);
      else await this.#disk.unlink(`${this.#large}/${name}`);
    }
    for (const entry of this.#entries.values()) {
      if (!entry.large) continue;
      const stat = await this.#disk.stat(`${this.#large}/${entry.id}`);
      if (stat?.size === entry.size) continue;
      const fields = { level: "error", id: entry.id, octets: stat?.size };
      this.#options.log("spool_large_damaged", fields);
      if (stat) await this.#quarantineLarge(entry.id);
      this.#forget(entry);
    }
  }

  #quarantineLarge(name: string): Promise<void> {
    const to = `${this.#quarantine}/${name}`;
    return this.#disk.rename(`${this.#large}/${name}`, to);
  }

  begin(): Draft {
    return new FileDraft(this.#nextId(), {
      disk: this.#disk,
      folder: this.#large,
      smallLimit: this.#options.smallLimit,
      accept: this.#accept,
    });
  }

  readonly #accept = (
    about: Pick<Entry, "id" | "size" | "crc" | "large">,
    octets: Uint8Array | undefined,
    envelope: Envelope,
    concludes: Conclusion | undefined,
  ): Promise<void> => {
    const json = JSON.stringify(envelope);
    const pending = destinationKeys(envelope);
    const head = messageHead(about, json, pending, concluding(concludes));
    return this.#append({ head, octets }, (place) => {
      if (concludes) this.#conclude(concludes);
      const entry = new Entry(about, envelope, json, pending, place);
      entry.recent = { envelope, octets };
      if (entry.isDone) return;
      this.#hold(entry);
      this.#recent.add(entry);
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

  watch(listener: (entry: SpoolEntry) => void): void {
    this.#listeners.push(listener);
    for (const entry of this.entries()) listener(entry);
  }

  async read(id: string): Promise<Octets> {
    const entry = this.#entries.get(id);
    if (entry === undefined) {
      const message = `Cannot read message "${id}": not in the spool`;
      throw new DiskError("missing", message);
    }
    const octets = entry.recent?.octets;
    if (octets !== undefined) return bufferedOctets(octets);
    return await this.#openOctets(entry);
  }

  /** Opens the file with an entry's octets; they may be carried to another meanwhile. */
  async #openOctets(entry: Entry): Promise<Octets> {
    for (;;) {
      const { segment, octetsAt, id, size } = entry;
      const path = entry.large ? `${this.#large}/${id}` : segment.path;
      try {
        const file = await this.#disk.open(path, "read");
        return fileOctets(file, entry.large ? 0 : octetsAt, size);
      } catch (error) {
        if (entry.segment === segment) throw error;
      }
    }
  }

  async settle(id: string, destinations: readonly string[]): Promise<void> {
    const entry = this.#entries.get(id);
    const open = destinations.filter((key) => entry?.waitsFor(key));
    if (entry === undefined || open.length === 0) return;
    const head = JSON.stringify({ kind: "settled", id, destinations: open });
    await this.#append({ head, frees: true }, () => {
      this.#conclude({ id, destinations: open });
    });
  }

  async note(id: string, notes: Notes): Promise<void> {
    const entry = this.#entries.get(id);
    const open = Object.entries(notes).filter(([key]) => entry?.waitsFor(key));
    if (entry === undefined || open.length === 0) return;
    const record = { kind: "noted", id, notes: Object.fromEntries(open) };
    const head = JSON.stringify(record);
    await this.#append({ head }, () => entry.note(record.notes));
  }

  #conclude({ id, destinations, notes }: Conclusion): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    if (notes) entry.note(notes);
    entry.settle(destinations);
    this.#settlements.settled(id, destinations);
    if (!entry.isDone) return;
    this.#forget(entry);
    if (entry.large && this.#isOpen) this.#removeLarge(id);
  }

  #forget(entry: Entry): void {
    this.#journal.release(entry);
    this.#recent.forget(entry);
    this.#entries.delete(entry.id);
    this.#settlements.settled(entry.id, [...entry.pending]);
  }

  /** A file that stays, for whatever reason, is removed at the next start. */
  #removeLarge(id: string): void {
    this.#disk.unlink(`${this.#large}/${id}`).catch(() => {});
  }

  settled(id: string, destination: string): Promise<void> {
    return this.#entries.get(id)?.waitsFor(destination)
      ? this.#settlements.wait(id, destination)
      : Promise.resolve();
  }

  entry(id: string): SpoolEntry | undefined {
    return this.#entries.get(id);
  }

  entries(): readonly SpoolEntry[] {
    return [...this.#entries.values()];
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#journal.close();
    this.#settlements.close();
  }
}

type MessageHead = Extract<Head, { kind: "message" }>;

function entryOf(head: MessageHead, place: Place): Entry {
  const { id, size, crc, large = false, envelope, pending, notes } = head;
  const about = { id, size, crc, large };
  const entry = new Entry(about, atHand(envelope), envelope, pending, place);
  if (notes) entry.note(notes);
  return entry;
}

/** Of an envelope in JSON, parsed only where it tells something of this. */
function atHand(json: string): Pick<Envelope, "notBefore" | "priority"> {
  return /"notBefore":|"priority":/.test(json) ? JSON.parse(json) : {};
}

function byId([a]: [string, Entry], [b]: [string, Entry]): number {
  return a < b ? -1 : 1;
}

/** The folder above `path`. */
function parent(path: string): string {
  const end = path.replace(/\/+$/, "").lastIndexOf("/");
  return end < 0 ? "." : path.slice(0, end) || "/";
}

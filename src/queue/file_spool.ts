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
import { destinationKeys, Entry, type Place } from "./entry.ts";
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
import { messageIds } from "./message_id.ts";
import { bufferedOctets, fileOctets } from "./octets.ts";
import { RecentMessages } from "./recent.ts";
import type { Draught, Found } from "./record.ts";
import { notedOf } from "./said.ts";
import { type Rewrite, rewriteOf } from "./rewrites.ts";
import { load, type Segment } from "./segment.ts";
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
  readonly #listeners: ((entry: WaitingEntry) => void)[] = [];
  #entries = new Map<string, Entry>();
  /** At a start, the messages that the journal tells of and that wait no more. */
  #gone: Set<string> | undefined = new Set();
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
      entries: () => this.#entries.values(),
      lost: (entry) => this.#forget(entry),
    });
  }

  async open(): Promise<void> {
    const { path } = this.#options;
    await this.#disk.makeDir(this.#large);
    await this.#disk.makeDir(this.#quarantine);
    await this.#disk.syncDir(parent(path), "spool folder");
    // The names of the folders in it become certain with that of the first segment.
    const { isDamaged, unproven } = await this.#journal.replay(
      (found, segment) => this.#replay(found, segment),
    );
    this.#isOpen = true;
    this.#sort();
    await this.#matchLargeFiles(isDamaged);
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
      this.#journal.move(known, { segment, ...found });
      return;
    }
    if (known) this.#forget(known);
    const entry = new Entry(head, { segment, ...found });
    if (head.notes) entry.note(head.notes);
    if (entry.isDone) this.#gone?.add(entry.id);
    else this.#hold(entry);
  }

  /** Puts entries in the order of their age, where the journal had another. */
  #sort(): void {
    const ids = [...this.#entries.keys()];
    if (ids.every((id, i) => i === 0 || ids[i - 1]! < id)) return;
    const found = this.#entries;
    this.#entries = new Map(ids.sort().map((id) => [id, found.get(id)!]));
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
          if (entry) this.#journal.move(entry, place);
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
      const entry = new Entry(all, place);
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

  watch(listener: (entry: WaitingEntry) => void): void {
    this.#listeners.push(listener);
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

  async load(id: string): Promise<SpoolEntry | undefined> {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    if (entry.recent) return entry.loaded(entry.recent.envelope);
    const envelope = await this.#readEnvelope(entry);
    return this.#entries.has(id) ? entry.loaded(envelope) : undefined;
  }

  /** Reads an entry's envelope; its record may be carried meanwhile. */
  async #readEnvelope(entry: Entry): Promise<Envelope> {
    for (;;) {
      const { segment, at, octetsAt } = entry;
      try {
        const line = await load(this.#disk, segment.path, at, octetsAt - at);
        return JSON.parse(envelopeIn(line));
      } catch (error) {
        if (entry.segment === segment) throw error;
      }
    }
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
    if (entry.large && this.#isOpen) this.#removeLarge(id);
  }

  #forget(entry: Entry): void {
    if (!this.#entries.delete(entry.id)) return;
    this.#gone?.add(entry.id);
    this.#journal.release(entry);
    this.#recent.forget(entry);
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

  entry(id: string): WaitingEntry | undefined {
    return this.#entries.get(id);
  }

  entries(): readonly WaitingEntry[] {
    return [...this.#entries.values()];
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

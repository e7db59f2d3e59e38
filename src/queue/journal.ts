/**
 * The journal: segments that are only appended to, one sync for all that arrive
 * while the sync before is under way.
 *
 * One loop writes. Records that come while it works wait, and share the next write
 * and sync. A batch is acknowledged whole or refused whole; a refused one is cut off
 * again. After a failed sync the segment is written to no more, because the system
 * may have dropped what it could not write and still say yes to the next sync.
 *
 * Segments go in the order they came, each only when the one before is certainly
 * gone: what settles a message of an old segment may stand in a later one. Few live
 * entries do not keep a segment: they are carried to the end of the journal.
 */

import { type Disk, DiskError } from "../disk/mod.ts";
import type { Entries } from "./entries.ts";
import type { Entry, Place } from "./entry.ts";
import { envelopeIn, messageHead, provenHead } from "./head.ts";
import {
  type Draught,
  type Found,
  longest,
  readRecord,
  writeRecord,
} from "./record.ts";
import { type Replayed, replaySegment } from "./replay.ts";
import {
  bufferOf,
  load,
  nextSegment,
  parseSegment,
  type Segment,
} from "./segment.ts";
import type { Conclusion } from "./spool.ts";
import type { SpoolLog } from "./spool_log.ts";

export interface JournalOptions {
  readonly disk: Disk;
  /** The folder of the segments. */
  readonly path: string;
  readonly quarantine: string;
  readonly random: () => number;
  readonly log: SpoolLog;
  /** Octets after which the next segment begins. */
  readonly segmentLimit: number;
  /** Octets that a start reads at a time. */
  readonly readLimit: number;
  readonly entries: Entries;
  /** Told of an entry whose record was found damaged when it was to be carried. */
  readonly lost: (entry: Entry) => void;
}

/** A record on its way into the journal; exactly one of `done` and `fail` is called, once. */
export interface Item extends Draught {
  /** Written even when others of its batch find no room: it frees space. */
  readonly frees?: boolean;
  done(place: Place): void;
  fail(error: unknown): void;
}

/** Octets of records that one batch takes, and that are carried at a time. */
const BATCH = 1024 * 1024;
/** Dead octets are borne until there are as many as live ones, and this many segments more. */
const SPARE_SEGMENTS = 4;

export class Journal {
  readonly #options: JournalOptions;
  readonly #disk: Disk;
  #segments: Segment[] = [];
  #current: Segment | undefined;
  #sequence = 0;
  #queue: Item[] = [];
  #running: Promise<void> | undefined;
  #buffer = new Uint8Array(64 * 1024);
  #total = 0;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#disk = options.disk;
  }

  /** Hands every record to `take`, oldest first. Call it once, before `append`. */
  async replay(
    take: (found: Found, segment: Segment) => void,
  ): Promise<Replayed> {
    const { path } = this.#options;
    const names = await this.#disk.list(path);
    this.#segments = names.map((name) => parseSegment(path, name))
      .filter((segment) => segment !== undefined)
      .sort((a, b) => a.sequence - b.sequence);
    const last = this.#segments.at(-1);
    this.#sequence = last?.sequence ?? 0;
    let isDamaged = false;
    const unproven = new Map<number, readonly Found[]>();
    const buffer = new Uint8Array(this.#options.readLimit);
    for (const segment of this.#segments) {
      const one = await replaySegment(
        ...[this.#options, segment, buffer, segment === last] as const,
        (found, segment) => {
          if (found.head.kind !== "proven") return take(found, segment);
          unproven.delete(found.head.segment);
        },
      );
      isDamaged ||= one.isDamaged;
      if (one.unproven.some(({ head }) => head.kind !== "proven")) {
        unproven.set(segment.sequence, one.unproven);
      }
      this.#total += segment.size;
    }
    for (const segment of this.#segments) {
      segment.isProven = !unproven.has(segment.sequence);
    }
    return { isDamaged, unproven: [...unproven.values()].flat() };
  }

  /**
   * Notes that all is certain that replay found unproven, so that the next start knows;
   * one that does not will do again what this one did.
   */
  async declareProven(): Promise<void> {
    const doubtful = this.#segments.filter((one) =>
      !one.isProven && one !== this.#current
    );
    await Promise.all(doubtful.map((segment) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const done = () => {
        segment.isProven = true;
        resolve();
      };
      const head = provenHead(segment.sequence);
      this.append({ head, done, fail: () => resolve() });
      return promise;
    }));
  }

  /** Makes certain what is on the disk already, as far as the system can. */
  async sync(): Promise<void> {
    for (const { path } of this.#segments) {
      const file = await this.#disk.open(path, "read");
      await file.sync("journal").finally(() => file.close());
    }
    await this.#disk.syncDir(this.#options.path, "new segment");
  }

  append(item: Item): void {
    this.#queue.push(item);
    this.#start();
  }

  /** Drops and carries what replay found; resolves when the journal is at rest. */
  async tidy(): Promise<void> {
    this.#start();
    await this.#running;
  }

  /** Resolves when all that was appended is written or refused. */
  async close(): Promise<void> {
    await this.#running;
    this.#retire();
  }

  #start(): void {
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    // Whatever else arrives in this turn of the event loop joins the first batch.
    await undefined;
    try {
      for (let more = true; more;) {
        if (this.#queue.length > 0) await this.#write(this.#nextBatch());
        more = await this.#tidy() || this.#queue.length > 0;
      }
    } finally {
      this.#running = undefined;
    }
  }

  #nextBatch(): Item[] {
    let size = 0;
    let count = 0;
    while (count < this.#queue.length && size < BATCH) {
      const { head, octets } = this.#queue[count++]!;
      size += head.length + (octets?.length ?? 0);
    }
    return this.#queue.splice(0, count);
  }

  async #write(batch: readonly Item[]): Promise<void> {
    let segment: Segment | undefined;
    let places: Place[];
    let isWritten = false;
    try {
      segment = await this.#writable();
      segment.isProven = false;
      places = this.#layOut(batch, segment);
      const size = places.at(-1)!.end - segment.size;
      await segment.file!.write(this.#buffer.subarray(0, size));
      isWritten = true;
      await segment.file!.sync("journal");
      await this.#makeNamed(segment);
    } catch (error) {
      const isFull = error instanceof DiskError && error.fault === "full";
      if (segment) await this.#cutBack(segment, isFull && !isWritten);
      return await this.#refuse(batch, isFull, error);
    }
    const end = places.at(-1)!.end;
    this.#total += end - segment.size;
    segment.size = end;
    segment.isProven = true;
    for (const [i, item] of batch.entries()) item.done(places[i]!);
  }

  /** The segment to write to; a new one when the last is full or given up. */
  async #writable(): Promise<Segment> {
    const { path, random, segmentLimit } = this.#options;
    if (this.#current && this.#current.size < segmentLimit) {
      return this.#current;
    }
    this.#retire();
    const segment = nextSegment(path, this.#sequence + 1, random);
    segment.file = await this.#disk.open(segment.path, "create");
    this.#sequence++;
    this.#segments.push(segment);
    return this.#current = segment;
  }

  async #makeNamed(segment: Segment): Promise<void> {
    if (segment.isNamed) return;
    await this.#disk.syncDir(this.#options.path, "new segment");
    segment.isNamed = true;
  }

  /** Writes the batch to the buffer; returns where each record will lie. */
  #layOut(batch: readonly Item[], segment: Segment): Place[] {
    const { mark, size } = segment;
    const opening = size === 0 ? this.#opening() : undefined;
    let most = opening ? longest(opening, mark) : 0;
    for (const item of batch) most += longest(item, mark);
    if (most > this.#buffer.length) this.#buffer = new Uint8Array(most);
    const places: Place[] = [];
    let from = opening ? writeRecord(opening, mark, 0, this.#buffer, 0) : 0;
    for (const item of batch) {
      const to = writeRecord(item, mark, size, this.#buffer, from);
      const octets = item.octets === undefined ? 0 : item.octets.length + 1;
      const end = size + to;
      places.push({ segment, at: size + from, octetsAt: end - octets, end });
      from = to;
    }
    return places;
  }

  /** What a new segment says of the one before. */
  #opening(): Draught | undefined {
    const before = this.#segments.at(-2);
    return before?.isProven ? { head: provenHead(before.sequence) } : undefined;
  }

  /** Fails a batch; without room, only what needs room. */
  async #refuse(
    batch: readonly Item[],
    isFull: boolean,
    error: unknown,
  ): Promise<void> {
    const again = batch.filter(({ frees }) => isFull && frees);
    const isSame = again.length === batch.length;
    for (const item of batch) {
      if (isSame || !again.includes(item)) item.fail(error);
    }
    if (!isSame && again.length > 0) await this.#write(again);
  }

  /** Takes a refused batch off the disk again, so that no replay finds it. */
  async #cutBack(segment: Segment, goesOn: boolean): Promise<void> {
    try {
      await segment.file!.truncate(segment.size);
      await segment.file!.sync("cut back");
      segment.isProven = true;
      if (!goesOn) this.#retire();
    } catch (error) {
      this.#retire();
      this.#options.log("spool_not_cut_back", {
        level: "error",
        segment: segment.name,
        error,
      });
    }
  }

  #retire(): void {
    this.#current?.file?.close();
    this.#current = undefined;
  }

  /** One step of making room; true when there may be another. */
  async #tidy(): Promise<boolean> {
    const oldest = this.#segments[0];
    if (oldest === undefined || oldest === this.#current) return false;
    try {
      if (oldest.live === 0) {
        await this.#drop(oldest);
        return true;
      }
      return this.#isCrowded() && await this.#carry(oldest);
    } catch (error) {
      this.#options.log("spool_not_tidied", { level: "warn", error });
      return false;
    }
  }

  #isCrowded(): boolean {
    const spare = SPARE_SEGMENTS * this.#options.segmentLimit;
    return this.#total > 2 * this.#options.entries.live + spare;
  }

  async #drop(oldest: Segment): Promise<void> {
    if (!oldest.isUnlinked) await this.#unlink(oldest);
    await this.#disk.syncDir(this.#options.path, "dropped segment");
    this.#segments.shift();
    this.#total -= oldest.size;
  }

  async #unlink(segment: Segment): Promise<void> {
    try {
      await this.#disk.unlink(segment.path);
    } catch (error) {
      if (!(error instanceof DiskError) || error.fault !== "missing") {
        throw error;
      }
    }
    segment.isUnlinked = true;
  }

  /** Writes live entries of the oldest segment to the end of the journal. */
  async #carry(oldest: Segment): Promise<boolean> {
    const { entries } = this.#options;
    const batch: Item[] = [];
    let size = 0;
    let isWritten = true;
    for (const entry of entries.within(oldest)) {
      if (size > BATCH) break;
      const { at, end } = entry.place;
      size += end - at;
      const record = await this.reread(entry);
      if (record === undefined) continue;
      batch.push({
        ...record,
        done: (place) => entries.move(entry, place),
        fail: () => isWritten = false,
      });
    }
    if (batch.length > 0) await this.#write(batch);
    return isWritten;
  }

  /**
   * The record that makes an entry, as it would be written now; a damaged one is given
   * up. What the message concluded need not be said again once its record was proven:
   * segments before this one are gone when it goes.
   */
  async reread(
    entry: Entry,
    concludes?: Conclusion,
  ): Promise<Draught | undefined> {
    const { segment, at, octetsAt, end } = entry.place;
    const bytes = await load(this.#disk, segment.path, at, end - at);
    const record = { segment, bytes: bufferOf(bytes), base: at };
    const head = readRecord(record, at)?.head;
    if (head?.kind === "message" && head.id === entry.id) {
      return {
        head: messageHead(
          { ...head, pending: [...entry.pending] },
          envelopeIn(bytes.subarray(0, octetsAt - at)),
          concludes,
          entry.notes,
        ),
        ...!entry.large &&
          { octets: bytes.subarray(octetsAt - at, octetsAt - at + entry.size) },
      };
    }
    this.#options.log("spool_damaged", {
      level: "error",
      segment: segment.name,
      id: entry.id,
    });
    this.#options.lost(entry);
    return undefined;
  }
}

/**
 * What the operator sees of the queue, and does with it. Goes through the queue a few
 * messages at a time: there may be 100,000, and mail goes on meanwhile.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import type { Reply } from "../mail/mod.ts";
import {
  destinationKey,
  type Envelope,
  type Progress,
  type Spool,
  type SpoolEntry,
} from "../queue/mod.ts";
import type { Job } from "./job.ts";

/** Which messages, and which of their destinations; all that is given must fit. */
export interface QueueFilter {
  readonly id?: string;
  /** The reverse-path; "" is the null one. */
  readonly sender?: string;
  /** An address as it was given, or one that it leads to. */
  readonly recipient?: string;
  /** Of a recipient, or of where it leads; ".example.org" is that domain and all below it. */
  readonly domain?: string;
}

/** One message that waits. */
export interface WaitingMessage {
  readonly id: string;
  readonly envelope: Envelope;
  readonly size: number;
  readonly destinations: readonly WaitingDestination[];
}

export interface WaitingDestination {
  /** As `destinationKey` gives it. */
  readonly key: string;
  /** Recipients that lead there. */
  readonly recipients: readonly string[];
  readonly state: "waiting" | "ready" | "delivering" | "held";
  readonly attempts: number;
  /** Milliseconds since 1970; absent while it is held. */
  readonly next?: number;
  readonly last?: number;
  readonly reply?: Reply;
  readonly peer?: string;
}

/** Told now and then how many messages of how many were looked at. */
export type NoteProgress = (done: number, total: number) => void;

export interface QueueControlOptions {
  readonly spool: Spool;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly stateOf: (id: string, key: string) => Job["state"];
  /** Told of each message that is changed, for its story. */
  readonly log: (event: string, fields: Record<string, unknown>) => void;
  /** Called after something of a message was noted or settled. */
  readonly changed: (id: string) => void;
}

/** So many are worked on before others have their turn. */
const SLICE = 200;

export class QueueControl {
  readonly #options: QueueControlOptions;

  constructor(options: QueueControlOptions) {
    this.#options = options;
  }

  /** What waits, oldest first. */
  async *list(filter: QueueFilter = {}): AsyncGenerator<WaitingMessage> {
    for await (const slice of this.#slices(filter)) {
      for (const entry of slice) {
        // It may be delivered by now: the reader has its own pace.
        const isThere = this.#options.spool.entry(entry.id) !== undefined;
        if (isThere) yield this.#waiting(entry, filter);
      }
    }
  }

  /**
   * Has what was tried before tried again now. What is held stays held, and what was
   * submitted for a later time stays for that (RFC 4865).
   *
   * @returns How many messages.
   */
  retry(filter: QueueFilter = {}, note?: NoteProgress): Promise<number> {
    const next = this.#options.now();
    return this.#note(
      "queue_retry",
      filter,
      (progress) =>
        progress && !progress.held && progress.next > next
          ? { ...progress, next }
          : undefined,
      note,
    );
  }

  /** Stops destinations; they do not expire meanwhile. Returns how many messages. */
  hold(filter: QueueFilter, note?: NoteProgress): Promise<number> {
    return this.#note(
      "queue_hold",
      filter,
      (progress) =>
        progress?.held
          ? undefined
          : { attempts: 0, next: 0, ...progress, held: true },
      note,
    );
  }

  /** Lets go on what was held. Returns how many messages. */
  release(filter: QueueFilter, note?: NoteProgress): Promise<number> {
    return this.#note("queue_release", filter, (progress) => {
      if (!progress?.held) return undefined;
      const { held: _, ...rest } = progress;
      return rest;
    }, note);
  }

  /** Forgets destinations without a report to anybody. Returns how many messages. */
  delete(filter: QueueFilter, note?: NoteProgress): Promise<number> {
    const { spool } = this.#options;
    return this.#each("queue_delete", filter, async (entry, keys) => {
      await spool.settle(entry.id, keys);
      return keys;
    }, note);
  }

  #note(
    event: string,
    filter: QueueFilter,
    change: (progress: Progress | undefined) => Progress | undefined,
    note: NoteProgress | undefined,
  ): Promise<number> {
    return this.#each(event, filter, async (entry, keys) => {
      const notes: Record<string, Progress> = {};
      for (const key of keys) {
        const changed = change(entry.progress(key));
        if (changed) notes[key] = changed;
      }
      const changed = Object.keys(notes);
      if (changed.length > 0) await this.#options.spool.note(entry.id, notes);
      return changed;
    }, note);
  }

  /** Counts messages of which `change` changed destinations, and logs which. */
  async #each(
    event: string,
    filter: QueueFilter,
    change: (entry: SpoolEntry, keys: string[]) => Promise<readonly string[]>,
    note: NoteProgress | undefined,
  ): Promise<number> {
    let count = 0;
    for await (const slice of this.#slices(filter, note)) {
      // They share their syncs.
      await Promise.all(slice.map(async (entry) => {
        const to = await change(entry, keysOf(entry, filter));
        if (to.length === 0) return;
        count++;
        this.#options.log(event, { id: entry.id, to });
        this.#options.changed(entry.id);
      }));
    }
    return count;
  }

  async *#slices(
    filter: QueueFilter,
    note?: NoteProgress,
  ): AsyncGenerator<SpoolEntry[]> {
    const { spool } = this.#options;
    const all = filter.id === undefined
      ? spool.entries().map(({ id }) => id)
      : [filter.id];
    for (let at = 0; at < all.length; at += SLICE) {
      const slice = all.slice(at, at + SLICE);
      const entries = await spool.loadAll(slice);
      yield entries.filter((entry) => keysOf(entry, filter).length > 0);
      note?.(at + slice.length, all.length);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #waiting(entry: SpoolEntry, filter: QueueFilter): WaitingMessage {
    const { id, envelope, size } = entry;
    const destinations = keysOf(entry, filter).map((key) =>
      this.#destination(entry, envelope, key)
    );
    return { id, envelope, size, destinations };
  }

  #destination(
    entry: SpoolEntry,
    envelope: Envelope,
    key: string,
  ): WaitingDestination {
    const { held, next = entry.notBefore, attempts = 0, last, reply, peer } =
      entry.progress(key) ?? {};
    const recipients = envelope.recipients.filter(({ destinations }) =>
      destinations.some((one) => destinationKey(one) === key)
    ).map(({ address }) => address);
    const state = this.#options.stateOf(entry.id, key);
    return {
      key,
      recipients,
      state: state === "runs"
        ? "delivering"
        : held
        ? "held"
        : state === "ready"
        ? "ready"
        : "waiting",
      attempts,
      ...!held && { next },
      ...last !== undefined && { last },
      ...reply && { reply },
      ...peer !== undefined && { peer },
    };
  }
}

/** The pending destinations of `entry` that a filter means. */
function keysOf(entry: SpoolEntry, filter: QueueFilter): string[] {
  const { id, sender, recipient, domain } = filter;
  if (id !== undefined && entry.id !== id) return [];
  const keys = [...entry.pending];
  if (sender === undefined && recipient === undefined && domain === undefined) {
    return keys;
  }
  const { from, recipients } = entry.envelope;
  if (sender !== undefined && !isSame(from, sender)) return [];
  return keys.filter((key) => {
    const addresses = [key.slice(key.indexOf(":") + 1)];
    for (const { address, destinations } of recipients) {
      const leads = destinations.some((one) => destinationKey(one) === key);
      if (leads) addresses.push(address);
    }
    return addresses.some((address) =>
      (recipient === undefined || isSame(address, recipient)) &&
      (domain === undefined || isWithin(domainOf(address), domain))
    );
  });
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1);
}

function isWithin(domain: string, wanted: string): boolean {
  return wanted.startsWith(".")
    ? `.${domain}`.toLowerCase().endsWith(wanted.toLowerCase())
    : isSame(domain, wanted);
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

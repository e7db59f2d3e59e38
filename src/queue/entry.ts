/** A message that waits in the file spool, kept small: there may be 100,000 of them. */

import type { MessageHead } from "./head.ts";
import type { Noted } from "./said.ts";
import type { Segment } from "./segment.ts";
import {
  destinationKey,
  type Envelope,
  type Notes,
  type Progress,
  type SpoolEntry,
  type WaitingEntry,
} from "./spool.ts";
import { Waiting } from "./waiting.ts";

/** Where an entry's record lies. */
export interface Place {
  readonly segment: Segment;
  /** Offsets in the segment: of the record, of its octets, of the next record. */
  readonly at: number;
  readonly octetsAt: number;
  readonly end: number;
}

/** What is kept of a recent message so that it need not be read again. */
export interface Recent {
  readonly envelope: Envelope;
  /** Absent for a message in a file of its own. */
  readonly octets: Uint8Array | undefined;
}

type About = Pick<
  MessageHead,
  "id" | "size" | "large" | "notBefore" | "priority" | "pending"
>;

export class Entry implements WaitingEntry {
  readonly id: string;
  readonly size: number;
  readonly large: boolean;
  readonly notBefore: number;
  readonly priority: number;
  recent: Recent | undefined;
  segment: Segment;
  at: number;
  octetsAt: number;
  #waiting: Waiting | undefined;

  constructor(about: About, place: Place) {
    this.id = about.id;
    this.size = about.size;
    this.large = about.large;
    this.notBefore = about.notBefore;
    this.priority = about.priority;
    this.recent = undefined;
    this.segment = place.segment;
    this.at = place.at;
    this.octetsAt = place.octetsAt;
    this.#waiting = undefined;
    for (const key of about.pending.toReversed()) {
      this.#waiting = new Waiting(key, this.#waiting);
    }
  }

  /** Where the next record begins. */
  get end(): number {
    return this.large ? this.octetsAt : this.octetsAt + this.size + 1;
  }

  get pending(): ReadonlySet<string> {
    const keys = new Set<string>();
    for (let one = this.#waiting; one; one = one.after) keys.add(one.key);
    return keys;
  }

  waitsFor(destination: string): boolean {
    return this.#find(destination) !== undefined;
  }

  get isDone(): boolean {
    return this.#waiting === undefined;
  }

  settle(destinations: readonly string[]): void {
    this.#keep((key) => !destinations.includes(key));
  }

  /** Takes what a later record of the same message says: what waits, and what is known of it. */
  become(pending: readonly string[], notes: readonly Noted[] = []): void {
    this.#keep((key) => pending.includes(key));
    for (let one = this.#waiting; one; one = one.after) one.forget();
    this.note(notes);
  }

  note(notes: readonly Noted[]): void {
    for (const noted of notes) this.#find(noted.key)?.note(noted);
  }

  progress(destination: string): Progress | undefined {
    return this.#find(destination)?.progress;
  }

  /** All that is known; undefined when that is nothing. */
  get notes(): Notes | undefined {
    const notes: [string, Progress][] = [];
    for (let one = this.#waiting; one; one = one.after) {
      const { key, progress } = one;
      if (progress) notes.push([key, progress]);
    }
    return notes.length > 0 ? Object.fromEntries(notes) : undefined;
  }

  moveTo({ segment, at, octetsAt }: Place): void {
    this.segment = segment;
    this.at = at;
    this.octetsAt = octetsAt;
  }

  /** With the envelope; what waits is told as it is when it is asked. */
  loaded(envelope: Envelope): SpoolEntry {
    const { id, size, notBefore, priority } = this;
    const pending = () => this.pending;
    return {
      ...{ id, size, notBefore, priority, envelope },
      get pending() {
        return pending();
      },
      progress: (destination) => this.progress(destination),
    };
  }

  #find(destination: string): Waiting | undefined {
    let one = this.#waiting;
    while (one && one.key !== destination) one = one.after;
    return one;
  }

  #keep(stays: (key: string) => boolean): void {
    let first: Waiting | undefined;
    let last: Waiting | undefined;
    for (let one = this.#waiting; one; one = one.after) {
      if (!stays(one.key)) continue;
      if (last) last.after = one;
      else first = one;
      last = one;
    }
    if (last) last.after = undefined;
    this.#waiting = first;
  }
}

/** The destinations of an envelope, each once. */
export function destinationKeys(envelope: Envelope): string[] {
  const keys = new Set<string>();
  for (const { destinations } of envelope.recipients) {
    for (const destination of destinations) {
      keys.add(destinationKey(destination));
    }
  }
  return [...keys];
}

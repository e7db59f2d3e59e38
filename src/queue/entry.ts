/** A message that waits in the file spool, kept small: there may be 100,000 of them. */

import type { MessageHead } from "./head.ts";
import { type Noted, progressOf } from "./said.ts";
import type { Segment } from "./segment.ts";
import {
  destinationKey,
  type Envelope,
  type Notes,
  type Progress,
  type SpoolEntry,
  type WaitingEntry,
} from "./spool.ts";

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

/** A destination that is waited for, and what is known of it. */
interface Waiting extends Noted {
  /** The next one of the same message: nearly always there is none. */
  readonly after: Waiting | undefined;
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
      this.#waiting = untried(key, this.#waiting);
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
    this.#change((one) => destinations.includes(one.key) ? undefined : one);
  }

  /** Takes what a later record of the same message says: what waits, and what is known of it. */
  become(pending: readonly string[], notes: readonly Noted[] = []): void {
    this.#change(({ key, after }) =>
      pending.includes(key) ? untried(key, after) : undefined
    );
    this.note(notes);
  }

  note(notes: readonly Noted[]): void {
    if (notes.length === 0) return;
    this.#change((one) => {
      const noted = notes.find(({ key }) => key === one.key);
      if (noted === undefined) return one;
      const { attempts, next, last, said } = noted;
      return { key: one.key, attempts, next, last, said, after: one.after };
    });
  }

  progress(destination: string): Progress | undefined {
    const waiting = this.#find(destination);
    return waiting && isKnown(waiting) ? progressOf(waiting) : undefined;
  }

  /** All that is known; undefined when that is nothing. */
  get notes(): Notes | undefined {
    const notes: [string, Progress][] = [];
    for (let one = this.#waiting; one; one = one.after) {
      if (isKnown(one)) notes.push([one.key, progressOf(one)]);
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

  /** Puts what `change` gives in the place of each; undefined takes it out. */
  #change(change: (one: Waiting) => Waiting | undefined): void {
    this.#waiting = changed(this.#waiting, change);
  }
}

function changed(
  first: Waiting | undefined,
  change: (one: Waiting) => Waiting | undefined,
): Waiting | undefined {
  const all: Waiting[] = [];
  for (let one = first; one; one = one.after) {
    const now = change(one);
    if (now) all.push(now);
  }
  return all.reduceRight<Waiting | undefined>(
    (after, one) => one.after === after ? one : { ...one, after },
    undefined,
  );
}

/** Of a destination that was never tried, nor held. */
const NOTHING = "\0";

function untried(key: string, after: Waiting | undefined): Waiting {
  return { key, attempts: 0, next: 0, last: undefined, said: NOTHING, after };
}

function isKnown({ said }: Waiting): boolean {
  return said !== NOTHING;
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

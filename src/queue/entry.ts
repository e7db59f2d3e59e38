/** A message that waits in the file spool, kept small: there may be 100,000 of them. */

import type { Segment } from "./segment.ts";
import { shareWords } from "./shared_words.ts";
import {
  type Conclusion,
  destinationKey,
  type Envelope,
  type Notes,
  type Progress,
  type SpoolEntry,
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

export class Entry implements SpoolEntry {
  readonly id: string;
  readonly size: number;
  readonly crc: number;
  readonly large: boolean;
  readonly notBefore: number;
  readonly priority: number;
  recent: Recent | undefined;
  segment: Segment;
  at: number;
  octetsAt: number;
  end: number;
  readonly #envelope: string;
  #pending: readonly string[];
  /** What is known of each pending destination, in the order of `#pending`. */
  #notes: readonly (Progress | undefined)[] | undefined;

  /** @param envelope As JSON, which is kept; the argument before is what is wanted of it often. */
  constructor(
    about: Pick<Entry, "id" | "size" | "crc" | "large">,
    { notBefore = 0, priority = 0 }: Pick<Envelope, "notBefore" | "priority">,
    envelope: string,
    pending: readonly string[],
    place: Place,
  ) {
    this.id = about.id;
    this.size = about.size;
    this.crc = about.crc;
    this.large = about.large;
    this.notBefore = notBefore;
    this.priority = priority;
    this.#envelope = envelope;
    this.#pending = pending;
    this.segment = place.segment;
    this.at = place.at;
    this.octetsAt = place.octetsAt;
    this.end = place.end;
  }

  get envelope(): Envelope {
    return this.recent?.envelope ?? JSON.parse(this.#envelope);
  }

  get pending(): ReadonlySet<string> {
    return new Set(this.#pending);
  }

  waitsFor(destination: string): boolean {
    return this.#pending.includes(destination);
  }

  get isDone(): boolean {
    return this.#pending.length === 0;
  }

  settle(destinations: readonly string[]): void {
    this.#filter((key) => !destinations.includes(key));
  }

  /** Takes what a later record of the same message says: what waits, and what is known of it. */
  become(pending: readonly string[], notes: Notes | undefined): void {
    this.#filter((key) => pending.includes(key));
    this.#notes = undefined;
    if (notes) this.note(notes);
  }

  #filter(stays: (key: string) => boolean): void {
    const pending = this.#pending;
    this.#notes = this.#notes?.filter((_, i) => stays(pending[i]!));
    this.#pending = pending.filter(stays);
  }

  note(notes: Notes): void {
    const now = this.#pending.map((key, i) => {
      const progress = Object.hasOwn(notes, key) ? notes[key] : undefined;
      return progress ? shareWords(progress) : this.#notes?.[i];
    });
    if (now.some((progress) => progress !== undefined)) this.#notes = now;
  }

  progress(destination: string): Progress | undefined {
    return this.#notes?.[this.#pending.indexOf(destination)];
  }

  moveTo({ segment, at, octetsAt, end }: Place): void {
    this.segment = segment;
    this.at = at;
    this.octetsAt = octetsAt;
    this.end = end;
  }

  /** The JSON of the record that makes this entry on replay. */
  head(concludes?: Conclusion): string {
    const notes = this.#notes && Object.fromEntries(
      this.#notes.map((progress, i) => [this.#pending[i], progress]),
    );
    const more = (notes ? `,"notes":${JSON.stringify(notes)}` : "") +
      concluding(concludes);
    return messageHead(this, this.#envelope, this.#pending, more);
  }
}

/** The JSON of a message's record; `envelope` is JSON already, and so is what follows `pending`. */
export function messageHead(
  about: Pick<Entry, "id" | "size" | "crc" | "large">,
  envelope: string,
  pending: readonly string[],
  more = "",
): string {
  const { id, size, crc, large } = about;
  const form = large ? `"large":true,` : "";
  return `{"kind":"message","id":"${id}","size":${size},"crc":${crc},${form}` +
    `"envelope":${envelope},"pending":${JSON.stringify(pending)}${more}}`;
}

/** How a message's record says what it concludes. */
export function concluding(concludes: Conclusion | undefined): string {
  return concludes ? `,"concludes":${JSON.stringify(concludes)}` : "";
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

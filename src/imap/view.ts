/**
 * One client's view of a mailbox: its sequence numbers, and what it has not been told
 * yet (RFC 9051 §5.2, §7.5; RFC 7162). Pure.
 *
 * Changes are applied when the store tells of them; what the client is told, and when,
 * is decided by {@linkcode View.pending}. A message that is gone keeps its number until
 * its EXPUNGE was sent.
 *
 * @module
 */

import type { Change, Meta } from "../store/mod.ts";
import { Column } from "./column.ts";
import { type NumberRange, resolveRanges } from "./sequence_set.ts";

/** A message with the number that this client knows it by. */
export interface Numbered {
  readonly sequence: number;
  readonly meta: Meta;
}

/** What a client is to be told, in this order. */
export interface Pending {
  /** Sequence numbers, each as it is when the ones before it are gone (RFC 9051 §7.5.1). */
  readonly expunged: readonly number[];
  /** The UIDs of the same messages: VANISHED under QRESYNC or UIDONLY. */
  readonly vanished: readonly number[];
  /** How many messages there are, where some came. */
  readonly exists: number | undefined;
  /** Messages whose flags changed. */
  readonly changed: readonly Numbered[];
}

interface Line {
  meta: Meta;
  gone: boolean;
}

export class View {
  /** Days since 1970 of the Date fields, as their senders wrote them; NaN where there is none. */
  readonly sentDays = new Column();
  /** What the client has numbers for; ascending by UID. */
  #lines: Line[];
  /** What came since. */
  #arrived: Line[] = [];
  #changed = new Set<number>();
  #goneCount = 0;

  constructor(metas: readonly Meta[]) {
    this.#lines = metas.map((meta) => ({ meta, gone: false }));
  }

  /** How many messages the client knows of. */
  get count(): number {
    return this.#lines.length;
  }

  /** The largest UID that the client knows of, 0 in an empty mailbox. */
  get largestUid(): number {
    return this.#lines.at(-1)?.meta.uid ?? 0;
  }

  /** True when there is something to tell. */
  hasPending(allowExpunge: boolean): boolean {
    return this.#arrived.length > 0 || this.#changed.size > 0 ||
      allowExpunge && this.#goneCount > 0;
  }

  /** The message with that number; undefined where there is none. */
  at(sequence: number): Numbered | undefined {
    const line = this.#lines[sequence - 1];
    return line && { sequence, meta: line.meta };
  }

  /** True when there is such a message as {@linkcode isGone} tells of. */
  get hasGone(): boolean {
    return this.#goneCount > 0;
  }

  /** What is known of the message with that number, unless it is gone. */
  presentAt(sequence: number): Meta | undefined {
    const line = this.#lines[sequence - 1];
    return line?.gone === false ? line.meta : undefined;
  }

  /** True for a message that is gone without the client knowing. */
  isGone(uid: number): boolean {
    const index = indexOf(this.#lines, uid);
    return index === undefined || this.#lines[index]!.gone;
  }

  /** The message with that UID, if the client knows of it. */
  byUid(uid: number): Numbered | undefined {
    const index = indexOf(this.#lines, uid);
    return index === undefined ? undefined : this.at(index + 1);
  }

  /** All messages that the client knows of. */
  all(): IteratorObject<Numbered> {
    return this.#lines.values().map(({ meta }, index) => ({
      sequence: index + 1,
      meta,
    }));
  }

  /** The messages of a set, ascending, those that are gone included. */
  select(
    ranges: readonly NumberRange[],
    by: "sequence" | "uid",
  ): Numbered[] {
    const largest = by === "uid" ? this.largestUid : this.count;
    const found: Numbered[] = [];
    // In an empty mailbox "*" is no number at all.
    if (largest === 0) return found;
    for (const [from, to] of resolveRanges(ranges, largest)) {
      const first = by === "uid" ? firstFrom(this.#lines, from) : from - 1;
      for (let i = first; i < this.#lines.length; i++) {
        const { meta } = this.#lines[i]!;
        if ((by === "uid" ? meta.uid : i + 1) > to) break;
        found.push({ sequence: i + 1, meta });
      }
    }
    return found;
  }

  /** The first `count` UIDs from this one on. */
  uidsFrom(uid: number, count: number): number[] {
    const first = firstFrom(this.#lines, uid);
    return this.#lines.slice(first, first + count).map(({ meta }) => meta.uid);
  }

  /** True when a number of `ranges` stands for no message. */
  exceeds(ranges: readonly NumberRange[]): boolean {
    const last = resolveRanges(ranges, this.count).at(-1);
    return last !== undefined && (last[1] > this.count || last[0] === 0);
  }

  /** Takes a change in; the client hears of it with {@linkcode pending}. */
  apply(change: Change): void {
    if (change.kind === "appended") this.#append(change.meta);
    else if (change.kind === "expunged") this.#expunge(change.uid);
    else this.#changeFlags(change.meta);
  }

  /** Takes back that the client has to be told of these messages' flags: it was. */
  toldFlags(uid: number): void {
    this.#changed.delete(uid);
  }

  /**
   * What there is to tell now; it counts as told.
   *
   * @param allowExpunge False where the client counts on its numbers: during FETCH,
   * STORE and SEARCH by sequence number (RFC 9051 §7.5.1).
   */
  pending(allowExpunge: boolean): Pending {
    const { expunged, vanished } = allowExpunge
      ? this.#dropGone()
      : { expunged: [], vanished: [] };
    const arrived = this.#arrived.splice(0);
    this.#lines.push(...arrived);
    const changed = this.#takeChanged();
    const exists = arrived.length > 0 ? this.count : undefined;
    return { expunged, vanished, exists, changed };
  }

  #append(meta: Meta): void {
    const last = (this.#arrived.at(-1) ?? this.#lines.at(-1))?.meta.uid ?? 0;
    // What is known already came with the first listing.
    if (meta.uid > last) this.#arrived.push({ meta, gone: false });
  }

  #expunge(uid: number): void {
    this.#changed.delete(uid);
    const index = indexOf(this.#lines, uid);
    if (index === undefined) {
      // It came and went without the client hearing of it.
      this.#arrived = this.#arrived.filter(({ meta }) => meta.uid !== uid);
      return;
    }
    const line = this.#lines[index]!;
    if (line.gone) return;
    line.gone = true;
    this.#goneCount++;
  }

  #changeFlags(meta: Meta): void {
    const index = indexOf(this.#lines, meta.uid);
    if (index !== undefined) {
      this.#lines[index]!.meta = meta;
      this.#changed.add(meta.uid);
      return;
    }
    const arrived = indexOf(this.#arrived, meta.uid);
    if (arrived !== undefined) this.#arrived[arrived]!.meta = meta;
  }

  #dropGone(): { expunged: number[]; vanished: number[] } {
    const expunged: number[] = [];
    const vanished: number[] = [];
    if (this.#goneCount === 0) return { expunged, vanished };
    this.#lines.forEach(({ meta, gone }, index) => {
      if (!gone) return;
      // Each one before it has moved it down by one.
      expunged.push(index + 1 - expunged.length);
      vanished.push(meta.uid);
    });
    this.sentDays.close((place) => this.#lines[place]?.gone === true);
    this.#lines = this.#lines.filter(({ gone }) => !gone);
    this.#goneCount = 0;
    return { expunged, vanished };
  }

  #takeChanged(): Numbered[] {
    if (this.#changed.size === 0) return [];
    const uids = [...this.#changed].sort((a, b) => a - b);
    this.#changed.clear();
    return uids.flatMap((uid) => this.byUid(uid) ?? []);
  }
}

function indexOf(lines: readonly Line[], uid: number): number | undefined {
  const index = firstFrom(lines, uid);
  return lines[index]?.meta.uid === uid ? index : undefined;
}

/** The index of the first line whose UID is at least `uid`. */
function firstFrom(lines: readonly Line[], uid: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lines[middle]!.meta.uid < uid) low = middle + 1;
    else high = middle;
  }
  return low;
}

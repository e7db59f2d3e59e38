/**
 * Ranges of a message's octets, in constant memory.
 *
 * @module
 */

import { concatBytes } from "../../bytes/mod.ts";
import type { OctetRange } from "../../mail/mod.ts";
import { type Session, settle } from "../../wire/mod.ts";
import type { Message, Octets } from "../message.ts";

/** Octets of one read. */
const CHUNK = 64 * 1024;

/** What a chunk is passed to; false wants no more. */
export type Taker = (
  chunk: Uint8Array,
) => void | boolean | Session<void | boolean>;

/** Passes the octets of `range` on, a chunk at a time; how many there were. Closes `octets`. */
export function* passRange(
  octets: Octets,
  range: OctetRange,
  take: Taker,
): Session<number> {
  let passed = 0;
  try {
    octets.skip(range.start);
    while (range.start + passed < range.end) {
      const most = Math.min(CHUNK, range.end - range.start - passed);
      const chunk = yield* settle(octets.read(most));
      if (chunk === undefined) break;
      passed += chunk.length;
      const outcome = take(chunk);
      const goesOn = outcome !== undefined && typeof outcome === "object"
        ? yield* outcome
        : outcome;
      if (goesOn === false) break;
    }
    return passed;
  } finally {
    octets.close();
  }
}

/** The octets of `range`, whole in memory: for small ones. */
export function* readRange(
  message: Message,
  range: OctetRange,
): Session<Uint8Array> {
  const chunks: Uint8Array[] = [];
  yield* passRange(yield* message.octets(), range, (chunk) => {
    chunks.push(chunk);
  });
  return concatBytes(chunks);
}

/**
 * The octets of each of `ranges`, which are ascending and apart, from one reading.
 * Those that begin after `most` octets were kept are missing.
 */
export function* readRanges(
  message: Message,
  ranges: readonly OctetRange[],
  most: number,
): Session<Map<OctetRange, Uint8Array>> {
  const last = ranges.at(-1);
  if (last === undefined) return new Map();
  const octets = yield* message.octets();
  const picker = new RangePicker(ranges, most);
  yield* passRange(octets, { start: 0, end: last.end }, (chunk) => {
    picker.push(chunk);
    return !picker.done;
  });
  return picker.found;
}

/** Cuts ranges out of octets that come in order. */
class RangePicker {
  readonly found = new Map<OctetRange, Uint8Array>();
  readonly #ranges: readonly OctetRange[];
  #left: number;
  #next = 0;
  #at = 0;
  #pieces: Uint8Array[] = [];

  constructor(ranges: readonly OctetRange[], most: number) {
    this.#ranges = ranges;
    this.#left = most;
  }

  get done(): boolean {
    return this.#next === this.#ranges.length || this.#left <= 0;
  }

  push(chunk: Uint8Array): void {
    const end = this.#at + chunk.length;
    while (!this.done) {
      const range = this.#ranges[this.#next]!;
      if (range.start >= end && range.end > end) break;
      const piece = chunk.subarray(
        Math.max(range.start - this.#at, 0),
        Math.max(range.end - this.#at, 0),
      );
      this.#pieces.push(piece);
      this.#left -= piece.length;
      if (range.end > end) break;
      this.found.set(range, concatBytes(this.#pieces));
      this.#pieces = [];
      this.#next++;
    }
    this.#at = end;
  }
}

/**
 * The message's octets on their way out: from `open` to the wire, in constant memory.
 *
 * @module
 */

import { CR, LF } from "../bytes/mod.ts";
import { flush, type Session, TimedOut, work } from "../wire/mod.ts";
import { Broken, type ClientSession } from "./client_session.ts";
import { timeLeft } from "./read_reply.ts";
import * as replies from "./replies.ts";
import type { MessageOctets, Transmission } from "./transmission.ts";

/** Octets that are read and sent at a time. */
const PIECE = 64 * 1024;

/** A message that is open: exactly as many octets as it was said to have. */
export class Content {
  #left: number;

  constructor(readonly octets: MessageOctets, size: number) {
    this.#left = size;
  }

  /** Octets that are still to come. */
  get left(): number {
    return this.#left;
  }

  /**
   * The next octets, at most `max`, of which there must be some left.
   *
   * @throws {Broken} When there are fewer than announced, or they cannot be read.
   */
  *next(max: number): Session<Uint8Array> {
    const most = Math.min(max, PIECE, this.#left);
    const piece = yield* local(() => this.octets.read(most));
    if (!piece || piece.length === 0 || piece.length > most) {
      throw new Broken("local", replies.localTrouble, false, {
        cause: new Error("Cannot send message: its size is not as announced"),
      });
    }
    this.#left -= piece.length;
    return piece;
  }
}

/** Opens the message. @throws {Broken} When it cannot be read. */
export function* openContent(transmission: Transmission): Session<Content> {
  const octets = yield* local(() => transmission.open());
  return new Content(octets, transmission.size);
}

/**
 * Sends what was queued, as fast as the peer takes it.
 *
 * @throws {TimedOut} When the transaction's time is over.
 */
export function* push(s: ClientSession): Session<void> {
  if (timeLeft(s) <= 0) throw new TimedOut();
  yield* flush();
}

/** True when the message holds an octet that is not US-ASCII. */
export function* hasEightBit(transmission: Transmission): Session<boolean> {
  const content = yield* openContent(transmission);
  try {
    while (content.left > 0) {
      const piece = yield* content.next(PIECE);
      if (piece.some((octet) => octet > 0x7f)) return true;
    }
    return false;
  } finally {
    content.octets.close();
  }
}

/** Looks for line ends that are no CRLF: behind DATA they would let a peer see two messages in one. */
export class LineEnds {
  #afterCr = false;

  /** True while all is well. */
  push(piece: Uint8Array): boolean {
    if (piece.length === 0) return true;
    if (this.#afterCr !== (piece[0] === LF)) return false;
    this.#afterCr = piece[piece.length - 1] === CR;
    return everyPairs(piece, LF, CR, -1) && everyPairs(piece, CR, LF, 1);
  }

  /** False when the message ends with half a line end. */
  end(): boolean {
    return !this.#afterCr;
  }
}

/** True when each `octet` inside of `piece` has `mate` beside it. */
function everyPairs(
  piece: Uint8Array,
  octet: number,
  mate: number,
  side: -1 | 1,
): boolean {
  for (
    let at = piece.indexOf(octet);
    at >= 0;
    at = piece.indexOf(octet, at + 1)
  ) {
    const beside = at + side;
    if (beside < 0 || beside >= piece.length) continue;
    if (piece[beside] !== mate) return false;
  }
  return true;
}

/** Work of our own; its failures are no fault of the peer's. */
function* local<T>(run: () => Promise<T>): Session<T> {
  try {
    return yield* work(run);
  } catch (error) {
    throw new Broken("local", replies.localTrouble, false, { cause: error });
  }
}

/**
 * A message that is being read, its first octets already there.
 *
 * The first octets are read before the reply, so that a message that cannot be read
 * is an -ERR; a small message is read and closed in one go.
 *
 * @module
 */

import type { MessageOctets } from "../store/mod.ts";

/** Octets of one read. */
const CHUNK = 64 * 1024;

/** The octets of a message, once, from the first to the last. */
export class OpenMessage {
  /** Octets of the whole message. */
  readonly size: number;
  #first: Uint8Array | undefined;
  #rest: MessageOctets | undefined;

  constructor(
    size: number,
    first: Uint8Array | undefined,
    rest: MessageOctets | undefined,
  ) {
    this.size = size;
    this.#first = first;
    this.#rest = rest;
  }

  /** The octets that follow, or undefined at the end; a promise only where the store is asked. */
  next(): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    const first = this.#first;
    this.#first = undefined;
    return first ?? this.#rest?.read(CHUNK);
  }

  close(): void {
    this.#rest?.close();
    this.#rest = undefined;
  }
}

/** Reads at most `most` octets of `octets`, and closes it when that was all. */
export async function openMessage(
  octets: MessageOctets,
  most = CHUNK,
): Promise<OpenMessage> {
  let rest: MessageOctets | undefined;
  try {
    const first = await octets.read(Math.min(octets.size, most) || 1);
    if (first !== undefined && first.length < octets.size) rest = octets;
    return new OpenMessage(octets.size, first, rest);
  } finally {
    if (rest === undefined) octets.close();
  }
}

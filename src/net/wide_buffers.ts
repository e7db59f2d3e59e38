/**
 * Read buffers of `limits.wire.readBufferWide` octets for connections that are sent much:
 * each has one for the moment, and a few at rest serve the next, for a message a
 * connection would otherwise cost an allocation each.
 *
 * @module
 */

import { limits } from "../wire/mod.ts";

/** So many stay when nobody reads. */
const KEPT = 16;
const resting: Uint8Array<ArrayBuffer>[] = [];

/** A buffer with any content. */
export function takeWideBuffer(): Uint8Array<ArrayBuffer> {
  return resting.pop() ?? new Uint8Array(limits.wire.readBufferWide);
}

/** Takes back what nobody looks at any more. */
export function giveWideBuffer(buffer: Uint8Array<ArrayBuffer>): void {
  if (resting.length < KEPT) resting.push(buffer);
}

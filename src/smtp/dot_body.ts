/**
 * The octets after DATA, up to the dot that ends them (RFC 5321 §4.1.1.4, §4.5.2).
 *
 * @module
 */

import { DotReader, limits, type Session, type Wire } from "../wire/mod.ts";
import type { Reception } from "./reception.ts";
import * as replies from "./replies.ts";

/** Reads to the true end, whatever becomes of the message: the dialogue stays in step. */
export function* readDotBody(wire: Wire, reception: Reception): Session<void> {
  const dots = new DotReader();
  const { take } = reception;
  let block = 0;
  while (true) {
    const octets = dots.push(wire.peek(), take);
    wire.skip(octets);
    if (dots.bareLineEnd) reception.refuse(replies.bareLineEndInMessage);
    yield* reception.settled();
    if (dots.done) return;
    block = yield* moreOfBody(wire, block, octets);
  }
}

/**
 * Waits for more of a message. A sender earns fresh patience with each full block
 * (RFC 5321 §4.5.3.2.5): an octet now and then does not keep a connection.
 *
 * @param block Octets that count to the next block.
 * @returns The same, for the next call.
 */
export function* moreOfBody(
  wire: Wire,
  block: number,
  octets: number,
): Session<number> {
  const counted = block + octets;
  const fresh = block === 0 || counted >= limits.wire.bodyBlock;
  const { patience } = wire;
  wire.patience = limits.wire.bodyPatience;
  wire.expectsMuch = true;
  try {
    yield* wire.more(fresh);
  } finally {
    wire.patience = patience;
    wire.expectsMuch = false;
  }
  return fresh ? 1 : counted;
}

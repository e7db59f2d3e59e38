/** Which findings have an octet string in them, for implementations that have them in memory. */

import { latin1Decode } from "../bytes/mod.ts";
import type { PartMatches } from "./store.ts";

/** @param kept What is kept of a message, by UID. */
export function searchFindings(
  uids: readonly number[],
  part: Uint8Array,
  kept: (uid: number) => Uint8Array | undefined,
): PartMatches {
  const having = new Map<number, Uint8Array>();
  const unknown = new Set<number>();
  const text = latin1Decode(part);
  for (const uid of uids) {
    const octets = kept(uid);
    if (octets === undefined) unknown.add(uid);
    else if (octets.length < 2 || latin1Decode(octets).includes(text)) {
      having.set(uid, octets);
    }
  }
  return { having, unknown };
}

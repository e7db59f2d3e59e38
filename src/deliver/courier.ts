/**
 * Couriers: who brings an accepted message to one kind of destination.
 *
 * @module
 */

import type { Reply } from "../mail/mod.ts";
import type { Destination, SpoolEntry } from "../queue/mod.ts";

/** What became of one destination; `reply` is the peer's word, or ours in its place. */
export type Outcome =
  | { readonly kind: "sent"; readonly reply: Reply }
  | { readonly kind: "failed"; readonly reply: Reply }
  | { readonly kind: "later"; readonly reply: Reply };

/** Brings `entry` to `destination`. Never rejects: trouble is an outcome. */
export type Courier = (
  entry: SpoolEntry,
  destination: Destination,
) => Promise<Outcome>;

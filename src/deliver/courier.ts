/**
 * Couriers: who brings an accepted message to one kind of destination.
 *
 * @module
 */

import type { Reply } from "../mail/mod.ts";
import type { Destination, SpoolEntry } from "../queue/mod.ts";

/** What became of one destination. */
export interface Outcome {
  /** "later": it is tried again, until it expires. */
  readonly kind: "sent" | "failed" | "later";
  /** The peer's word, or ours in its place. */
  readonly reply: Reply;
  /** Who said it: "mx.example.org[192.0.2.1]:25"; absent where the reply is ours. */
  readonly peer?: string;
  /** How the connection was protected, for the log and for who asks. */
  readonly tls?: string;
  /** It was sent to a server that knows no DSN: a "relayed" report may be due (RFC 3461 §5.2.2). */
  readonly relayed?: boolean;
  /** It was sent to a server that reports on it from now on (RFC 3461 §5.2.1). */
  readonly reports?: boolean;
  /** With "later": it is not tried again before the operator releases it. */
  readonly hold?: true;
  /** With "later": our own stop came in between, and it was no attempt. */
  readonly cut?: true;
  /** It is not tried again for so many milliseconds. */
  readonly retryAfter?: number;
}

/**
 * Brings `entry` to all of `destinations`, which share one lane; gives one outcome
 * each, in their order. Never rejects: trouble is an outcome.
 */
export type Courier = (
  entry: SpoolEntry,
  destinations: readonly Destination[],
) => Promise<readonly Outcome[]>;

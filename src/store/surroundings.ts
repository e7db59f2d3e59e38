/** What all parts of the Maildir store share: the disk, the clock, and who is told. */

import type { Disk } from "../disk/mod.ts";
import type { Change } from "./store.ts";

/** Writes one line of the log. */
export type Log = (
  event: string,
  fields: Readonly<Record<string, unknown>>,
) => void;

export interface Surroundings {
  readonly disk: Disk;
  /** The last part of file names. */
  readonly host: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A word that no other file of any process has: letters, digits and "-". */
  readonly unique: () => string;
  readonly log: Log;
  /** Resolves when the delivery will not be repeated for `account`. */
  readonly settled: (deliveryId: string, account: string) => Promise<void>;
}

/** Where one mailbox lies and whose it is. */
export interface Place {
  readonly account: string;
  readonly name: string;
  /** The folder that has cur/, new/ and tmp/. */
  readonly path: string;
  readonly announce: (change: Change) => void;
  /** Rejects with `OverQuota` when the account may not have so much more. */
  readonly checkRoom: (octets: number, messages: number) => Promise<void>;
}

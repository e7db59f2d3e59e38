/** Names a message that comes into a mailbox. */

import {
  formatFileName,
  ownEmailId,
  savedDateOf,
  type SubFolder,
  uniqueIdOf,
} from "./file_name.ts";
import type { LiveMailbox } from "./live_mailbox.ts";
import type { Entry } from "./roster.ts";
import type { Flag, Meta } from "./store.ts";
import type { Surroundings } from "./surroundings.ts";

/** What is known of a message that has no name yet. */
export interface Unnamed {
  readonly key: string;
  readonly size: number;
  /** As `normalFlags` made them; each has a letter. */
  readonly flags: readonly Flag[];
  readonly internalDate: number;
  /** Of a copy. */
  readonly emailId?: string | undefined;
}

/** A key that nothing else has, for a message that is saved at `date`. */
export function freshKey({ unique, host }: Surroundings, date: number): string {
  return `${Math.floor(date / 1000)}.Q${unique()}.${host}`;
}

/** Takes a UID and a modseq, which were reserved, and makes the name that says all. */
export function newEntry(
  { numbers, keywords }: LiveMailbox,
  { key, size, flags, internalDate, emailId = ownEmailId(key) }: Unnamed,
): Entry {
  const uid = numbers.takeUid();
  const letters = keywords.lettersOf(flags);
  const folder: SubFolder = letters === "" ? "new" : "cur";
  const told = { key, size, uid, internalDate, emailId, letters, others: "" };
  return {
    folder,
    name: formatFileName(told, folder),
    meta: {
      uid,
      size,
      flags: keywords.flagsOf(letters),
      internalDate,
      modseq: numbers.takeModseq(),
      uniqueId: uniqueIdOf(key),
      savedDate: savedDateOf(key, internalDate),
      emailId,
    },
  };
}

/** What a copy or a move of `meta` to another mailbox is known by before it has a name. */
export function copyOf(
  { size, flags, internalDate, emailId }: Meta,
  surroundings: Surroundings,
): Unnamed {
  // A copy is a message of its own: it carries no delivery of the spool.
  const key = freshKey(surroundings, surroundings.now());
  return { key, size, flags, internalDate, emailId };
}

/** Names a message that comes into a mailbox. */

import {
  formatFileName,
  ownEmailId,
  parseFileName,
  savedDateOf,
  type SubFolder,
  uniqueIdOf,
} from "./file_name.ts";
import type { LiveMailbox } from "./live_mailbox.ts";
import type { Entry } from "./roster.ts";
import type { Flag } from "./store.ts";
import type { Surroundings } from "./surroundings.ts";

/** What is known of a message that has no name yet. */
export interface Unnamed {
  readonly key: string;
  readonly size: number;
  /** Of a copy of a file with LF: octets of the message. */
  readonly served?: number | undefined;
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
  unnamed: Unnamed,
): Entry {
  const { key, size, served, flags, internalDate } = unnamed;
  const { emailId = ownEmailId(key) } = unnamed;
  const uid = numbers.takeUid();
  const letters = keywords.lettersOf(flags);
  const folder: SubFolder = letters === "" ? "new" : "cur";
  const told = {
    ...{ key, size, served, uid, internalDate, emailId, letters },
    others: "",
  };
  return {
    folder,
    name: formatFileName(told, folder),
    meta: {
      uid,
      size: served ?? size,
      flags: keywords.flagsOf(letters),
      internalDate,
      modseq: numbers.takeModseq(),
      uniqueId: uniqueIdOf(key),
      savedDate: savedDateOf(key, internalDate),
      emailId,
    },
  };
}

/** What a copy or a move of a message to another mailbox is known by before it has a name. */
export function copyOf(
  { name, meta: { size, flags, internalDate, emailId } }: Entry,
  surroundings: Surroundings,
): Unnamed {
  // A copy is a message of its own: it carries no delivery of the spool.
  const key = freshKey(surroundings, surroundings.now());
  const told = parseFileName(name);
  const sizes = { size: told?.size ?? size, served: told?.served };
  return { key, ...sizes, flags, internalDate, emailId };
}

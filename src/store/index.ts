/**
 * The port of the index: what was known of an account's mail when it was last looked at.
 *
 * A cache: it may be behind, or be gone at any time. What it says of a mailbox counts
 * only as far as the mailbox's folders have not changed since.
 *
 * @module
 */

import type { SubFolder } from "./file_name.ts";
import type { FindingsByKind, MessageText, PartMatches } from "./store.ts";

/** One message: the file name says the rest. */
export interface IndexRow {
  readonly uid: number;
  readonly modseq: number;
  readonly folder: SubFolder;
  readonly name: string;
}

/** A message that is no longer there, and the modseq of its end. */
export interface Expunged {
  readonly uid: number;
  readonly modseq: number;
}

/** When folders last changed, in milliseconds since 1970. */
export interface FolderTimes {
  readonly new: number;
  readonly cur: number;
}

/** What is known of a mailbox as a whole. */
export interface IndexState {
  /** The folders as they were when the rows said all that is in them; undefined when unsure. */
  readonly settled?: FolderTimes | undefined;
  /** UIDs from here on are \Recent. */
  readonly recentFrom?: number | undefined;
  /** All that was expunged after this modseq is in the index, if `closedAt` is right. */
  readonly expungedSince?: number | undefined;
  /** The next modseq to be reserved when the mailbox was last closed in peace: nothing happened since if it still is. */
  readonly closedAt?: number | undefined;
}

export interface IndexedMailbox extends IndexState {
  readonly uidValidity: number;
  /** Ascending by UID. */
  readonly rows: readonly IndexRow[];
}

/** UIDs of messages, each list in any order: see `TextMatches`. */
export interface TextFound {
  readonly inBodies: readonly number[];
  readonly inHeaders: readonly number[];
  readonly unsure: readonly number[];
}

/** The texts of the account are of no use, and have to be dropped; the index is. */
export class TextsFailed extends Error {
  override name = "TextsFailed";
}

/** The index of one account. An error of any call but {@linkcode TextsFailed} means that the index is of no use. */
export interface Index {
  load(mailbox: string): Promise<IndexedMailbox | undefined>;
  /** Forgets all of a mailbox. */
  reset(mailbox: string, uidValidity: number): Promise<void>;
  /** Takes rows in and out, with all that is kept of what goes, in one step. */
  save(
    mailbox: string,
    put: readonly IndexRow[],
    remove: readonly Expunged[],
    state: IndexState,
  ): Promise<void>;
  /** What was expunged after `modseq`. */
  expunged(mailbox: string, modseq: number): Promise<readonly Expunged[]>;
  /** Gives mailboxes other names, in one step; in order, each name is free when its turn comes. */
  rename(names: readonly (readonly [string, string])[]): Promise<void>;
  /** Forgets that there was such a mailbox. */
  remove(mailbox: string): Promise<void>;
  cached(
    mailbox: string,
    uids: readonly number[],
    kind: string,
  ): Promise<ReadonlyMap<number, Uint8Array>>;
  /** As `MessageCache.search`. */
  searchCached(
    mailbox: string,
    uids: readonly number[],
    kind: string,
    part: Uint8Array,
  ): Promise<PartMatches>;
  /** Keeps octets by kind and UID, in one step. */
  cache(mailbox: string, found: FindingsByKind): Promise<void>;
  /** UIDs whose texts are kept. */
  withText(mailbox: string): Promise<readonly number[]>;
  /** Looks for `text` in the texts that are kept when it begins; undefined when it cannot tell. */
  search(mailbox: string, text: string): Promise<TextFound | undefined>;
  keepTexts(
    mailbox: string,
    texts: ReadonlyMap<number, MessageText | undefined>,
  ): Promise<void>;
  /** True when there are texts of the account. */
  hasTexts(): Promise<boolean>;
  /** Forgets all texts of the account. */
  dropTexts(): Promise<void>;
  close(): void;
  /** Closes an index that failed, and makes sure that the next one starts empty. */
  discard(): void;
}

/** Opens the index of the account whose folder is `path`. */
export type OpenIndex = (path: string) => Promise<Index>;

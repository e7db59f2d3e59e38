/**
 * The port of the index: what was known of an account's mail when it was last looked at.
 *
 * A cache: it may be behind, or be gone at any time. What it says of a mailbox counts
 * only as far as the mailbox's folders have not changed since.
 *
 * @module
 */

/** One message: the file name says the rest. */
export interface IndexRow {
  readonly uid: number;
  readonly modseq: number;
  /** `new/<name>` or `cur/<name>`. */
  readonly path: string;
}

/** When folders last changed, in milliseconds since 1970. */
export interface FolderTimes {
  readonly new: number;
  readonly cur: number;
}

export interface IndexedMailbox {
  readonly uidValidity: number;
  /** The folders as they were when the rows said all that is in them; undefined when unsure. */
  readonly settled?: FolderTimes | undefined;
  /** Ascending by UID. */
  readonly rows: readonly IndexRow[];
}

/** The index of one account. An error of any call means that the index is of no use. */
export interface Index {
  load(mailbox: string): Promise<IndexedMailbox | undefined>;
  /** Forgets all of a mailbox. */
  reset(mailbox: string, uidValidity: number): Promise<void>;
  /** Takes rows in and out, in one step. */
  save(
    mailbox: string,
    put: readonly IndexRow[],
    remove: readonly number[],
    settled?: FolderTimes,
  ): Promise<void>;
  close(): void;
  /** Closes an index that failed, and makes sure that the next one starts empty. */
  discard(): void;
}

/** Opens the index of the account whose folder is `path`. */
export type OpenIndex = (path: string) => Promise<Index>;

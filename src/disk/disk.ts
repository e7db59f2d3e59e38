/**
 * The port that carries every file operation of spool and store.
 *
 * Two implementations: `files.ts` (Deno's files) and `memory.ts` (a disk in memory
 * that forgets at a power cut whatever was not synced). Paths are absolute or
 * relative strings with "/"; modes are 0600 for files and 0700 for folders.
 *
 * What a power cut leaves: a file's bytes and length are certain only after `sync`
 * on it; a name made, moved or removed in a folder is certain only after `syncDir`
 * on that folder (both folders for a rename across folders). Until then each may
 * have happened or not, in any order, and unsynced bytes may be torn.
 *
 * @module
 */

/** Why an operation failed, as far as callers tell cases apart. */
export type DiskFault =
  | "missing"
  | "exists"
  | "full"
  | "read-only"
  | "denied"
  | "io";

/** An operation on the disk that failed. */
export class DiskError extends Error {
  override name = "DiskError";
  constructor(
    readonly fault: DiskFault,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface DiskFile {
  /** Writes all of `bytes` at the end of what this handle wrote so far (or at the end of the file for "append"). */
  write(bytes: Uint8Array): Promise<void>;
  /** Reads up to `into.length` octets at `offset`; 0 at the end. */
  readAt(into: Uint8Array, offset: number): Promise<number>;
  /** Cuts the file to `size` octets; writing goes on there. */
  truncate(size: number): Promise<void>;
  /** Resolves when all that was written is certain to survive a power cut. `why` names the call for tests. */
  sync(why: string): Promise<void>;
  size(): Promise<number>;
  close(): void;
}

export interface DiskStat {
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  readonly isDirectory: boolean;
}

export interface Disk {
  /** "create" makes a new file and fails with "exists"; "append" makes or opens; "read" fails with "missing". */
  open(path: string, how: "create" | "append" | "read"): Promise<DiskFile>;
  /** The first octets of a file, for small ones: `most` of them, fewer only where it ends before. Fails with "missing". */
  read(path: string, most: number): Promise<Uint8Array>;
  /** Replaces `to` atomically where it exists. */
  rename(from: string, to: string): Promise<void>;
  /** Makes a second name; fails with "exists". */
  link(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Names in a folder, in no order; empty when the folder is missing. */
  list(path: string): Promise<string[]>;
  /** Makes the folder and those above it. Durable once `syncDir` of each parent that gained a name was called. */
  makeDir(path: string): Promise<void>;
  removeDir(path: string): Promise<void>;
  /** Resolves when names made, moved and removed in `path` are certain. `why` names the call for tests. */
  syncDir(path: string, why: string): Promise<void>;
  /** undefined when there is nothing. */
  stat(path: string): Promise<DiskStat | undefined>;
}

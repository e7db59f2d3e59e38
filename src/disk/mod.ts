/**
 * Files, as spool and store need them: a port of a dozen small calls.
 *
 * `filesDisk()` is the real disk. `memoryDisk()` is a disk that remembers which
 * bytes and which names are certain and forgets the others at a power cut; it
 * proves what a 250 promises (RFC 5321 §4.2.5) without pulling a plug.
 *
 * Leaves out file locks, symbolic links, and change of modes: all files are 0600
 * and all folders 0700.
 *
 * @module
 */

export * from "./disk.ts";
export * from "./files.ts";
export * from "./memory.ts";

/**
 * The spool of accepted mail: RFC 5321 §4.2.5, the responsibility that a 250 takes on.
 *
 * `memorySpool()` shows the contract in a page. `openFileSpool()` keeps it through a
 * power cut: an append-only journal whose commits share their syncs.
 *
 * Leaves out when and where to deliver (see `deliver/`).
 *
 * @module
 */

export * from "./file_spool.ts";
export * from "./memory_spool.ts";
export * from "./spool.ts";

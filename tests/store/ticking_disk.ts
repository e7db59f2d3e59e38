/** A disk in memory whose folders tell by their times that something changed, as real ones do. */

import { type MemoryDisk, memoryDisk } from "../../src/disk/mod.ts";

/**
 * Without times of its own a disk is looked at only now and then, more seldom on a busy
 * machine: what a test changes there by itself would be seen by chance.
 */
export function tickingDisk(): MemoryDisk {
  let time = 0;
  return memoryDisk({ now: () => ++time });
}

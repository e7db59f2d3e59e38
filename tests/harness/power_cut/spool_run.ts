/** A spool through several lives on one disk, each compared with what was promised. */

import { assert } from "@std/assert";
import {
  DiskError,
  type MemoryDisk,
  memoryDisk,
} from "../../../src/disk/mod.ts";
import type { Spool } from "../../../src/queue/mod.ts";
import { seededRandom } from "../seeded_random.ts";
import { SpoolLedger } from "./spool_ledger.ts";
import {
  end,
  heal,
  openSpool,
  type Random,
  submit,
  trouble,
  work,
} from "./spool_life.ts";

export interface RunResult {
  readonly cuts: number;
  readonly checks: number;
  readonly syncNames: ReadonlySet<string>;
}

/**
 * Runs `lives` lives; the same seed does the same.
 *
 * @param ignored Names of syncs that the disk only pretends to do.
 * @throws {AssertionError} When a promise was not kept.
 */
export async function spoolRun(
  seed: number,
  lives: number,
  ignored: ReadonlySet<string> = new Set(),
): Promise<RunResult> {
  const random = seededRandom(seed);
  const ledger = new SpoolLedger();
  let disk = memoryDisk({ random, faults: { ignoreSync: ignored } });
  let life = 0;
  while (life < lives && !ledger.isUnsure) {
    life++;
    if (random() < 0.3) trouble(disk, random, 40);
    const spool = await tryOpen(disk, ledger, random);
    if (spool !== undefined) {
      await ledger.check(spool);
      trouble(disk, random, 60);
      await work(spool, disk, ledger, random);
      await checkRecovery(spool, disk, ledger, random);
    }
    disk = await end(disk, async () => await spool?.close(), random);
  }
  const { checks } = ledger;
  return { cuts: life, checks, syncNames: disk.syncNames };
}

/** Opens the spool and lets the trouble that hit it, if any, be over. */
export async function tryOpen(
  disk: MemoryDisk,
  ledger: SpoolLedger,
  random: Random,
): Promise<Spool | undefined> {
  for (let attempts = 0; !disk.dead; attempts++) {
    try {
      const spool = await openSpool(disk, ledger, random);
      // What the power cuts short after the replay is tried again later.
      if (disk.dead) return undefined;
      heal(disk);
      disk.faults.cutAt = disk.faults.failAt = 0;
      return spool;
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      assert(attempts < 3, `Cannot open the spool of a sound disk: ${error}`);
      heal(disk);
    }
  }
  return undefined;
}

/** Once the disk works again the spool does. */
async function checkRecovery(
  spool: Spool,
  disk: MemoryDisk,
  ledger: SpoolLedger,
  random: Random,
): Promise<void> {
  if (disk.dead) return;
  heal(disk);
  disk.faults.cutAt = disk.faults.failAt = 0;
  assert(await submit(spool, ledger, random), "no service after the trouble");
}

/** A change that died unsynced, and was seen by the next process: from then on it must last. */

import { assertEquals, assertRejects } from "@std/assert";
import {
  DiskError,
  type MemoryDisk,
  memoryDisk,
} from "../../../src/disk/mod.ts";
import {
  maildirStore,
  type MailUser,
  memoryIndex,
} from "../../../src/store/mod.ts";
import { seededRandom } from "../seeded_random.ts";
import type { RunResult } from "./spool_run.ts";

/** As `spoolRun`; one cut a run. */
export async function listRun(
  seed: number,
  ignored: ReadonlySet<string> = new Set(),
): Promise<RunResult> {
  const random = seededRandom(seed);
  const index = memoryIndex();
  let time = 1_700_000_000_000;
  const now = () => time;
  const openOn = async (disk: MemoryDisk): Promise<MailUser> => {
    const store = maildirStore({ disk, root: "/m", index, now, random });
    return await store.open("alice");
  };
  const disk = memoryDisk({ random, now, faults: { ignoreSync: ignored } });
  const first = await openOn(disk);
  await first.subscribe("A");
  // The index is believed without a look at the folders, and without a sync of them.
  time += 5000;
  await (await first.mailbox("INBOX"))!.metas();
  disk.faults.failSync = (why) => why === "store.subscriptions.name";
  await assertRejects(() => first.subscribe("B"), DiskError);
  const killed = disk.kill();
  killed.faults.failSync = () => false;
  const shown = await (await openOn(killed)).subscribed();
  const found = await (await openOn(killed.powerCut(random))).subscribed();
  assertEquals(found, shown, "what was shown is not there any more");
  return { cuts: 1, checks: 1, syncNames: disk.syncNames };
}

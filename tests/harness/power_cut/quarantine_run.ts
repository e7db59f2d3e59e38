/** A damaged record through power cuts: once its segment is gone, the copy must be there. */

import { assertEquals } from "@std/assert";
import { type Disk, memoryDisk } from "../../../src/disk/mod.ts";
import { envelope, pattern, submit } from "../../queue/conformance.ts";
import { seededRandom } from "../seeded_random.ts";
import { openSpool } from "./spool_life.ts";
import type { RunResult } from "./spool_run.ts";
import { SpoolLedger } from "./spool_ledger.ts";

/** As {@linkcode spoolRun}; one cut a run. */
export async function quarantineRun(
  seed: number,
  ignored: ReadonlySet<string> = new Set(),
): Promise<RunResult> {
  const random = seededRandom(seed);
  const disk = memoryDisk({ random, faults: { ignoreSync: ignored } });
  const ledger = new SpoolLedger();
  const first = await openSpool(disk, ledger, random);
  for (let i = 0; i < 2; i++) {
    await submit(first, pattern(100), envelope("alice"));
  }
  await first.close();
  await damage(disk);
  const second = await openSpool(disk, ledger, random);
  const [name] = await disk.list("/spool/quarantine");
  const path = `/spool/quarantine/${name}`;
  const copy = await load(disk, path);
  for (const { id } of second.entries()) {
    await second.settle(id, ["mailbox:alice"]);
  }
  for (let i = 0; i < 3; i++) {
    await submit(second, pattern(1500), envelope("bob"));
  }
  const found = disk.powerCut(random);
  assertEquals(await load(found, path), copy, "the copy is lost");
  return { cuts: 1, checks: 1, syncNames: disk.syncNames };
}

async function load(disk: Disk, path: string): Promise<Uint8Array> {
  const file = await disk.open(path, "read");
  const bytes = new Uint8Array(await file.size());
  await file.readAt(bytes, 0);
  file.close();
  return bytes;
}

/** Changes one octet in the first message. */
async function damage(disk: Disk): Promise<void> {
  const names = await disk.list("/spool");
  const path = `/spool/${names.find((name) => name.endsWith(".journal"))}`;
  const bytes = await load(disk, path);
  bytes[350]! ^= 1;
  await disk.unlink(path);
  const changed = await disk.open(path, "create");
  await changed.write(bytes);
  await changed.sync("test");
  changed.close();
  await disk.syncDir("/spool", "test");
}

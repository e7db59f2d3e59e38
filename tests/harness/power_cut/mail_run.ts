/** Spool and store through several lives on one disk, each compared with what was promised. */

import { assert } from "@std/assert";
import { concatBytes, utf8Encode } from "../../../src/bytes/mod.ts";
import {
  DiskError,
  type MemoryDisk,
  memoryDisk,
} from "../../../src/disk/mod.ts";
import type { Spool } from "../../../src/queue/mod.ts";
import { memoryIndex, type OpenIndex } from "../../../src/store/mod.ts";
import { seededRandom } from "../seeded_random.ts";
import {
  deliverAll,
  inboxOf,
  type Ledgers,
  type MailLife,
  openStore,
  tolerate,
  workOnMail,
} from "./mail_life.ts";
import { MailboxLedger } from "./mailbox_ledger.ts";
import {
  ACCOUNTS,
  end,
  heal,
  type Random,
  submit,
  trouble,
} from "./spool_life.ts";
import { SpoolLedger } from "./spool_ledger.ts";
import { type RunResult, tryOpen } from "./spool_run.ts";

const RETURN_PATH = utf8Encode("Return-Path: <>\r\n");

/** As {@linkcode spoolRun}, with mailboxes. */
export async function mailRun(
  seed: number,
  lives: number,
  ignored: ReadonlySet<string> = new Set(),
): Promise<RunResult> {
  const random = seededRandom(seed);
  const now = clock(random);
  const ledgers = newLedgers();
  let index = memoryIndex();
  let disk = memoryDisk({ random, now, faults: { ignoreSync: ignored } });
  let life = 0;
  while (life < lives && !ledgers.spool.isUnsure) {
    life++;
    if (random() < 0.3) trouble(disk, random, 100);
    const spool = await tryOpen(disk, ledgers.spool, random);
    if (spool !== undefined) {
      await live(disk, spool, ledgers, index, random, now);
    }
    disk = await end(disk, async () => await spool?.close(), random);
    // The index is a cache; it is found as it was, or not at all.
    if (random() < 0.5) index = memoryIndex();
  }
  const { checks } = ledgers.spool;
  return { cuts: life, checks, syncNames: disk.syncNames };
}

function newLedgers(): Ledgers {
  const spool = new SpoolLedger();
  const mailboxes = new Map(ACCOUNTS.map((account) => {
    const octetsOf = (id: string) => {
      const octets = spool.octetsFor(id, `mailbox:${account}`);
      return octets && concatBytes([RETURN_PATH, octets]);
    };
    return [account as string, new MailboxLedger(account, octetsOf)];
  }));
  return { spool, mailboxes };
}

/** Time that mostly stands, and sometimes leaps. */
function clock(random: Random): () => number {
  let time = 1_700_000_000_000;
  return () => time += random() < 0.2 ? Math.floor(random() * 3000) : 0;
}

async function live(
  disk: MemoryDisk,
  spool: Spool,
  ledgers: Ledgers,
  index: OpenIndex,
  random: Random,
  now: () => number,
): Promise<void> {
  const store = openStore(disk, spool, index, random, now);
  const life: MailLife = {
    ...{ disk, spool, store, ledgers, random },
    busy: new Set(),
    waiting: [],
  };
  await ledgers.spool.check(spool);
  if (random() < 0.3) trouble(disk, random, 60);
  // A message that cannot be looked at is passed over, not lost.
  disk.faults.failAt = 0;
  await checkMailboxes(life);
  if (!disk.dead) trouble(disk, random, 150);
  await workOnMail(life);
  if (!disk.dead && random() < 0.6) await finish(life);
  if (!disk.dead && random() < 0.5) await store.close();
  // What waits for a settlement now waits for the next life.
  disk.dead = true;
  await spool.close();
  await Promise.all(life.waiting);
}

/** Compares every mailbox with its ledger; a disk in trouble is repaired on the way. */
async function checkMailboxes(life: MailLife): Promise<void> {
  const { disk, store, ledgers } = life;
  for (const [account, ledger] of ledgers.mailboxes) {
    const delivered = ledgers.spool.settledFor(`mailbox:${account}`);
    for (let attempts = 0; !disk.dead; attempts++) {
      try {
        await ledger.check(await inboxOf(store, account), delivered);
        break;
      } catch (error) {
        if (!(error instanceof DiskError)) throw error;
        assert(attempts < 3, `Cannot open the mail of a sound disk: ${error}`);
        heal(disk);
      }
    }
  }
  heal(disk);
}

/** Once the disk works again everything arrives and nothing waits. */
async function finish(life: MailLife): Promise<void> {
  const { disk, spool, ledgers, random } = life;
  heal(disk);
  disk.faults.cutAt = disk.faults.failAt = 0;
  assert(await submit(spool, ledgers.spool, random, [30]), "no service");
  await deliverAll(life);
  assert(spool.entries().length === 0, "something was not delivered");
  await Promise.all(life.waiting);
  await tolerate(() => checkMailboxes(life));
}

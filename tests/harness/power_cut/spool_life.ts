/**
 * One life of a spool on the memory disk: opened, put to work by several hands at
 * once, and ended by a power cut, by the death of the process, or in peace.
 */

import { DiskError, type MemoryDisk } from "../../../src/disk/mod.ts";
import {
  type Conclusion,
  type Envelope,
  openFileSpool,
  type Spool,
} from "../../../src/queue/mod.ts";
import type { SpoolLedger } from "./spool_ledger.ts";

const PATH = "/spool";
const SIZES = [0, 1, 30, 300, 700, 1500, 2500, 6000];
export const ACCOUNTS = [
  "alice@example.test",
  "bob@example.test",
  "carol@example.test",
] as const;

export type Random = () => number;

export function pick<T>(random: Random, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)]!;
}

/** Opens the spool with limits so tight that a handful of messages meets all of them. */
export function openSpool(
  disk: MemoryDisk,
  ledger: SpoolLedger,
  random: Random,
): Promise<Spool> {
  return openFileSpool({
    disk,
    path: PATH,
    now: () => 1_700_000_000_000,
    random,
    log: (event) => {
      if (event === "spool_not_cut_back") ledger.cutBackFailed = true;
      if (event === "spool_not_rewritten") ledger.isUnsure = true;
    },
    segmentLimit: 2000,
    readLimit: 1000,
    recentLimit: 8000,
    smallLimit: 2000,
  });
}

/** Lets several hands submit, give up and settle, until they are done or the disk is dead. */
export async function work(
  spool: Spool,
  disk: MemoryDisk,
  ledger: SpoolLedger,
  random: Random,
): Promise<void> {
  const hands = 1 + Math.floor(random() * 4);
  const hand = async () => {
    for (let turns = 1 + random() * 6; turns > 0 && !disk.dead; turns--) {
      const chance = random();
      if (chance < 0.4) await submit(spool, ledger, random);
      else if (chance < 0.45) await giveUp(spool, random);
      else if (chance < 0.55) await report(spool, ledger, random);
      else if (chance < 0.7) await noteOne(spool, ledger, random);
      else await settleOne(spool, ledger, random);
      if (random() < 0.1) heal(disk);
    }
  };
  await Promise.all(Array.from({ length: hands }, hand));
}

/** Submits one message that begins with its id and "."; true when it was acknowledged. */
export async function submit(
  spool: Spool,
  ledger: SpoolLedger,
  random: Random,
  sizes: readonly number[] = SIZES,
  concludes?: Conclusion,
): Promise<boolean> {
  const draft = spool.begin();
  const octets = new Uint8Array(pick(random, sizes));
  octets.fill(Math.floor(random() * 256)).set(
    new TextEncoder().encode(`${draft.id}.`).subarray(0, octets.length),
  );
  const to: string[] = ACCOUNTS.filter(() => random() < 0.5);
  if (to.length === 0) to.push(pick(random, ACCOUNTS));
  ledger.begin(draft.id, octets, to.map((account) => `mailbox:${account}`));
  if (concludes) ledger.concludes(draft.id, concludes);
  try {
    const half = Math.floor(octets.length / 2);
    await draft.write(octets.subarray(0, half));
    await draft.write(octets.subarray(half));
    await draft.commit(envelope(to), concludes);
    ledger.acknowledged(draft.id);
    return true;
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    ledger.refused(draft.id);
    await draft.abort();
    return false;
  }
}

async function giveUp(spool: Spool, random: Random): Promise<void> {
  const draft = spool.begin();
  try {
    await draft.write(new Uint8Array(pick(random, SIZES)));
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
  }
  await draft.abort();
}

/** Submits a message that settles a destination of another, and notes something of the rest. */
async function report(
  spool: Spool,
  ledger: SpoolLedger,
  random: Random,
): Promise<void> {
  const entries = spool.entries();
  if (entries.length === 0) return;
  const { id, pending } = pick(random, entries);
  const [settled, ...others] = pending;
  // A report may reach the journal after a note that was asked for later.
  const notes = Object.fromEntries(
    others.filter((key) => ledger.occupy(id, key))
      .map((key) => [key, ledger.nextNote(id, key)]),
  );
  const concludes = { id, destinations: [settled!], notes };
  await submit(spool, ledger, random, SIZES, concludes);
  for (const key of Object.keys(notes)) ledger.vacate(id, key);
}

async function noteOne(
  spool: Spool,
  ledger: SpoolLedger,
  random: Random,
): Promise<void> {
  const entries = spool.entries();
  if (entries.length === 0) return;
  const { id, pending } = pick(random, entries);
  const key = pick(random, [...pending]);
  if (!ledger.occupy(id, key)) return;
  const progress = ledger.nextNote(id, key);
  try {
    await spool.note(id, { [key]: progress });
    ledger.noted(id, { [key]: progress });
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
  } finally {
    ledger.vacate(id, key);
  }
}

async function settleOne(
  spool: Spool,
  ledger: SpoolLedger,
  random: Random,
): Promise<void> {
  const entries = spool.entries();
  if (entries.length === 0) return;
  const { id, pending } = pick(random, entries);
  const destination = pick(random, [...pending]);
  ledger.asked(id, destination);
  try {
    await spool.settle(id, [destination]);
    ledger.settled(id, destination);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
  }
}

function envelope(accounts: readonly string[]): Envelope {
  return {
    from: "",
    recipients: accounts.map((account) => ({
      address: account,
      destinations: [{ kind: "mailbox", account }],
    })),
    body: "7BIT",
    smtputf8: false,
    received: 1_700_000_000_000,
  };
}

/** Sets a fault or none, and in most cases a moment for the power to go. */
export function trouble(
  disk: MemoryDisk,
  random: Random,
  operations: number,
): void {
  const { faults } = disk;
  const ahead = () => disk.operations + 1 + Math.floor(random() * operations);
  const kind = random();
  if (kind < 0.1) faults.capacity = disk.used + Math.floor(random() * 8000);
  else if (kind < 0.2) faults.failSync = () => random() < 0.3;
  else if (kind < 0.3) faults.failAt = ahead();
  else if (kind < 0.35) faults.readOnly = true;
  if (random() < 0.7) faults.cutAt = ahead();
}

/** The disk works again, unless the power is gone. */
export function heal(disk: MemoryDisk): void {
  disk.faults.capacity = Infinity;
  disk.faults.failSync = () => false;
  disk.faults.readOnly = false;
}

/** The disk that the next process finds. */
export async function end(
  disk: MemoryDisk,
  close: () => Promise<void>,
  random: Random,
): Promise<MemoryDisk> {
  const chance = random();
  if (chance < 0.1 && !disk.dead) {
    await close();
    return disk.powerCut(random);
  }
  return chance < 0.3 ? disk.kill() : disk.powerCut(random);
}

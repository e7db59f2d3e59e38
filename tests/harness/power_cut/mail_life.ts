/**
 * One life of spool and store on the memory disk: messages come in, couriers take them
 * to their mailboxes, owners look, flag and remove.
 */

import { DiskError, type MemoryDisk } from "../../../src/disk/mod.ts";
import { localCourier } from "../../../src/deliver/mod.ts";
import { destinationKey, type Spool } from "../../../src/queue/mod.ts";
import {
  type Mailbox,
  maildirStore,
  NoSuchMessage,
  type OpenIndex,
  type Store,
} from "../../../src/store/mod.ts";
import type { MailboxLedger } from "./mailbox_ledger.ts";
import { ACCOUNTS, heal, pick, type Random, submit } from "./spool_life.ts";
import type { SpoolLedger } from "./spool_ledger.ts";

const SIZES = [30, 300, 1500, 6000];
const FLAGS = ["\\Seen", "\\Answered", "$Forwarded"];

export interface Ledgers {
  readonly spool: SpoolLedger;
  readonly mailboxes: ReadonlyMap<string, MailboxLedger>;
}

/** Everything of one life that its hands share. */
export interface MailLife {
  readonly disk: MemoryDisk;
  readonly spool: Spool;
  readonly store: Store;
  readonly ledgers: Ledgers;
  readonly random: Random;
  /** Deliveries under way: as in the server, one at a time for a message and destination. */
  readonly busy: Set<string>;
  /** Removals that wait for a settlement, which may never come. */
  readonly waiting: Promise<void>[];
}

export function openStore(
  disk: MemoryDisk,
  spool: Spool,
  index: OpenIndex,
  random: Random,
  now: () => number,
): Store {
  return maildirStore({
    disk,
    root: "/mail",
    index,
    host: "mx.example.test",
    now,
    random,
    givesBack: true,
    settled: (id, account) => spool.settled(id, `mailbox:${account}`),
  });
}

/** Lets several hands do what users and couriers do, until they are done or the disk is dead. */
export async function workOnMail(life: MailLife): Promise<void> {
  const { disk, random } = life;
  const hand = async () => {
    for (let turns = 1 + random() * 8; turns > 0 && !disk.dead; turns--) {
      await turn(life);
      if (random() < 0.1) heal(disk);
    }
  };
  const hands = 1 + Math.floor(random() * 4);
  await Promise.all(Array.from({ length: hands }, hand));
}

async function turn(life: MailLife): Promise<void> {
  const { spool, ledgers, random } = life;
  const chance = random();
  if (chance < 0.35) await submit(spool, ledgers.spool, random, SIZES);
  else if (chance < 0.75) await deliverOne(life);
  else await tolerate(() => visit(life));
}

/** Trouble of the disk, and waits that end with the life, are part of the game. */
export async function tolerate(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof DiskError || error instanceof NoSuchMessage) return;
    if (error instanceof Error && error.message.includes("closed")) return;
    throw error;
  }
}

async function deliverOne(life: MailLife): Promise<void> {
  const entries = life.spool.entries();
  if (entries.length === 0) return;
  const { id, pending } = pick(life.random, entries);
  await deliver(life, id, pick(life.random, [...pending]));
}

/** Takes a message to one mailbox and settles it; says why when that failed. */
async function deliver(
  { spool, store, ledgers, busy }: MailLife,
  id: string,
  key: string,
): Promise<string | undefined> {
  const job = `${id} ${key}`;
  if (busy.has(job)) return "under way";
  busy.add(job);
  try {
    const entry = await spool.load(id).catch((error: DiskError) => error);
    if (entry instanceof DiskError) return entry.message;
    const destination = entry?.envelope.recipients
      .flatMap(({ destinations }) => destinations)
      .find((destination) => destinationKey(destination) === key);
    if (!entry?.pending.has(key) || !destination) return undefined;
    const [outcome] = await localCourier(spool, store)(entry, [destination]);
    if (outcome!.kind !== "sent") return outcome!.reply.lines.join(" ");
    ledgers.spool.asked(id, key);
    await tolerate(async () => {
      await spool.settle(id, [key]);
      ledgers.spool.settled(id, key);
    });
    return undefined;
  } finally {
    busy.delete(job);
  }
}

/** Delivers all that waits. The disk must work. */
export async function deliverAll(life: MailLife): Promise<void> {
  for (const { id, pending } of life.spool.entries()) {
    for (const key of pending) {
      const failure = await deliver(life, id, key);
      if (failure !== undefined && !life.disk.dead) {
        throw new Error(`Cannot deliver "${id}" to "${key}": ${failure}`);
      }
    }
  }
}

export async function inboxOf(store: Store, account: string): Promise<Mailbox> {
  const inbox = await (await store.open(account)).mailbox("INBOX");
  if (inbox === undefined) throw new Error(`${account} has no INBOX`);
  return inbox;
}

/** An owner looks, and removes or flags something. */
async function visit(
  { store, ledgers, random, waiting }: MailLife,
): Promise<void> {
  const account = pick(random, ACCOUNTS);
  const ledger = ledgers.mailboxes.get(account)!;
  const inbox = await inboxOf(store, account);
  await ledger.look(inbox);
  const uids = ledger.presentIn(inbox);
  if (uids.length === 0) return;
  const uid = pick(random, uids);
  if (random() < 0.6) {
    waiting.push(tolerate(() => remove(inbox, ledger, uid)));
  } else {
    const flag = pick(random, FLAGS);
    ledger.flagAsked(inbox, uid, flag);
    await inbox.setFlags([uid], "add", [flag]);
    ledger.flagged(inbox, uid, flag);
  }
}

async function remove(
  inbox: Mailbox,
  ledger: MailboxLedger,
  uid: number,
): Promise<void> {
  ledger.asked(inbox, uid);
  await inbox.expunge([uid]);
  ledger.removed(inbox, uid);
}

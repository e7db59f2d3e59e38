/**
 * The ports of the architecture with their implementations on files, as a server has them.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import {
  type ManagedAccounts,
  openFileAccounts,
  openFileSendingLimits,
} from "./accounts/mod.ts";
import { Delivery, type DeliveryPlan } from "./delivery.ts";
import { type Disk, filesDisk } from "./disk/mod.ts";
import { Indexer } from "./indexer.ts";
import type { Log } from "./log.ts";
import { openFileSpool, type Spool } from "./queue/mod.ts";
import { accountsSettingOf, type Ground } from "./settings.ts";
import { srsHash } from "./srs_hash.ts";
import { maildirStore, sqliteIndex, type Store } from "./store/mod.ts";
import { fileStories, type Stories, tellingLog } from "./story/mod.ts";

/** The ports of the architecture, and how they end. */
export interface Ports extends Ground {
  readonly accounts: ManagedAccounts;
  readonly store: Store;
  readonly indexer: Indexer;
  readonly spool: Spool;
  readonly stories: Stories;
  readonly delivery: Delivery;
  /** Brings `legacyInUse` up to date. */
  readonly lookAtLegacy: () => Promise<void>;
}

/**
 * Opens all that is kept in the folder `data`.
 *
 * @throws {Error} When something of it cannot be opened.
 */
export async function openPorts(
  plan: DeliveryPlan,
  data: string,
  plainLog: Log,
): Promise<Ports> {
  const { configuration } = plan;
  const disk = filesDisk();
  const now = () => Date.now();
  const stories = await fileStories({
    disk,
    folder: `${data}/stories`,
    now,
    log: plainLog,
  });
  const log = tellingLog(plainLog, stories, now);
  const accounts = openFileAccounts({
    folder: data,
    ...accountsSettingOf(configuration),
  });
  const spool = await openFileSpool({
    disk,
    path: `${data}/spool`,
    now,
    random: () => Math.random(),
    log,
  });
  const { store, indexer } = openMailboxes(configuration, {
    ...{ disk, spool, log, now },
    root: `${data}/mail`,
  });
  const random = (octets: number) =>
    crypto.getRandomValues(new Uint8Array(octets));
  const hash = srsHash(`${data}/secret.key`);
  const delivery = await Delivery.open({
    ...{ plan, data, accounts, store, spool, stories },
    ...{ log, now, random, srsHash: hash },
  });
  return {
    delivery,
    startQueue: delivery.startQueue,
    stories,
    accounts,
    spool,
    store,
    log,
    now,
    // A timer of 0 would take 2 ms, not 10 µs.
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    later,
    indexer,
    within,
    random,
    sendingLimits: openFileSendingLimits(`${data}/sending.db`, now),
    srsHash: hash,
    maildrops: new Set<string>(),
    lastLogins: new Map(),
    ...await legacyWatch(accounts),
  };
}

/** The store, and the indexer that reads what comes into it. */
function openMailboxes(
  { IMAP, server_name }: DeliveryPlan["configuration"],
  { disk, root, spool, log, now }: {
    readonly disk: Disk;
    readonly root: string;
    readonly spool: Spool;
    readonly log: Log;
    readonly now: () => number;
  },
): Pick<Ports, "store" | "indexer"> {
  const indexer = new Indexer({ log, later, isOn: IMAP.enable_text_index });
  const store = maildirStore({
    disk,
    root,
    index: sqliteIndex(log),
    host: server_name,
    now,
    log,
    settled: (id, account) => spool.settled(id, `mailbox:${account}`),
    unread: (account, mailbox, why) =>
      indexer.want(account, mailbox, why === "followed"),
    hasTextIndex: () => indexer.isOn,
    givesBack: true,
  });
  indexer.start(store);
  return { store, indexer };
}

/** Nobody stays for this alone. */
function later(milliseconds: number): Promise<void> {
  return new Promise((resolve) =>
    Deno.unrefTimer(setTimeout(resolve, milliseconds))
  );
}

async function within<T>(
  promise: Promise<T>,
  milliseconds: number,
): Promise<{ value: T } | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    return await Promise.race([
      promise.then((value) => ({ value })),
      new Promise<undefined>((resolve) =>
        timer = setTimeout(() => resolve(undefined), milliseconds)
      ),
    ]);
  } finally {
    clearTimeout(timer);
  }
}

/** Milliseconds after which another look is taken at who opted in to what. */
const LOOK_AGAIN = 1000;

/** Whether legacy mechanisms are worth offering; the command line may change it at any time. */
async function legacyWatch(
  accounts: ManagedAccounts,
): Promise<Pick<Ports, "legacyInUse" | "lookAtLegacy">> {
  let inUse = false;
  let looked = 0;
  const look = async () => {
    looked = performance.now();
    inUse = await accounts.offersLegacy();
  };
  await look();
  return {
    lookAtLegacy: look,
    legacyInUse: () => {
      // What a damaged database says of it, its users will hear when they log in.
      if (performance.now() - looked > LOOK_AGAIN) look().catch(() => {});
      return inUse;
    },
  };
}

/** Ends deliveries, then closes what they stood on. */
export async function closePorts(ports: Ports): Promise<void> {
  await ports.delivery.stop();
  await ports.stories.close();
  await ports.spool.close();
  await ports.indexer.stop();
  await ports.store.close();
  ports.accounts.close();
  ports.sendingLimits.close();
}

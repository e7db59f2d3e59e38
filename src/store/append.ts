/**
 * Stores messages: written and synced in tmp/, renamed to their names, the folder synced.
 *
 * Messages that come at the same time share the sync of the folder (group commit).
 *
 * @module
 */

import {
  deliveryKey,
  formatFileName,
  type SubFolder,
  uniqueIdOf,
} from "./file_name.ts";
import { normalFlags } from "./flags.ts";
import { type Incoming, writeIncoming } from "./incoming.ts";
import type { LiveMailbox } from "./live_mailbox.ts";
import type { Entry } from "./roster.ts";
import type { AppendOptions, Flag, Meta } from "./store.ts";
import type { Surroundings } from "./surroundings.ts";

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** A message that is written and waits for its name. */
interface Arrival extends Incoming {
  readonly key: string;
  readonly flags: readonly Flag[];
  readonly internalDate: number;
  readonly deliveryId: string | undefined;
  readonly resolve: (meta: Meta) => void;
  readonly reject: (error: unknown) => void;
}

/** Appends to one mailbox. */
export class Appender {
  readonly #mailbox: LiveMailbox;
  #arrivals: Arrival[] = [];
  /** Deliveries under way, by the spool's names. */
  readonly #running = new Map<string, Promise<Meta>>();

  constructor(mailbox: LiveMailbox) {
    this.#mailbox = mailbox;
  }

  /** Durable when it resolves; on rejection nothing was stored. @throws {DiskError | RangeError} */
  append(chunks: Chunks, options: AppendOptions): Promise<Meta> {
    const { deliveryId } = options;
    if (deliveryId === undefined) return this.#store(chunks, options);
    let running = this.#running.get(deliveryId);
    if (running === undefined) {
      running = this.#deliver(chunks, options, deliveryId)
        .finally(() => this.#running.delete(deliveryId));
      this.#running.set(deliveryId, running);
    }
    return running;
  }

  async #deliver(
    chunks: Chunks,
    options: AppendOptions,
    deliveryId: string,
  ): Promise<Meta> {
    const mailbox = this.#mailbox;
    await mailbox.recover();
    const replayed = mailbox.roster.byDelivery(deliveryId);
    if (replayed === undefined) return await this.#store(chunks, options);
    // It is there, but whoever put it there may not have lived to sync the folder.
    await mailbox.change(() => mailbox.sync([replayed.folder]));
    return replayed.meta;
  }

  async #store(chunks: Chunks, options: AppendOptions): Promise<Meta> {
    const { surroundings, place } = this.#mailbox;
    const date = Math.max(0, options.internalDate ?? surroundings.now());
    const seconds = Math.floor(date / 1000);
    const key = keyFor(seconds, options.deliveryId, surroundings);
    const flags = await this.#knownFlags(options.flags ?? []);
    const incoming = await writeIncoming(surroundings, place.path, chunks);
    return await new Promise((resolve, reject) => {
      const { deliveryId } = options;
      // RFC 9051 §2.3.3: to the second.
      const internalDate = seconds * 1000;
      const told = { key, flags, internalDate, deliveryId };
      this.#arrivals.push({ ...incoming, ...told, resolve, reject });
      if (this.#arrivals.length === 1) this.#commit();
    });
  }

  async #knownFlags(given: readonly Flag[]): Promise<readonly Flag[]> {
    const { keywords } = this.#mailbox;
    const flags = normalFlags(given);
    if (!keywords.hasAll(flags)) {
      await this.#mailbox.change(() => keywords.add(flags));
    }
    return flags;
  }

  /** Commits what has arrived when its turn comes; who arrives until then comes along. */
  #commit(): void {
    let arrivals: Arrival[] | undefined;
    const take = () => arrivals ??= this.#arrivals.splice(0);
    this.#mailbox.change(() => commitArrivals(this.#mailbox, take()))
      .catch((error) => this.#refuse(take(), error));
  }

  async #refuse(arrivals: readonly Arrival[], error: unknown): Promise<void> {
    const { disk } = this.#mailbox.surroundings;
    for (const { temporary, reject } of arrivals) {
      await disk.unlink(temporary).catch(() => {});
      reject(error);
    }
  }
}

function keyFor(
  seconds: number,
  deliveryId: string | undefined,
  { unique, host }: Surroundings,
): string {
  return deliveryId === undefined
    ? `${seconds}.Q${unique()}.${host}`
    : deliveryKey(seconds, deliveryId, host);
}

interface Placed {
  readonly arrival: Arrival;
  readonly entry: Entry;
}

async function commitArrivals(
  mailbox: LiveMailbox,
  arrivals: readonly Arrival[],
): Promise<void> {
  await mailbox.numbers.reserve(arrivals.length, arrivals.length);
  const placed: Placed[] = [];
  try {
    for (const arrival of arrivals) {
      placed.push({ arrival, entry: await nameArrival(mailbox, arrival) });
    }
    await mailbox.sync(placed.map(({ entry }) => entry.folder));
  } catch (error) {
    await takeBack(mailbox, placed);
    throw error;
  }
  await mailbox.publish({
    put: placed.map(({ entry }) => entry),
    gone: [],
    changes: placed.map(({ entry: { meta } }) => ({ kind: "appended", meta })),
  });
  for (const { arrival, entry } of placed) arrival.resolve(entry.meta);
}

async function nameArrival(
  mailbox: LiveMailbox,
  arrival: Arrival,
): Promise<Entry> {
  const { numbers, keywords, surroundings } = mailbox;
  const { key, size, internalDate } = arrival;
  const uid = numbers.takeUid();
  const letters = keywords.lettersOf(arrival.flags);
  const flags = keywords.flagsOf(letters);
  const folder: SubFolder = letters === "" ? "new" : "cur";
  const told = { key, size, uid, internalDate, letters, others: "" };
  const modseq = numbers.takeModseq();
  const uniqueId = uniqueIdOf(key);
  const entry: Entry = {
    folder,
    name: formatFileName(told, folder),
    meta: {
      ...{ uid, size, flags, internalDate, modseq, uniqueId },
      savedDate: internalDate,
      emailId: uniqueId,
    },
  };
  await surroundings.disk.rename(arrival.temporary, mailbox.path(entry));
  return entry;
}

/**
 * After a failed sync it is uncertain whether the names would survive. Deliveries stay
 * where they are: the spool will try again, and find them. To remove them would risk
 * that a power cut brings them back beside what the next try stores.
 */
async function takeBack(
  mailbox: LiveMailbox,
  placed: readonly Placed[],
): Promise<void> {
  for (const { arrival, entry } of placed) {
    if (arrival.deliveryId !== undefined) continue;
    await mailbox.surroundings.disk.unlink(mailbox.path(entry)).catch(() => {});
  }
}

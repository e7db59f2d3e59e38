/**
 * Stores messages: written and synced in tmp/, renamed to their names, the folder synced.
 *
 * Messages that come at the same time share the sync of the folder (group commit).
 *
 * @module
 */

import { placeAll } from "./batch.ts";
import { deliveryKey } from "./file_name.ts";
import { normalFlags } from "./flags.ts";
import { type Incoming, IncomingFile, writeIncoming } from "./incoming.ts";
import type { LiveMailbox } from "./live_mailbox.ts";
import { freshKey, newEntry, type Unnamed } from "./new_entry.ts";
import type { Entry } from "./roster.ts";
import type { AppendOptions, Flag, Meta } from "./store.ts";
import type { Surroundings } from "./surroundings.ts";

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** A message that is written and waits for its name. */
type Written = Incoming & Unnamed & {
  readonly deliveryId: string | undefined;
};

interface Arrival extends Written {
  readonly resolve: (meta: Meta) => void;
  readonly reject: (error: unknown) => void;
}

interface Turn {
  /** Resolves when all that came before are in line, or have failed. */
  readonly before: Promise<void>;
  /** Lets the next one go on. */
  readonly pass: () => void;
}

/** Appends to one mailbox. */
export class Appender {
  readonly #mailbox: LiveMailbox;
  #arrivals: Arrival[] = [];
  /** Deliveries under way, by the spool's names. */
  readonly #running = new Map<string, Promise<Meta>>();
  /** Resolves when the delivery that came last is in line for its name. */
  #lastTurn: Promise<void> = Promise.resolve();

  constructor(mailbox: LiveMailbox) {
    this.#mailbox = mailbox;
  }

  /** Durable when it resolves; on rejection nothing was stored. @throws {DiskError | TooManyKeywords | OverQuota} */
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
    const turn = this.#takeTurn();
    await mailbox.recover().catch((error) => {
      turn.pass();
      throw error;
    });
    const replayed = mailbox.roster.byDelivery(deliveryId);
    if (replayed === undefined) return await this.#store(chunks, options, turn);
    turn.pass();
    // It is there, but whoever put it there may not have lived to sync the folder.
    await mailbox.change(() => mailbox.sync([replayed.folder]));
    return replayed.meta;
  }

  /**
   * A place in the order of deliveries: who comes first gets the smaller UID, though
   * files are written side by side and the last may be the first to be synced.
   */
  #takeTurn(): Turn {
    const before = this.#lastTurn;
    let pass = () => {};
    this.#lastTurn = new Promise((resolve) => pass = resolve);
    return { before, pass };
  }

  async #store(
    chunks: Chunks,
    options: AppendOptions,
    turn?: Turn,
  ): Promise<Meta> {
    const { surroundings, place } = this.#mailbox;
    try {
      const named = await this.prepare(options);
      const incoming = await writeIncoming(surroundings, place.path, chunks);
      await turn?.before;
      return await this.commit({ ...named, ...incoming }, turn?.pass);
    } finally {
      turn?.pass();
    }
  }

  /** What is known of a message before its octets; its keywords are durable. @throws {DiskError | TooManyKeywords} */
  async prepare(
    options: AppendOptions,
  ): Promise<Omit<Written, "size" | "temporary">> {
    const { now } = this.#mailbox.surroundings;
    const { deliveryId, internalDate = now(), savedDate = now() } = options;
    return {
      key: keyFor(savedDate, deliveryId, this.#mailbox.surroundings),
      flags: await this.#knownFlags(options.flags ?? []),
      // RFC 9051 §2.3.3: to the second.
      internalDate: Math.floor(Math.max(0, internalDate) / 1000) * 1000,
      deliveryId,
    };
  }

  async #knownFlags(given: readonly Flag[]): Promise<readonly Flag[]> {
    const { keywords } = this.#mailbox;
    const flags = normalFlags(given);
    if (!keywords.hasAll(flags)) {
      await this.#mailbox.change(() => keywords.add(flags));
    }
    return flags;
  }

  /**
   * Gives a message its name, together with others that come at the same time.
   *
   * @param queued Called when its place among them is certain.
   */
  async commit(written: Written, queued = () => {}): Promise<Meta> {
    const { place, surroundings: { disk } } = this.#mailbox;
    try {
      await place.checkRoom(written.size, 1);
    } catch (error) {
      await disk.unlink(written.temporary).catch(() => {});
      throw error;
    }
    return await new Promise((resolve, reject) => {
      this.#arrivals.push({ ...written, resolve, reject });
      queued();
      if (this.#arrivals.length === 1) this.#commit();
    });
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
  savedDate: number,
  deliveryId: string | undefined,
  surroundings: Surroundings,
): string {
  const seconds = Math.floor(Math.max(0, savedDate) / 1000);
  return deliveryId === undefined
    ? freshKey(surroundings, seconds * 1000)
    : deliveryKey(seconds, deliveryId, surroundings.host);
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
      const entry = newEntry(mailbox, arrival);
      const { disk } = mailbox.surroundings;
      await disk.rename(arrival.temporary, mailbox.path(entry));
      placed.push({ arrival, entry });
    }
    await mailbox.sync(placed.map(({ entry }) => entry.folder));
  } catch (error) {
    await takeBack(mailbox, placed);
    throw error;
  }
  await mailbox.publishNew(placed.map(({ entry }) => entry));
  for (const { arrival, entry } of placed) arrival.resolve(entry.meta);
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

/** Messages of one draft, until they are committed or forgotten. */
export class MailboxDraft {
  /** As it is open now. */
  mailbox: LiveMailbox;
  #written: Written[] = [];
  #last:
    | { named: Omit<Written, "size" | "temporary">; file: IncomingFile }
    | undefined;

  constructor(mailbox: LiveMailbox) {
    this.mailbox = mailbox;
  }

  async begin(options: AppendOptions): Promise<void> {
    await this.#finishLast();
    const { surroundings, place, appender } = this.mailbox;
    const named = await appender.prepare(options);
    const file = await IncomingFile.begin(surroundings, place.path);
    this.#last = { named, file };
  }

  async write(octets: Uint8Array): Promise<void> {
    await this.#last?.file.write(octets);
  }

  async #finishLast(): Promise<void> {
    if (this.#last === undefined) return;
    const { named, file } = this.#last;
    this.#written.push({ ...named, ...await file.finish() });
    this.#last = undefined;
  }

  async commit(): Promise<readonly Meta[]> {
    try {
      await this.#finishLast();
      const [only] = this.#written;
      if (this.#written.length === 1) {
        return [await this.mailbox.appender.commit(only!)];
      }
      return await this.#commitAll(this.#written);
    } catch (error) {
      await this.abort();
      throw error;
    } finally {
      this.#written = [];
    }
  }

  async #commitAll(written: readonly Written[]): Promise<Meta[]> {
    if (written.length === 0) return [];
    const mailbox = this.mailbox;
    const octets = written.reduce((sum, { size }) => sum + size, 0);
    await mailbox.place.checkRoom(octets, written.length);
    return await mailbox.change(async () => {
      await mailbox.numbers.reserve(written.length, written.length);
      const entries = written.map((message) => newEntry(mailbox, message));
      const placements = entries.map(({ folder, name }, i) => {
        const { temporary } = written[i]!;
        const inTmp = temporary.slice(temporary.lastIndexOf("/") + 1);
        return { temporary: inTmp, folder, name };
      });
      const { surroundings, place } = mailbox;
      await placeAll(surroundings, place.path, placements);
      await mailbox.publishNew(entries);
      return entries.map(({ meta }) => meta);
    });
  }

  async abort(): Promise<void> {
    const { disk } = this.mailbox.surroundings;
    await this.#last?.file.discard();
    this.#last = undefined;
    for (const { temporary } of this.#written.splice(0)) {
      await disk.unlink(temporary).catch(() => {});
    }
  }
}

/** The spool in memory: the contract in a page, and what tests run on. */

import { concatBytes } from "../bytes/mod.ts";
import { DiskError } from "../disk/mod.ts";
import { destinationKeys } from "./entry.ts";
import { messageIds } from "./message_id.ts";
import { bufferedOctets } from "./octets.ts";
import { Settlements } from "./settlements.ts";
import type {
  Conclusion,
  Draft,
  Notes,
  Octets,
  Progress,
  Spool,
  SpoolEntry,
  WaitingEntry,
} from "./spool.ts";

export interface MemorySpoolOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** As `Math.random`. */
  readonly random: () => number;
}

interface MemoryEntry extends SpoolEntry {
  readonly pending: Set<string>;
  readonly notes: Map<string, Progress>;
  readonly octets: Uint8Array;
}

/** An empty spool that forgets everything with the process. */
export function memorySpool(options: MemorySpoolOptions): Spool {
  const nextId = messageIds(options.now, options.random);
  const entries = new Map<string, MemoryEntry>();
  const listeners: ((entry: WaitingEntry) => void)[] = [];
  const settlements = new Settlements();

  function begin(): Draft {
    const id = nextId();
    const chunks: Uint8Array[] = [];
    let size = 0;
    return {
      id,
      get size() {
        return size;
      },
      write(bytes) {
        chunks.push(bytes.slice());
        size += bytes.length;
      },
      commit(envelope, concludes) {
        const octets = concatBytes(chunks);
        if (concludes) conclude(concludes);
        add({ id, envelope, size, octets });
        return Promise.resolve();
      },
      abort: () => Promise.resolve(),
    };
  }

  function add(
    message: Pick<MemoryEntry, "id" | "envelope" | "size" | "octets">,
  ): void {
    const pending = new Set(destinationKeys(message.envelope));
    if (pending.size === 0) return;
    const notes = new Map<string, Progress>();
    const progress = (key: string) =>
      pending.has(key) ? notes.get(key) : undefined;
    const { notBefore = 0, priority = 0 } = message.envelope;
    const entry = {
      ...{ ...message, notBefore, priority },
      ...{ pending, notes, progress },
    };
    entries.set(entry.id, entry);
    for (const listener of listeners) listener(entry);
  }

  function read(id: string): Promise<Octets> {
    const entry = entries.get(id);
    if (entry) return Promise.resolve(bufferedOctets(entry.octets));
    const message = `Cannot read message "${id}": not in the spool`;
    return Promise.reject(new DiskError("missing", message));
  }

  function settle(id: string, destinations: readonly string[]): Promise<void> {
    const pending = entries.get(id)?.pending;
    for (const key of destinations) pending?.delete(key);
    if (pending?.size === 0) entries.delete(id);
    settlements.settled(id, destinations);
    return Promise.resolve();
  }

  function note(id: string, notes: Notes): Promise<void> {
    const entry = entries.get(id);
    for (const [key, progress] of Object.entries(notes)) {
      entry?.notes.set(key, progress);
    }
    return Promise.resolve();
  }

  function conclude({ id, destinations, notes }: Conclusion): void {
    void settle(id, destinations);
    if (notes) void note(id, notes);
  }

  return {
    begin,
    watch: (listener) => void listeners.push(listener),
    read,
    note,
    settle,
    entry: (id) => entries.get(id),
    load: (id) => Promise.resolve(entries.get(id)),
    loadAll: (ids) =>
      Promise.resolve(
        ids.map((id) => entries.get(id)).filter((entry) => entry !== undefined),
      ),
    settled: (id, destination) =>
      entries.get(id)?.pending.has(destination)
        ? settlements.wait(id, destination)
        : Promise.resolve(),
    entries: () => [...entries.values()],
    each: () => entries.values(),
    close: () => Promise.resolve(settlements.close()),
  };
}

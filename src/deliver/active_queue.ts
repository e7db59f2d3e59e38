/**
 * The active queue: what is due, as jobs in lanes. Of all that is not due yet it has a
 * reminder alone, because there may be 100,000 of these.
 *
 * Lanes have their turns one after the other, and each has its own limit, so that a
 * mailbox in trouble or a server that hangs holds up nobody else's mail. Leaves out
 * how a job is done (dispatcher).
 *
 * @module
 */

import {
  type Destination,
  destinationKey,
  destinationOf,
  type Spool,
  type WaitingEntry,
} from "../queue/mod.ts";
import { Agenda, type SetTimer } from "./agenda.ts";
import { Job, Lane, type Pool } from "./job.ts";

export interface ActiveQueueOptions {
  readonly spool: Spool;
  readonly pools: { readonly local: Pool; readonly remote: Pool };
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly setTimer: SetTimer;
  /** Told when a moment has come that jobs may have waited for. */
  readonly woke: () => void;
}

/** What of an entry goes one way, and when. */
interface Due {
  readonly lane: string;
  readonly pool: Pool;
  /** Milliseconds since 1970; Infinity while it is held. */
  at: number;
}

/** Reminders that may be outdated, beside as many as hold, before all are made anew. */
const SPARE_REMINDERS = 10_000;

export class ActiveQueue {
  readonly #options: ActiveQueueOptions;
  readonly #lanes = new Map<string, Lane>();
  /** The first job of each message that has any. */
  readonly #jobs = new Map<string, Job>();
  /**
   * Jobs that had trouble, and reminders: each lane of a message that has no job there,
   * and is not held, has at least one for when it is due.
   */
  readonly #agenda: Agenda<Job>;
  #mostReminders = SPARE_REMINDERS;

  constructor(options: ActiveQueueOptions) {
    this.#options = options;
    this.#agenda = new Agenda<Job>(options, {
      come: (job) => this.#line(job),
      remind: (id) => this.#remind(id),
      done: options.woke,
    });
  }

  /** Takes in all that waits. */
  seeAll(): void {
    this.#agenda.forgetReminders();
    for (const entry of this.#options.spool.each()) this.see(entry);
    this.#mostReminders = 2 * this.#agenda.reminders + SPARE_REMINDERS;
  }

  /** Takes in what the spool knows of an entry. */
  see(entry: WaitingEntry): void {
    for (const due of this.#duesOf(entry)) this.#place(entry, due);
  }

  /** Looks again at a message of which something was noted or settled by others. */
  review(id: string): void {
    let next: Job | undefined;
    for (let job = this.#jobs.get(id); job; job = next) {
      next = job.next;
      // What is under way is looked at when it ends.
      if (job.state === "runs") continue;
      this.#unplace(job);
      if (job.owed) this.#line(job);
      else this.#forget(job);
    }
    const entry = this.#options.spool.entry(id);
    if (entry) this.see(entry);
    this.#tidy();
  }

  /** The next job of a pool that has a place for it; it runs from now on. */
  take(pool: Pool): Job | undefined {
    for (let lane = pool.next(); lane; lane = pool.next()) {
      // A full lane is put in line again when one of its jobs leaves.
      if (lane.isFull) continue;
      const job = lane.ready.take();
      pool.line(lane);
      if (job === undefined) continue;
      job.state = "runs";
      lane.busy++;
      pool.running++;
      return job;
    }
    return undefined;
  }

  /** A job that was taken has ended; after trouble of our own it waits until `notBefore`. */
  leave(job: Job, notBefore: number | undefined): void {
    const { lane, id } = job;
    lane.leave();
    const entry = this.#options.spool.entry(id);
    const due = entry &&
      this.#duesOf(entry).find((one) => one.lane === lane.key);
    if (due && notBefore !== undefined) {
      job.state = "waits";
      job.due = notBefore;
      this.#agenda.add(job);
    } else {
      this.#forget(job);
      if (due) this.#place(entry, due);
    }
    lane.pool.line(lane);
    this.#tidy();
  }

  /** Destinations of `entry` that wait in `lane`. */
  keysIn(lane: Lane, entry: WaitingEntry): string[] {
    return [...entry.pending].filter((key) =>
      laneOf(destinationOf(key)) === lane.key
    );
  }

  stateOf(id: string, key: string): Job["state"] {
    const lane = laneOf(destinationOf(key));
    return this.#jobIn(lane, id)?.state ?? "waits";
  }

  stop(): void {
    this.#agenda.stop();
  }

  /** When an entry is due, lane by lane. */
  #duesOf(entry: WaitingEntry): Due[] {
    const { pending } = entry;
    const all = Array.from(pending, (key) => this.#dueOf(entry, key));
    if (all.length === 1) return all;
    const dues = new Map<string, Due>();
    for (const due of all) {
      const known = dues.get(due.lane);
      if (known === undefined) dues.set(due.lane, due);
      else known.at = Math.min(known.at, due.at);
    }
    return [...dues.values()];
  }

  #dueOf(entry: WaitingEntry, key: string): Due {
    const { pools } = this.#options;
    const destination = destinationOf(key);
    const isLocal = destination.kind === "mailbox";
    return {
      lane: laneOf(destination),
      pool: isLocal ? pools.local : pools.remote,
      at: dueOf(entry, key),
    };
  }

  #remind(id: string): void {
    const entry = this.#options.spool.entry(id);
    if (entry === undefined) return;
    const now = this.#options.now();
    for (const due of this.#duesOf(entry)) {
      // What is due later has another reminder.
      if (due.at <= now) this.#place(entry, due);
    }
  }

  /** Has a job made, now or later, unless there is one. */
  #place({ id, priority }: WaitingEntry, due: Due): void {
    if (due.at > this.#options.now()) {
      if (due.at < Infinity) this.#agenda.addReminder(due.at, id);
      return;
    }
    if (this.#jobIn(due.lane, id)) return;
    const lane = this.#laneOf(due);
    const job = new Job(id, lane, priority, this.#jobs.get(id));
    lane.jobs++;
    this.#jobs.set(id, job);
    this.#line(job);
  }

  #laneOf({ lane: key, pool }: Due): Lane {
    let lane = this.#lanes.get(key);
    if (lane === undefined) {
      lane = new Lane(key, pool);
      this.#lanes.set(key, lane);
    }
    return lane;
  }

  #jobIn(lane: string, id: string): Job | undefined {
    let job = this.#jobs.get(id);
    while (job && job.lane.key !== lane) job = job.next;
    return job;
  }

  /** Puts the lane in line of a job that has become ready. */
  #line(job: Job): void {
    job.state = "ready";
    job.lane.ready.add(job);
    job.lane.pool.line(job.lane);
  }

  #unplace(job: Job): void {
    if (job.state === "waits") this.#agenda.remove(job);
    else job.lane.ready.remove(job);
  }

  /** Drops a job that is in no heap. */
  #forget(job: Job): void {
    const first = this.#jobs.get(job.id);
    if (first === job) {
      if (job.next) this.#jobs.set(job.id, job.next);
      else this.#jobs.delete(job.id);
    } else {
      for (let one = first; one; one = one.next) {
        if (one.next === job) one.next = job.next;
      }
    }
    const { lane } = job;
    if (--lane.jobs === 0) this.#lanes.delete(lane.key);
  }

  /** Outdated reminders must not become more and more, however often somebody asks for another try. */
  #tidy(): void {
    if (this.#agenda.reminders > this.#mostReminders) this.seeAll();
  }
}

/** When a destination is to be tried; never while it is held. */
export function dueOf(entry: WaitingEntry, key: string): number {
  const progress = entry.progress(key);
  if (progress === undefined) return entry.notBefore;
  return progress.held
    ? Infinity
    : Math.max(progress.next, progress.attempts === 0 ? entry.notBefore : 0);
}

/** A mailbox is a lane, and so is a domain. */
function laneOf(destination: Destination): string {
  if (destination.kind === "mailbox") return destinationKey(destination);
  const { address } = destination;
  return `remote:${address.slice(address.lastIndexOf("@") + 1).toLowerCase()}`;
}

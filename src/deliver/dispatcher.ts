/**
 * The dispatcher: takes what waits in the spool to the couriers, tries again what did
 * not work, and has its senders told.
 *
 * A job is the part of a message that goes one way, its lane. Lanes have their turns
 * one after the other, and each has its own limit, so that a mailbox in trouble or a
 * server that hangs holds up nobody else's mail; local and remote mail never wait for
 * each other. Leaves out which lanes there are and how a lane is worked (couriers).
 *
 * @module
 */

import {
  type Destination,
  destinationKey,
  destinationOf,
  type Spool,
  type SpoolEntry,
  type WaitingEntry,
} from "../queue/mod.ts";
import { Agenda, type SetTimer } from "./agenda.ts";
import { LATE, type Verdict, verdictsOf } from "./conclude.ts";
import type { Courier, Outcome } from "./courier.ts";
import { Job, Lane, Pool } from "./job.ts";
import { logVerdict } from "./log_verdict.ts";
import { QueueControl } from "./queue_control.ts";
import type { Reporter } from "./reporter.ts";
import { deadlinesOf, PATIENCE, type Patience } from "./retry_schedule.ts";
import { Rush } from "./rush.ts";
import { record } from "./record_verdicts.ts";

/** Deliveries under way at once, in all and in one lane. */
export interface Places {
  readonly atOnce: number;
  readonly atOncePerLane: number;
}

export interface DispatcherOptions {
  readonly spool: Spool;
  readonly courier: Courier;
  readonly log: (event: string, fields: Record<string, unknown>) => void;
  /** Which destinations share connections, limits and trouble; by default a mailbox, and a domain. */
  readonly laneOf?: (destination: Destination) => string;
  /** Until when a lane is closed, in milliseconds since 1970; asked when its turn comes. */
  readonly closedUntil?: (lane: string) => number;
  /** Writes reports; without it nobody is told anything. */
  readonly reporter?: Reporter;
  readonly patience?: Patience;
  readonly local?: Places;
  readonly remote?: Places;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** As `Math.random`. */
  readonly random?: () => number;
  readonly setTimer?: SetTimer;
}

const DEFAULTS = {
  laneOf: domainLane,
  closedUntil: () => 0,
  reporter: () => Promise.resolve(undefined),
  patience: PATIENCE,
  local: { atOnce: 32, atOncePerLane: 24 },
  remote: { atOnce: 100, atOncePerLane: 20 },
  now: Date.now,
  random: Math.random,
  setTimer: (run: () => void, milliseconds: number) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Milliseconds until what could not be noted in the spool is looked at again; others' servers are spared. */
const TROUBLE = { local: 10_000, remote: 300_000 };

export class Dispatcher {
  readonly #options: Required<DispatcherOptions>;
  readonly #pools: { readonly local: Pool; readonly remote: Pool };
  readonly #lanes = new Map<string, Lane>();
  /** The first job of each message. */
  readonly #jobs = new Map<string, Job>();
  readonly #agenda: Agenda<Job | Lane>;
  readonly #rush = new Rush(() => this.#fill());
  #patience: Patience;
  #isStarted = false;
  #isStopped = false;
  #idle: (() => void) | undefined;
  /** What the operator does. */
  readonly control: QueueControl;

  constructor(options: DispatcherOptions) {
    this.#options = { ...DEFAULTS, ...options };
    const { local, remote, spool, now, patience } = this.#options;
    this.#patience = patience;
    this.#pools = {
      local: new Pool("local", local),
      remote: new Pool("remote", remote),
    };
    this.#agenda = new Agenda<Job | Lane>(this.#options, {
      come: (item) => this.#come(item),
      done: () => this.#fill(),
    });
    this.control = new QueueControl({
      spool,
      now,
      stateOf: (id, key) => this.#stateOf(id, key),
      changed: (id) => this.#look(id),
    });
  }

  /** Takes all that waits, and all that comes. */
  start(): void {
    this.#options.spool.watch((entry) => {
      if (this.#isStarted) this.#rush.note();
      this.#accept(entry);
      if (this.#isStarted) this.#fill();
    });
    this.#isStarted = true;
    this.#fill();
  }

  /** Starts nothing more; resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#agenda.stop();
    this.#rush.stop();
    if (this.#running > 0) {
      await new Promise<void>((resolve) => this.#idle = resolve);
    }
  }

  get #running(): number {
    return this.#pools.local.running + this.#pools.remote.running;
  }

  /** The schedule from now on. */
  reconfigure(patience: Patience): void {
    this.#patience = patience;
  }

  /** A lane that was closed takes mail again before its time. */
  reopen(key: string): void {
    const lane = this.#lanes.get(key);
    if (lane === undefined) return;
    if (lane.seat >= 0) this.#agenda.remove(lane);
    lane.pool.line(lane);
    this.#fill();
  }

  /**
   * Tries at once what waits for `domain` and was tried before (ETRN, RFC 1985).
   *
   * @returns How many messages that are.
   */
  kick(domain: string): Promise<number> {
    return this.control.retry({ domain });
  }

  #accept(entry: WaitingEntry): void {
    const { id, priority } = entry;
    const dues = new Map<Lane, number>();
    for (const key of entry.pending) {
      const lane = this.#laneOf(key);
      const due = dues.get(lane) ?? Infinity;
      dues.set(lane, Math.min(due, dueOf(entry, key)));
    }
    let next: Job | undefined;
    for (const [lane, due] of dues) {
      next = new Job(id, lane, priority, next);
      lane.jobs++;
      this.#seat(next, due);
    }
    if (next) this.#jobs.set(id, next);
  }

  #laneOf(key: string): Lane {
    const destination = destinationOf(key);
    const name = this.#options.laneOf(destination);
    const known = this.#lanes.get(name);
    if (known) return known;
    const isLocal = destination.kind === "mailbox";
    const lane = new Lane(name, this.#pools[isLocal ? "local" : "remote"]);
    this.#lanes.set(name, lane);
    return lane;
  }

  /** Destinations of `entry` that wait in `lane`. */
  #keysIn(lane: Lane, entry: WaitingEntry): string[] {
    const { laneOf } = this.#options;
    return [...entry.pending].filter((key) =>
      laneOf(destinationOf(key)) === lane.key
    );
  }

  /** Puts a job where it belongs by what the spool knows. */
  #place(job: Job, entry: WaitingEntry, notBefore = 0): void {
    this.#unplace(job);
    let due = Infinity;
    for (const key of this.#keysIn(job.lane, entry)) {
      due = Math.min(due, dueOf(entry, key));
    }
    this.#seat(job, Math.max(due, notBefore));
  }

  /** Puts a job that has no seat where it belongs. */
  #seat(job: Job, due: number): void {
    job.due = due;
    if (job.due === Infinity) {
      job.state = "rests";
    } else if (job.due > this.#options.now()) {
      job.state = "waits";
      this.#agenda.add(job);
    } else {
      job.state = "ready";
      job.lane.ready.add(job);
      job.lane.pool.line(job.lane);
    }
  }

  #unplace(job: Job): void {
    if (job.seat < 0) return;
    if (job.state === "waits") this.#agenda.remove(job);
    else job.lane.ready.remove(job);
  }

  /** The moment of a job, or of a lane that was closed. */
  #come(item: Job | Lane): void {
    if (item instanceof Lane) return item.pool.line(item);
    item.state = "ready";
    item.lane.ready.add(item);
    item.lane.pool.line(item.lane);
  }

  /** Starts jobs while there are places, a lane after the other. */
  #fill(): void {
    if (this.#isStopped) return;
    // Those who wait for a 250 go first: what was accepted is safe where it is.
    if (!this.#rush.isOn) this.#fillPool(this.#pools.local);
    this.#fillPool(this.#pools.remote);
  }

  #fillPool(pool: Pool): void {
    while (pool.hasPlace) {
      const lane = pool.next();
      if (lane === undefined) return;
      // A full lane is put in line again when one of its jobs leaves.
      if (lane.busy >= pool.atOncePerLane || this.#close(lane)) continue;
      const job = lane.ready.take();
      pool.line(lane);
      if (job !== undefined) void this.#run(job);
    }
  }

  /** True when the lane is closed; it comes back when it opens. */
  #close(lane: Lane): boolean {
    const until = this.#options.closedUntil(lane.key);
    if (until <= this.#options.now()) return false;
    lane.due = until;
    this.#agenda.add(lane);
    return true;
  }

  async #run(job: Job): Promise<void> {
    const { lane } = job;
    job.state = "runs";
    lane.busy++;
    lane.pool.running++;
    let notBefore = 0;
    try {
      await this.#attempt(job);
    } catch (error) {
      const { id } = job;
      this.#options.log("delivery_failed", { level: "error", id, error });
      notBefore = this.#options.now() + TROUBLE[lane.pool.place];
    }
    lane.busy--;
    lane.pool.running--;
    this.#leave(job, notBefore);
  }

  #leave(job: Job, notBefore: number): void {
    const { lane, id } = job;
    const entry = this.#options.spool.entry(id);
    const isDone = entry === undefined ||
      this.#keysIn(lane, entry).length === 0;
    if (isDone) this.#forget(job);
    else this.#place(job, entry, notBefore);
    lane.pool.line(lane);
    this.#fill();
    if (this.#running === 0) this.#idle?.();
  }

  #forget(job: Job): void {
    this.#unplace(job);
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
    if (--lane.jobs > 0) return;
    if (lane.seat >= 0) this.#agenda.remove(lane);
    this.#lanes.delete(lane.key);
  }

  async #attempt(job: Job): Promise<void> {
    const { spool, now, random, courier } = this.#options;
    const { id, lane } = job;
    if (job.owed) {
      await spool.settle(id, job.owed);
      job.owed = undefined;
    }
    const entry = await spool.load(id);
    if (entry === undefined) return;
    const { envelope, pending } = entry;
    const destinations = this.#dueIn(lane, entry);
    if (destinations.length === 0) return;
    const deadlines = deadlinesOf(envelope, this.#patience);
    const outcomes: readonly Outcome[] =
      deadlines.isStrict && now() >= deadlines.expires
        ? destinations.map(() => LATE)
        : await courier(entry, destinations);
    const { place } = lane.pool;
    const verdicts = verdictsOf({
      ...{ entry, envelope, destinations, outcomes, place },
      ...{ patience: this.#patience, now: now(), random },
    });
    this.#log(entry, verdicts, outcomes);
    await record(
      this.#options,
      { entry, envelope, pending, verdicts },
      (keys) => {
        job.owed = keys;
      },
    );
  }

  #log(
    { id }: WaitingEntry,
    verdicts: readonly Verdict[],
    outcomes: readonly Outcome[],
  ): void {
    for (const [i, verdict] of verdicts.entries()) {
      logVerdict(this.#options.log, id, verdict, outcomes[i]?.tls);
    }
  }

  /** What of `entry` is to be brought along `lane` now. */
  #dueIn(lane: Lane, entry: SpoolEntry): Destination[] {
    const now = this.#options.now();
    const due = new Set(
      this.#keysIn(lane, entry).filter((key) => dueOf(entry, key) <= now),
    );
    const found: Destination[] = [];
    for (const { destinations } of entry.envelope.recipients) {
      for (const destination of destinations) {
        // Two recipients that lead to one mailbox get one copy.
        if (due.delete(destinationKey(destination))) found.push(destination);
      }
    }
    return found;
  }

  /** Something of message `id` was noted or settled by the operator. */
  #look(id: string): void {
    const entry = this.#options.spool.entry(id);
    for (let job = this.#jobs.get(id); job; job = job.next) {
      // What is under way is looked at when it ends.
      if (job.state === "runs") continue;
      const isDone = !entry || this.#keysIn(job.lane, entry).length === 0;
      if (isDone) this.#forget(job);
      else this.#place(job, entry);
    }
    this.#fill();
  }

  #stateOf(id: string, key: string): Job["state"] {
    const lane = this.#options.laneOf(destinationOf(key));
    for (let job = this.#jobs.get(id); job; job = job.next) {
      if (job.lane.key === lane) return job.state;
    }
    return "waits";
  }
}

/** When a destination is to be tried; never while it is held. */
function dueOf(entry: WaitingEntry, key: string): number {
  const progress = entry.progress(key);
  if (progress === undefined) return entry.notBefore;
  return progress.held
    ? Infinity
    : Math.max(progress.next, progress.attempts === 0 ? entry.notBefore : 0);
}

/** A mailbox is a lane, and so is a domain. */
function domainLane(destination: Destination): string {
  if (destination.kind === "mailbox") return destinationKey(destination);
  const { address } = destination;
  return `remote:${address.slice(address.lastIndexOf("@") + 1).toLowerCase()}`;
}

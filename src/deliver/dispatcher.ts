/**
 * The dispatcher: takes what waits in the spool to the couriers, tries again what did
 * not work, and has its senders told.
 *
 * A job is the part of a message that goes one way, its lane. Local and remote mail
 * never wait for each other. Leaves out which job is next (active queue), how a
 * destination is reached, and which servers are left alone for a while (couriers).
 *
 * @module
 */

import {
  type Destination,
  destinationKey,
  type Spool,
  type SpoolEntry,
  type WaitingEntry,
} from "../queue/mod.ts";
import { ActiveQueue, dueOf } from "./active_queue.ts";
import type { SetTimer } from "./agenda.ts";
import { LATE, type Verdict, verdictsOf } from "./conclude.ts";
import type { Courier, Outcome } from "./courier.ts";
import { type Job, type Lane, type Places, Pool } from "./job.ts";
import { logVerdict } from "./log_verdict.ts";
import { QueueControl } from "./queue_control.ts";
import type { Reporter } from "./reporter.ts";
import { deadlinesOf, PATIENCE, type Patience } from "./retry_schedule.ts";
import { Rush } from "./rush.ts";
import { record } from "./record_verdicts.ts";

export interface DispatcherOptions {
  readonly spool: Spool;
  readonly courier: Courier;
  readonly log: (event: string, fields: Record<string, unknown>) => void;
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
  readonly #active: ActiveQueue;
  readonly #rush = new Rush(() => this.#fill());
  #patience: Patience;
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
    this.#active = new ActiveQueue({
      ...this.#options,
      pools: this.#pools,
      woke: () => this.#fill(),
    });
    this.control = new QueueControl({
      spool,
      now,
      log: this.#options.log,
      stateOf: (id, key) => this.#active.stateOf(id, key),
      changed: (id) => {
        this.#active.review(id);
        this.#fill();
      },
    });
  }

  /** Takes all that waits, and all that comes. */
  start(): void {
    this.#active.seeAll();
    this.#options.spool.watch((entry) => {
      this.#rush.note(this.#pools.local.running);
      this.#active.see(entry);
      this.#fill();
    });
    this.#fill();
  }

  /** Starts nothing more that goes to other servers; resolves when what is under way has ended. */
  stopRemote(): Promise<void> {
    return this.#pools.remote.stop();
  }

  /** Starts nothing more; resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.#active.stop();
    this.#rush.stop();
    await Promise.all([this.#pools.local.stop(), this.#pools.remote.stop()]);
  }

  /** The schedule from now on. */
  reconfigure(patience: Patience): void {
    this.#patience = patience;
  }

  /**
   * Tries at once what waits for `domain` and was tried before (ETRN, RFC 1985).
   *
   * @returns How many messages that are.
   */
  kick(domain: string): Promise<number> {
    return this.control.retry({ domain });
  }

  /** Starts jobs while there are places, a lane after the other. */
  #fill(): void {
    // Those who wait for a 250 go first: what was accepted is safe where it is.
    if (!this.#rush.isOn) this.#fillPool(this.#pools.local);
    this.#fillPool(this.#pools.remote);
  }

  #fillPool(pool: Pool): void {
    while (pool.hasPlace) {
      const job = this.#active.take(pool);
      if (job === undefined) return;
      void this.#run(job);
    }
  }

  async #run(job: Job): Promise<void> {
    let notBefore: number | undefined;
    try {
      await this.#attempt(job);
    } catch (error) {
      const { id } = job;
      this.#options.log("delivery_failed", { level: "error", id, error });
      notBefore = this.#options.now() + TROUBLE[job.lane.pool.place];
    }
    this.#active.leave(job, notBefore);
    this.#fill();
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
    const { envelope } = entry;
    const destinations = this.#dueIn(lane, entry);
    if (destinations.length === 0) return;
    const deadlines = deadlinesOf(envelope, this.#patience);
    const outcomes: readonly Outcome[] =
      deadlines.isStrict && now() >= deadlines.expires
        ? destinations.map(() => LATE)
        : await courier(entry, destinations);
    const { place } = lane.pool;
    // What our own stop cut off is no attempt: nothing is noted of it.
    const isMade = (_: unknown, i: number) => !outcomes[i]?.cut;
    const made = outcomes.filter(isMade);
    const verdicts = verdictsOf({
      ...{ entry, envelope, place, outcomes: made, now: now(), random },
      destinations: destinations.filter(isMade),
      patience: this.#patience,
    });
    this.#log(entry, verdicts, made);
    const recorded = { entry, envelope, verdicts };
    await record(this.#options, recorded, (keys) => job.owed = keys);
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
      this.#active.keysIn(lane, entry).filter((key) =>
        dueOf(entry, key) <= now
      ),
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
}

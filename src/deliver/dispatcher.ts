/**
 * The dispatcher: takes what waits in the spool to the couriers, and tries again what
 * did not work.
 *
 * Every destination of a message is a job of its own, so that a mailbox in trouble
 * holds up nobody else's mail.
 *
 * @module
 */

import {
  type Destination,
  destinationKey,
  type Spool,
  type SpoolEntry,
} from "../queue/mod.ts";
import type { Courier, Outcome } from "./courier.ts";
import { nextAttemptIn } from "./retry_schedule.ts";
import { Rush } from "./rush.ts";

export interface DispatcherOptions {
  readonly spool: Spool;
  readonly courier: Courier;
  readonly log: (event: string, fields: Record<string, unknown>) => void;
  /** Deliveries under way at once, in all and to one destination. */
  readonly atOnce?: number;
  readonly atOncePerDestination?: number;
}

interface Job {
  readonly entry: SpoolEntry;
  readonly destination: Destination;
  readonly key: string;
  attempts: number;
}

const AT_ONCE = 32;
const AT_ONCE_PER_DESTINATION = 24;

export class Dispatcher {
  #options: Required<DispatcherOptions>;
  /** Jobs that wait for a place, by destination, so that a full one is passed over whole. */
  #waiting = new Map<string, Job[]>();
  #busy = new Map<string, number>();
  #running = 0;
  #retries = new Set<ReturnType<typeof setTimeout>>();
  #stopped = false;
  readonly #rush = new Rush(() => this.#fill());
  #idle: (() => void) | undefined;

  constructor(options: DispatcherOptions) {
    this.#options = {
      atOnce: AT_ONCE,
      atOncePerDestination: AT_ONCE_PER_DESTINATION,
      ...options,
    };
  }

  /** Takes all that waits, and all that comes. */
  start(): void {
    this.#options.spool.watch((entry) => {
      this.#rush.note();
      this.#accept(entry);
    });
  }

  /** Starts nothing more; resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#retries) clearTimeout(timer);
    this.#rush.stop();
    if (this.#running > 0) {
      await new Promise<void>((resolve) => this.#idle = resolve);
    }
  }

  #accept(entry: SpoolEntry): void {
    const seen = new Set<string>();
    for (const { destinations } of entry.envelope.recipients) {
      for (const destination of destinations) {
        const key = destinationKey(destination);
        // Two recipients that lead to one mailbox get one copy.
        if (seen.has(key) || !entry.pending.has(key)) continue;
        seen.add(key);
        this.#add({ entry, destination, key, attempts: 0 });
      }
    }
    this.#fill();
  }

  #add(job: Job): void {
    const jobs = this.#waiting.get(job.key);
    if (jobs) jobs.push(job);
    else this.#waiting.set(job.key, [job]);
  }

  /** Starts jobs while there are places, a destination after the other. */
  #fill(): void {
    // Those who wait for a 250 go first: what was accepted is safe where it is.
    if (this.#stopped || this.#rush.isOn) return;
    for (const [key, jobs] of this.#waiting) {
      while (
        jobs.length > 0 &&
        (this.#busy.get(key) ?? 0) < this.#options.atOncePerDestination
      ) {
        if (this.#running >= this.#options.atOnce) return;
        void this.#run(jobs.shift()!);
      }
      if (jobs.length === 0) this.#waiting.delete(key);
    }
  }

  async #run(job: Job): Promise<void> {
    this.#running++;
    this.#busy.set(job.key, (this.#busy.get(job.key) ?? 0) + 1);
    try {
      const { entry, destination } = job;
      const [outcome] = await this.#options.courier(entry, [destination]);
      await this.#conclude(job, outcome!);
    } catch (error) {
      this.#options.log("delivery_failed", {
        level: "error",
        id: job.entry.id,
        error,
      });
      this.#retry(job);
    } finally {
      this.#leave(job.key);
    }
  }

  #leave(key: string): void {
    this.#running--;
    const busy = this.#busy.get(key)! - 1;
    if (busy === 0) this.#busy.delete(key);
    else this.#busy.set(key, busy);
    this.#fill();
    if (this.#running === 0) this.#idle?.();
  }

  async #conclude(job: Job, outcome: Outcome): Promise<void> {
    const { log, spool } = this.#options;
    const text = outcome.reply.lines.join(" ");
    if (outcome.kind === "later") {
      log("delivery_deferred", {
        level: "warn",
        id: job.entry.id,
        to: job.key,
        reply: text,
      });
      this.#retry(job);
      return;
    }
    log(outcome.kind === "sent" ? "delivered" : "delivery_refused", {
      id: job.entry.id,
      to: job.key,
    });
    await spool.settle(job.entry.id, [job.key]);
  }

  #retry(job: Job): void {
    if (this.#stopped) return;
    job.attempts++;
    const timer = setTimeout(() => {
      this.#retries.delete(timer);
      this.#add(job);
      this.#fill();
    }, nextAttemptIn(job.attempts));
    this.#retries.add(timer);
  }
}

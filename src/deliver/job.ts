/** A piece of work of the dispatcher, and the lane and the pool that it belongs to. */

import { Heap } from "./heap.ts";

/** The destinations of one message that share one lane, from when they are due until they are brought. */
export class Job {
  /** Of the message. */
  readonly id: string;
  readonly lane: Lane;
  readonly priority: number;
  /** Not before; milliseconds since 1970. */
  due = 0;
  /** "ready" for a place, "runs", or "waits" because there was trouble of our own. */
  state: "waits" | "ready" | "runs" = "ready";
  /** In its lane while it is ready, in the agenda while it waits. */
  seat = -1;
  /** Delivered, but the journal could not take it yet: must not be delivered again. */
  owed: readonly string[] | undefined = undefined;
  /** The next job of the same message. */
  next: Job | undefined;

  constructor(
    id: string,
    lane: Lane,
    priority: number,
    next: Job | undefined,
  ) {
    this.id = id;
    this.lane = lane;
    this.priority = priority;
    this.next = next;
  }
}

/** Destinations that share a fate: a mailbox, or a route to other servers. */
export class Lane {
  readonly key: string;
  readonly pool: Pool;
  /** RFC 6710: by priority, and then the oldest first. Ids sort by age. */
  readonly ready: Heap<Job> = new Heap((a, b) =>
    a.priority === b.priority ? a.id < b.id : a.priority > b.priority
  );
  /** Jobs that may run at once: one more with each that ends, so that servers that hang hold few places. */
  places: number;
  /** Jobs that run, and all that there are. */
  busy = 0;
  jobs = 0;

  constructor(key: string, pool: Pool) {
    this.key = key;
    this.pool = pool;
    this.places = pool.atFirstPerLane;
  }

  get isFull(): boolean {
    return this.busy >= this.places;
  }

  /** A job that ran is over. */
  leave(): void {
    this.busy--;
    this.places = Math.min(this.pool.atOncePerLane, this.places + 1);
    this.pool.leave();
  }
}

/** Deliveries under way at once, in all and in one lane. */
export interface Places {
  readonly atOnce: number;
  readonly atOncePerLane: number;
  /** What a lane has at first, before any of its deliveries has ended; by default all of them. */
  readonly atFirstPerLane?: number;
}

/**
 * The places of one kind of delivery, given to lanes in turn. Local and remote mail
 * have a pool each: neither ever waits for the other.
 */
export class Pool {
  readonly place: "local" | "remote";
  readonly atOnce: number;
  readonly atOncePerLane: number;
  readonly atFirstPerLane: number;
  running = 0;
  /** Lanes in which something is ready, the next one first. */
  readonly #lanes = new Set<Lane>();
  #isStopped = false;
  readonly #ended = Promise.withResolvers<void>();

  constructor(
    place: "local" | "remote",
    { atOnce, atOncePerLane, atFirstPerLane = atOncePerLane }: Places,
  ) {
    this.place = place;
    this.atOnce = atOnce;
    this.atOncePerLane = atOncePerLane;
    this.atFirstPerLane = atFirstPerLane;
  }

  get hasPlace(): boolean {
    return !this.#isStopped && this.running < this.atOnce;
  }

  /** A job that ran is over. */
  leave(): void {
    this.running--;
    this.#lookForEnd();
  }

  /** Has no places any more; resolves when nothing runs. */
  stop(): Promise<void> {
    this.#isStopped = true;
    this.#lookForEnd();
    return this.#ended.promise;
  }

  #lookForEnd(): void {
    if (this.#isStopped && this.running === 0) this.#ended.resolve();
  }

  /** Puts `lane` at the end of the line, if it is in none and has something ready. */
  line(lane: Lane): void {
    if (lane.ready.size > 0) this.#lanes.add(lane);
  }

  /** The lane whose turn it is; it has to be put in line again. */
  next(): Lane | undefined {
    for (const lane of this.#lanes) {
      this.#lanes.delete(lane);
      return lane;
    }
    return undefined;
  }
}

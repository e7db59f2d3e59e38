/**
 * A lane: what waits for one peer, and the connections that carry it. The dispatcher's
 * lanes lead here: those of all domains that one smarthost serves to one and the same.
 *
 * It begins with one connection; each message that is taken allows one more, a
 * connection that fails takes the allowance back (slow start). A peer that cannot be
 * reached closes its lane for a while, twice as long each time; whatever comes
 * meanwhile is told when to come back, without another attempt.
 *
 * @module
 */

import type { ClientResult, Transmission } from "../../smtp_client/mod.ts";
import type { Peer, Reached } from "./reach.ts";

/** A message that waits for a connection. */
export interface Errand {
  readonly transmission: Omit<Transmission, "done">;
  /** Told once; `peer` took part. */
  readonly done: (
    results: readonly ClientResult[],
    peer: Peer,
  ) => void | Promise<void>;
  /** Told once in place of `done`: no peer was reached. `until` is in milliseconds since 1970. */
  readonly unreached: (reached: Unreached, until: number) => void;
  /** Connections that have taken it and were gone before a word was said about it. */
  untried: number;
}

export type Unreached = Exclude<Reached, { kind: "served" }>;

export interface LaneOptions {
  /** Connects and serves what `next` gives. Never rejects. */
  readonly reach: (
    next: (peer: Peer) => Promise<Transmission | undefined>,
  ) => Promise<Reached>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly most: () => number;
  readonly messagesPerConnection: () => number;
  /** A place among all connections: resolves when there is one; the function gives it back. */
  readonly place: () => Promise<() => void>;
}

/** Milliseconds that a connection waits for another message; peers bear more (RFC 5321 §4.5.3.2.7). */
const LINGER = 2_000;
/** Milliseconds for which a lane is closed after the first failure, and at the most. */
const FIRST_BREAK = 60_000;
const LONGEST_BREAK = 30 * 60_000;
/** Connections that may be gone under a message without a word. */
const MOST_UNTRIED = 2;

export class Lane {
  readonly #options: LaneOptions;
  readonly #errands: Errand[] = [];
  /** Connections with nothing to do. */
  readonly #resting: ((errand: Errand | undefined) => void)[] = [];
  #open = 0;
  /** Connections that have not asked for a message yet. */
  #opening = 0;
  #allowed = 1;
  #failures = 0;
  #isStopped = false;
  #closed: { readonly until: number; readonly why: Unreached } | undefined;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** Nothing is known here that a new lane would not know. */
  get isIdle(): boolean {
    const { now } = this.#options;
    return this.#open === 0 && this.#errands.length === 0 &&
      (this.#closed === undefined || this.#closed.until <= now());
  }

  send(errand: Errand): void {
    const closed = this.#closed;
    if (closed && closed.until > this.#options.now()) {
      errand.unreached(closed.why, closed.until);
      return;
    }
    const rest = this.#resting.shift();
    if (rest) rest(errand);
    else {
      this.#errands.push(errand);
      this.#openMore();
    }
  }

  /** Takes messages again though its peer could not be reached lately. */
  reopen(): void {
    this.#closed = undefined;
  }

  /** Lets connections go that rest, now and later; what is under way comes to its end. */
  stop(): void {
    this.#isStopped = true;
    for (const rest of this.#resting.splice(0)) rest(undefined);
  }

  #openMore(): void {
    const most = Math.min(this.#allowed, this.#options.most());
    while (this.#open < most && this.#opening < this.#errands.length) {
      void this.#connect();
    }
  }

  async #connect(): Promise<void> {
    this.#open++;
    this.#opening++;
    let isOpening = true;
    const opened = () => {
      if (isOpening) this.#opening--;
      isOpening = false;
    };
    const leave = await this.#options.place();
    let messages = 0;
    const reached = await this.#options.reach((peer) => {
      opened();
      return messages++ < this.#options.messagesPerConnection()
        ? this.#next(peer)
        : Promise.resolve(undefined);
    });
    leave();
    opened();
    this.#open--;
    if (reached.kind !== "served") this.#unreached(reached);
    this.#openMore();
  }

  async #next(peer: Peer): Promise<Transmission | undefined> {
    const errand = this.#errands.shift() ?? await this.#rest();
    if (errand === undefined) return undefined;
    return {
      ...errand.transmission,
      done: (results) => this.#done(errand, results, peer),
    };
  }

  #rest(): Promise<Errand | undefined> {
    if (this.#isStopped) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const wake = (errand: Errand | undefined) => {
        clearTimeout(timer);
        resolve(errand);
      };
      const timer = setTimeout(() => {
        this.#resting.splice(this.#resting.indexOf(wake), 1);
        resolve(undefined);
      }, LINGER);
      this.#resting.push(wake);
    });
  }

  #done(
    errand: Errand,
    results: readonly ClientResult[],
    peer: Peer,
  ): void | Promise<void> {
    const untried = results.every((result) => result.untried);
    if (untried && errand.untried++ < MOST_UNTRIED) {
      this.#errands.unshift(errand);
      return;
    }
    const lost = results.some(({ spoken, step }) =>
      !spoken && step !== "check"
    );
    if (lost) this.#allowed = Math.max(1, this.#allowed >> 1);
    else {
      this.#failures = 0;
      this.#allowed = Math.min(this.#options.most(), this.#allowed + 1);
    }
    return errand.done(results, peer);
  }

  /** While other connections work, the peer has as many as it wants; else it is left alone. */
  #unreached(why: Unreached): void {
    this.#allowed = Math.max(1, this.#open);
    if (this.#open > this.#opening) return;
    const { now } = this.#options;
    const pause = Math.min(LONGEST_BREAK, FIRST_BREAK * 2 ** this.#failures++);
    const until = now() + (why.kind === "failed" ? 0 : pause);
    this.#closed = { until, why };
    for (const errand of this.#errands.splice(0)) errand.unreached(why, until);
  }
}

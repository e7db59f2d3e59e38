/**
 * Finds out about messages in the background, so that nobody has to wait for it: a
 * mailbox after the other, a few messages at a time.
 *
 * It comes last: after each step it lets all others have their turn, rests for as long as
 * the step took, and for longer when it sees that others are at work. What is done is
 * kept, so that it goes on where it was after a restart.
 *
 * @module
 */

import type { Log } from "./log.ts";
import type { Mailbox, Store } from "./store/mod.ts";
import type { Session } from "./wire/mod.ts";

/** Milliseconds until a mailbox that has grown is looked at: more may come. */
const PATIENCE = 500;
/** Messages of one step. */
const STEP = 12;
/** Milliseconds by which a turn comes too late when others are at work. */
const LATE = 4;
/** Milliseconds of rest while they are. */
const LONG_REST = 50;

export interface IndexerOptions {
  readonly log: Log;
  /** Resolves after so many milliseconds; keeps nobody from stopping. */
  readonly later: (milliseconds: number) => Promise<void>;
  /** False: nothing is found out before it is asked for. */
  readonly isOn: boolean;
}

/** What is to be done, mailbox by mailbox. */
export class Indexer {
  readonly #log: Log;
  readonly #later: IndexerOptions["later"];
  /** May change at any time. */
  isOn: boolean;
  #store: Store | undefined;
  /** By account and name; those that have waited longest come first. */
  readonly #waiting = new Map<string, Place>();
  #running: Promise<void> | undefined;
  #stopped = false;
  readonly #end: Promise<void>;
  #endNow = () => {};

  constructor({ log, later, isOn }: IndexerOptions) {
    this.#log = log;
    this.#later = later;
    this.isOn = isOn;
    this.#end = new Promise((resolve) => this.#endNow = resolve);
  }

  /** Begins to work on what is in `store`. */
  start(store: Store): void {
    this.#store = store;
    this.#wake();
  }

  /**
   * A mailbox is used, or has grown.
   *
   * @param begin False leaves it alone where nobody has used the account's mail by IMAP.
   */
  want(account: string, mailbox: string, begin: boolean): void {
    if (!this.isOn) return;
    const key = JSON.stringify([account, mailbox]);
    const before = this.#waiting.get(key);
    const begins = begin || before?.begin === true;
    this.#waiting.set(key, { account, mailbox, begin: begins });
    this.#wake();
  }

  /** Resolves when nothing is under way any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#endNow();
    await this.#running;
  }

  #wake(): void {
    if (this.#stopped || this.#store === undefined) return;
    this.#running ??= this.#run().finally(() => this.#running = undefined);
  }

  async #run(): Promise<void> {
    await this.#wait(PATIENCE);
    for (let next; !this.#stopped && (next = this.#next());) {
      try {
        await this.#index(next);
      } catch (error) {
        // It will be wanted again; a search reads what is not indexed.
        const { account, mailbox } = next;
        this.#log("index.failed", { account, mailbox, error: String(error) });
      }
    }
  }

  #next(): Place | undefined {
    for (const [key, place] of this.#waiting) {
      this.#waiting.delete(key);
      return place;
    }
    return undefined;
  }

  async #index({ account, mailbox: name, begin }: Place): Promise<void> {
    const user = await this.#store!.open(account);
    const mailbox = await user.mailbox(name);
    if (mailbox === undefined) return;
    if (!begin && !await mailbox.text.isBegun()) return;
    while (!this.#stopped) {
      const begun = performance.now();
      if (await indexStep(mailbox) === 0) return;
      await this.#rest(performance.now() - begun);
    }
  }

  async #rest(milliseconds: number): Promise<void> {
    const begun = performance.now();
    await this.#wait(milliseconds);
    const late = performance.now() - begun - milliseconds;
    if (late > LATE) await this.#wait(LONG_REST);
  }

  /** Until then, or until it is stopped. */
  async #wait(milliseconds: number): Promise<void> {
    await Promise.race([this.#later(milliseconds), this.#end]);
  }
}

interface Place {
  readonly account: string;
  readonly mailbox: string;
  readonly begin: boolean;
}

/** Finds out about all messages of a mailbox of which nothing is known, without a rest. */
export async function indexWhole(mailbox: Mailbox): Promise<number> {
  let count = 0;
  for (let some; (some = await indexStep(mailbox)) > 0;) count += some;
  return count;
}

/** How many messages it found out about; 0 at the end. */
async function indexStep(mailbox: Mailbox): Promise<number> {
  const { indexMessages } = await import("./imap/mod.ts");
  return await runWork(indexMessages(mailbox, STEP));
}

/** Runs a session that has no peer. */
async function runWork<T>(session: Session<T>): Promise<T> {
  let result = session.next();
  while (!result.done) {
    const step = result.value;
    if (step.kind !== "work") {
      result = session.next();
      continue;
    }
    let outcome: unknown;
    try {
      outcome = await step.run();
    } catch (error) {
      result = session.throw(error);
      continue;
    }
    result = session.next(outcome);
  }
  return result.value;
}

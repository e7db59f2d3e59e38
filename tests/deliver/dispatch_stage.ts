/** A dispatcher on a clock that only the test moves, with couriers that do as they are told. */

import { assert } from "@std/assert";
import { utf8Encode } from "../../src/bytes/mod.ts";
import {
  Dispatcher,
  type DispatcherOptions,
  type Outcome,
  type ReportDue,
} from "../../src/deliver/mod.ts";
import { reply } from "../../src/mail/mod.ts";
import {
  type Destination,
  destinationKey,
  type Envelope,
  memorySpool,
  type Spool,
} from "../../src/queue/mod.ts";

export const START = 1_700_000_000_000;
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

export const SENT: Outcome = { kind: "sent", reply: reply(250, "2.0.0", "OK") };
export const LATER: Outcome = {
  kind: "later",
  reply: reply(451, "4.7.1", "Greylisted"),
  peer: "mx.example.net[192.0.2.1]:25",
};
export const CUT: Outcome = {
  kind: "later",
  cut: true,
  reply: reply(451, "4.3.2", "This server is stopping"),
};
export const FAILED: Outcome = {
  kind: "failed",
  reply: reply(550, "5.1.1", "No such user"),
};

/** One call of the courier: the message, and the keys of its destinations. */
export type Call = readonly [id: string, ...keys: string[]];

interface Timer {
  readonly run: () => void;
  readonly at: number;
}

export class DispatchStage {
  now = START;
  readonly spool: Spool;
  readonly dispatcher: Dispatcher;
  readonly calls: Call[] = [];
  readonly reports: ReportDue[] = [];
  readonly events: (readonly [string, Record<string, unknown>])[] = [];
  /** What happens at each destination; may wait. */
  answer: (key: string, id: string) => Outcome | Promise<Outcome> = () => SENT;
  readonly #timers = new Set<Timer>();

  constructor(options: Partial<DispatcherOptions> = {}) {
    const now = () => this.now;
    this.spool = options.spool ?? memorySpool({ now, random: () => 0.5 });
    this.dispatcher = new Dispatcher({
      courier: (entry, destinations) => {
        const keys = destinations.map(destinationKey);
        this.calls.push([entry.id, ...keys]);
        return Promise.all(keys.map((key) => this.answer(key, entry.id)));
      },
      reporter: (_, due) => {
        this.reports.push(due);
        const octets = utf8Encode(`report of ${due.about}`);
        const envelope = { ...to("mailbox:sender"), from: "" };
        return Promise.resolve({ octets, envelope });
      },
      log: (event, fields) => this.events.push([event, fields]),
      random: () => 0,
      setTimer: (run, milliseconds) => {
        const timer = { run, at: this.now + milliseconds };
        this.#timers.add(timer);
        return () => this.#timers.delete(timer);
      },
      ...options,
      spool: this.spool,
      now,
    });
  }

  /** Timers that are set. */
  get timers(): number {
    return this.#timers.size;
  }

  start(): Promise<void> {
    this.dispatcher.start();
    return this.settle();
  }

  /** Lets time pass, a timer after the other. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.now + milliseconds;
    for (;;) {
      const next = [...this.#timers].sort((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > end) break;
      this.#timers.delete(next);
      this.now = Math.max(this.now, next.at);
      next.run();
      await this.settle();
    }
    this.now = end;
  }

  /** Waits until nothing more happens by itself. */
  async settle(): Promise<void> {
    for (let turns = 0; turns < 5; turns++) {
      await new Promise((resolve) => setTimeout(resolve));
    }
  }

  async put(envelope: Envelope): Promise<string> {
    const draft = this.spool.begin();
    await draft.write(utf8Encode("Subject: x\r\n\r\nbody\r\n"));
    await draft.commit(envelope);
    await this.settle();
    return draft.id;
  }

  /** The destinations of all calls since the last time this was asked. */
  taken(): string[] {
    const calls = this.calls.splice(0);
    return calls.map(([, ...keys]) => keys.join(" "));
  }

  eventNames(): string[] {
    return this.events.map(([event]) => event);
  }
}

/** An envelope to destinations, given by their keys. */
export function to(...keys: string[]): Envelope {
  return {
    from: "sender@example.org",
    recipients: keys.map((key) => {
      const destination: Destination = key.startsWith("mailbox:")
        ? { kind: "mailbox", account: key.slice("mailbox:".length) }
        : { kind: "remote", address: key.slice("remote:".length) };
      return { address: key.replace(/^\w+:/, ""), destinations: [destination] };
    }),
    ...{ body: "7BIT", smtputf8: false, received: START },
  };
}

/** A promise, and how to keep it. */
export function gate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  assert(resolve !== undefined);
  return { opened: promise, open: resolve };
}

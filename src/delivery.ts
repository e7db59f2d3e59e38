/**
 * Delivery, composed: the dispatcher with its couriers, the reports, what goes out, the
 * stories, and the operator's hand on all of it.
 *
 * @module
 */

import type { Accounts } from "./accounts/mod.ts";
import type { Configuration } from "./config/values/mod.ts";
import { serveControl } from "./control/mod.ts";
import {
  type Courier,
  Dispatcher,
  dsnReporter,
  localCourier,
  type Patience,
  reportRoute,
} from "./deliver/mod.ts";
import type { Log } from "./log.ts";
import { operationsOf } from "./operations.ts";
import type { Outbound } from "./outbound.ts";
import type { Spool } from "./queue/mod.ts";
import type { QueueNode } from "./smtp/mod.ts";
import type { Store } from "./store/mod.ts";
import type { Stories } from "./story/mod.ts";

/** What delivery is told, and told again with every reload. */
export interface DeliveryPlan {
  readonly configuration: Configuration;
  /** Trusted beside the public ones; in PEM form, a certificate each. */
  readonly authorities: readonly string[];
}

export interface DeliveryOptions {
  readonly plan: DeliveryPlan;
  /** The data folder. */
  readonly data: string;
  readonly accounts: Accounts;
  readonly store: Store;
  readonly spool: Spool;
  readonly stories: Stories;
  readonly srsHash: (text: string) => Uint8Array;
  readonly log: Log;
  readonly now: () => number;
  readonly random: (octets: number) => Uint8Array;
}

const DAY = 24 * 3600 * 1000;
/** Messages on their way at once, in all and a lane; those to other servers mostly wait for a connection. */
const LOCAL = { atOnce: 32, atOncePerLane: 24 };
const REMOTE = { atOnce: 1000, atOncePerLane: 50, atFirstPerLane: 5 };

/** All that happens to a message between the spool and its recipients. */
export class Delivery {
  readonly #options: DeliveryOptions;
  /** Opened with the first message that goes out. */
  #outbound: Promise<Outbound> | undefined;
  readonly #dispatcher: Dispatcher;
  #plan: DeliveryPlan;
  #control: Awaited<ReturnType<typeof serveControl>> | undefined;
  readonly #cut = new AbortController();
  readonly #tidying: ReturnType<typeof setInterval>;

  /** @throws {Error} When something of it cannot be opened; nothing is left open. */
  static async open(options: DeliveryOptions): Promise<Delivery> {
    const delivery = new Delivery(options);
    try {
      await delivery.#listen();
      return delivery;
    } catch (error) {
      await delivery.stop();
      throw error;
    }
  }

  private constructor(options: DeliveryOptions) {
    const { plan, spool, accounts, log, now, random } = options;
    this.#options = options;
    this.#plan = plan;
    this.#dispatcher = new Dispatcher({
      spool,
      courier: this.#courier(),
      log,
      patience: patienceOf(plan),
      local: LOCAL,
      remote: REMOTE,
      reporter: dsnReporter({
        spool,
        serverName: () => this.#plan.configuration.server_name,
        route: reportRoute(accounts),
        now,
        randomBytes: random,
      }),
    });
    this.#tidying = setInterval(() => this.#tidy(), DAY);
    Deno.unrefTimer(this.#tidying);
    this.#tidy();
  }

  /** Takes all that waits, and all that comes. */
  start(): void {
    this.#dispatcher.start();
  }

  /** Takes another plan for all that begins from now on. */
  reconfigure(plan: DeliveryPlan): void {
    this.#plan = plan;
    this.#outbound?.then((outbound) => outbound.reconfigure(plan), () => {});
    this.#dispatcher.reconfigure(patienceOf(plan));
  }

  /**
   * Sends nothing more out. What is under way has so many milliseconds to end; it is cut
   * off then, and begins anew with the next start.
   */
  async stopOutgoing(grace: number): Promise<void> {
    const cutting = setTimeout(() => this.#cut.abort(), grace);
    const ended = this.#dispatcher.stopRemote();
    const opened = () => this.#outbound?.catch(() => undefined);
    void (await opened())?.stop();
    await ended;
    // It may have been opened meanwhile.
    await (await opened())?.close();
    clearTimeout(cutting);
  }

  /** Starts nothing more at all; resolves when what is under way has ended. */
  async stop(): Promise<void> {
    clearInterval(this.#tidying);
    await this.#control?.close();
    await this.#dispatcher.stop();
  }

  /** ETRN (RFC 1985): tries what waits for a domain now; tells how many messages that are. */
  readonly startQueue = (node: QueueNode): Promise<number | undefined> => {
    // There are no queues by name here.
    if (node.kind === "queue") return Promise.resolve(undefined);
    this.#reopen();
    const { kind, domain } = node;
    return this.#dispatcher.kick(kind === "domains" ? `.${domain}` : domain);
  };

  #courier(): Courier {
    const { spool, store, accounts } = this.#options;
    const detailRule = async (account: string) =>
      (await accounts.find(account))?.details ?? "inbox";
    const local = localCourier(spool, store, detailRule);
    // All destinations of a lane are of one kind.
    return async (entry, destinations) => {
      if (destinations[0]?.kind !== "remote") {
        return await local(entry, destinations);
      }
      const { courier } = await this.#open();
      return await courier(entry, destinations);
    };
  }

  /** What goes out needs DNS, TLS and more; a server that sends nothing loads none of it. */
  #open(): Promise<Outbound> {
    return this.#outbound ??= this.#load().catch((error) => {
      // The next message tries again.
      this.#outbound = undefined;
      throw error;
    });
  }

  async #load(): Promise<Outbound> {
    const { openOutbound } = await import("./outbound.ts");
    return await openOutbound({
      ...this.#options,
      plan: this.#plan,
      cut: this.#cut.signal,
    });
  }

  /** Peers that could not be reached are tried again when they are wanted. */
  #reopen(): void {
    this.#outbound?.then((outbound) => outbound.reopen(), () => {});
  }

  async #listen(): Promise<void> {
    const { data, stories, log } = this.#options;
    const queue = this.#dispatcher.control;
    const operations = operationsOf({
      queue,
      stories,
      wake: () => this.#reopen(),
    });
    this.#control = await serveControl({ folder: data, operations, log });
  }

  #tidy(): void {
    const { stories, log } = this.#options;
    const kept = this.#plan.configuration.Stories.days * DAY;
    stories.tidy(kept).catch((error) => {
      log("stories_not_tidied", { level: "warn", error });
    });
  }
}

function patienceOf(
  { configuration: { Outbound } }: DeliveryPlan,
): Patience {
  return {
    expireAfter: Outbound.give_up * 1000,
    warnAfter: Outbound.delay_warning * 1000,
  };
}

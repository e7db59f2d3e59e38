/**
 * The courier to other servers: a lane for each route, results as outcomes.
 *
 * @module
 */

import {
  type Address,
  parseMailbox,
  type Reply,
  reply,
} from "../../mail/mod.ts";
import {
  type Destination,
  destinationKey,
  type Envelope,
  type EnvelopeRecipient,
  type Spool,
  type SpoolEntry,
} from "../../queue/mod.ts";
import type {
  ClientResult,
  TransmissionRecipient,
} from "../../smtp_client/mod.ts";
import type { Courier, Outcome } from "../courier.ts";
import { isExpanded } from "../report.ts";
import { type Errand, Lane, type Unreached } from "./lane.ts";
import { type Peer, reach, type ReachOptions } from "./reach.ts";
import type { TlsWish } from "./protection.ts";
import { type Route, routeOf } from "./route.ts";

export interface RemoteCourierOptions extends ReachOptions {
  readonly spool: Spool;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** The reverse-path under which mail for `recipient` goes on. */
  readonly senderFor: (
    envelope: Envelope,
    recipient: EnvelopeRecipient,
  ) => string;
}

/** Brings messages to other servers. */
export interface RemoteCourier {
  readonly courier: Courier;
  /** Forgets which peers could not be reached: they are tried at the next wish. */
  reopen(): void;
  /** Ends connections that rest; resolves when no connection is left. */
  stop(): Promise<void>;
  /** Waits for no peer any more: all that is under way is told that it was cut off. */
  cut(): void;
}

/** A destination, and the sender under which it is reached. */
interface Goal {
  readonly sender: string;
  readonly recipient: TransmissionRecipient;
}

type Remote = Extract<Destination, { kind: "remote" }>;

export function remoteCourier(options: RemoteCourierOptions): RemoteCourier {
  const lanes = new Lanes(options);
  return {
    reopen: () => lanes.reopen(),
    stop: () => lanes.stop(),
    cut: () => lanes.cut(),
    courier: (entry, destinations) => {
      const remote = destinations.filter(isRemote);
      const route = routeFor(remote[0]!.address, options);
      switch (route.rule.kind) {
        case "discard":
          return Promise.resolve(remote.map(() => DISCARDED));
        case "hold":
          return wasReleased(entry, remote)
            ? lanes.send(entry, remote, { ...route, rule: { kind: "mx" } })
            : Promise.resolve(remote.map(() => HELD));
        default:
          return lanes.send(entry, remote, route);
      }
    },
  };
}

const DISCARDED: Outcome = {
  kind: "sent",
  reply: reply(250, "2.0.0", "Discarded, as the route of the domain says"),
};
const HELD: Outcome = {
  kind: "later",
  hold: true,
  reply: reply(451, "4.7.0", "Held, as the route of the domain says"),
};
const CUT: Outcome = {
  kind: "later",
  cut: true,
  reply: reply(451, "4.3.2", "This server is stopping"),
};

/** What was held once and is here again was let go by the operator. */
function wasReleased(
  entry: SpoolEntry,
  destinations: readonly Remote[],
): boolean {
  return destinations.every((one) =>
    (entry.progress(destinationKey(one))?.attempts ?? 0) > 0
  );
}

function isRemote(destination: Destination): destination is Remote {
  return destination.kind === "remote";
}

function routeFor(address: string, options: RemoteCourierOptions): Route {
  const { domain } = parseMailbox(address) ?? lastResort(address);
  return routeOf(domain, options.outgoing().routes);
}

/** Addresses in the spool have been parsed before; one that does not parse now has no host. */
function lastResort(address: string): Address {
  const at = address.lastIndexOf("@");
  return { localPart: address.slice(0, at), domain: address.slice(at + 1) };
}

/** Lanes that are kept though nothing happens in them: more are cleared away. */
const SPARE_LANES = 1000;

class Lanes {
  readonly #options: RemoteCourierOptions;
  readonly #lanes = new Map<string, Lane>();
  #connections = 0;
  readonly #waiting: (() => void)[] = [];
  readonly #allGone: (() => void)[] = [];
  /** For each message that waits for a peer's word, how it is told that there will be none. */
  readonly #underWay = new Set<() => void>();
  #isCut = false;

  constructor(options: RemoteCourierOptions) {
    this.#options = options;
  }

  /** Outcomes in the order of `destinations`. */
  async send(
    entry: SpoolEntry,
    destinations: readonly Remote[],
    route: Route,
  ): Promise<readonly Outcome[]> {
    const { envelope } = entry;
    const outcomes = await this.#send(entry, destinations, route);
    if (envelope.from !== "" || !envelope.requireTls) return outcomes;
    if (!outcomes.some(isForTls)) return outcomes;
    // RFC 8689 §5: a bounce is not lost for want of REQUIRETLS.
    const { requireTls: _, ...free } = envelope;
    const freed = withEnvelope(entry, free);
    return await Promise.all(outcomes.map(async (outcome, i) => {
      if (!isForTls(outcome)) return outcome;
      const [again] = await this.#send(freed, [destinations[i]!], route);
      return again!;
    }));
  }

  /** One transmission for all that go under one sender. */
  async #send(
    entry: SpoolEntry,
    destinations: readonly Remote[],
    route: Route,
  ): Promise<readonly Outcome[]> {
    const { envelope } = entry;
    const lane = this.#lane(route, wishOf(envelope));
    const goals = destinations.map((one) => this.#goal(one, envelope));
    const groups = Map.groupBy(goals, ({ sender }) => sender);
    const outcomes = new Map<Goal, Outcome>();
    await Promise.all(
      Array.from(groups, async ([sender, group]) => {
        const told = await this.#transmit(lane, entry, sender, group);
        group.forEach((goal, i) => outcomes.set(goal, told[i]!));
      }),
    );
    return goals.map((goal) => outcomes.get(goal)!);
  }

  #goal(destination: Remote, envelope: Envelope): Goal {
    const recipient = recipientOf(destination, envelope);
    const sender = this.#options.senderFor(envelope, recipient);
    const { orcpt } = recipient;
    const notify = notifyOf(recipient);
    const { address } = destination;
    return { sender, recipient: { address, ...defined({ notify, orcpt }) } };
  }

  #transmit(
    lane: Lane,
    entry: SpoolEntry,
    sender: string,
    group: readonly Goal[],
  ): Promise<readonly Outcome[]> {
    const { spool, now } = this.#options;
    const recipients = group.map(({ recipient }) => recipient);
    if (this.#isCut) return Promise.resolve(group.map(() => CUT));
    return new Promise((resolve) => {
      const tell = (outcomes: readonly Outcome[]) => {
        this.#underWay.delete(cut);
        resolve(outcomes);
      };
      const cut = () => tell(group.map(() => CUT));
      this.#underWay.add(cut);
      lane.send({
        untried: 0,
        transmission: transmissionOf(entry, sender, recipients, spool),
        done: (results, peer) =>
          tell(results.map((result) => outcomeOf(result, peer))),
        unreached: (reached, until) => {
          const outcome = unreachedOutcome(reached, until - now());
          tell(group.map(() => outcome));
        },
      });
    });
  }

  reopen(): void {
    for (const lane of this.#lanes.values()) lane.reopen();
  }

  stop(): Promise<void> {
    for (const lane of this.#lanes.values()) lane.stop();
    if (this.#connections === 0) return Promise.resolve();
    return new Promise((resolve) => this.#allGone.push(resolve));
  }

  cut(): void {
    this.#isCut = true;
    for (const cut of this.#underWay) cut();
  }

  #lane(route: Route, wish: TlsWish): Lane {
    // A connection that was made for one wish is no good for another.
    const key = `${wish} ${route.lane}`;
    const known = this.#lanes.get(key);
    if (known) return known;
    if (this.#lanes.size > SPARE_LANES) this.#clear();
    const options = this.#options;
    const lane = new Lane({
      now: options.now,
      reach: (next) => reach(route, wish, next, options),
      most: () => options.outgoing().connectionsPerLane,
      messagesPerConnection: () => options.outgoing().messagesPerConnection,
      place: () => this.#place(),
    });
    this.#lanes.set(key, lane);
    return lane;
  }

  #clear(): void {
    for (const [key, lane] of this.#lanes) {
      if (lane.isIdle) this.#lanes.delete(key);
    }
  }

  async #place(): Promise<() => void> {
    while (this.#connections >= this.#options.outgoing().connections) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#connections++;
    return () => {
      this.#connections--;
      this.#waiting.shift()?.();
      if (this.#connections > 0) return;
      for (const gone of this.#allGone.splice(0)) gone();
    };
  }
}

/**
 * What the peer is told of the sender's wishes for reports. RFC 3461 §5.2.7.3 (c): that an
 * alias leads to several is reported as "expanded"; no success is reported behind it.
 */
function notifyOf(
  recipient: EnvelopeRecipient,
): EnvelopeRecipient["notify"] {
  const { notify } = recipient;
  if (!notify?.includes("SUCCESS") || !isExpanded(recipient)) return notify;
  const left = notify.filter((word) => word !== "SUCCESS");
  // §4.1: without any word, failures would be reported.
  return left.length > 0 ? left : ["NEVER"];
}

function wishOf({ requireTls }: Envelope): TlsWish {
  if (requireTls === undefined) return "none";
  return requireTls ? "demanded" : "waived";
}

/** Failed because the peer, or the way to it, has not what REQUIRETLS asks for. */
function isForTls({ kind, reply }: Outcome): boolean {
  return kind === "failed" &&
    (reply.enhanced === "5.7.10" || reply.enhanced === "5.7.30");
}

/** The same message under another envelope. */
function withEnvelope(entry: SpoolEntry, envelope: Envelope): SpoolEntry {
  const { id, size, notBefore, priority, pending } = entry;
  const progress = (key: string) => entry.progress(key);
  return { id, size, notBefore, priority, pending, envelope, progress };
}

function unreachedOutcome(
  { kind, reply, peer }: Unreached,
  wait: number,
): Outcome {
  return {
    kind,
    reply,
    ...(peer === undefined ? {} : { peer }),
    ...(wait > 0 ? { retryAfter: wait } : {}),
  };
}

function transmissionOf(
  { envelope, id, size }: SpoolEntry,
  from: string,
  recipients: readonly TransmissionRecipient[],
  spool: Spool,
): Errand["transmission"] {
  const { body, smtputf8, ret, envid } = envelope;
  const { requireTls, deliverBy, priority } = envelope;
  return {
    ...{ from, recipients, body, smtputf8, size },
    ...defined({ ret, envid, requireTls, deliverBy, priority }),
    open: () => spool.read(id),
  };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the keys that have no value. */
function defined<T extends Record<string, unknown>>(fields: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Defined<T>;
}

/** The recipient that leads to `destination`. */
function recipientOf(
  destination: Remote,
  { recipients }: Envelope,
): EnvelopeRecipient {
  const key = destinationKey(destination);
  const asked = recipients.find(({ destinations }) =>
    destinations.some((one) => destinationKey(one) === key)
  );
  // Our own mistake must not keep the message here.
  return asked ?? { address: destination.address, destinations: [destination] };
}

function outcomeOf(result: ClientResult, { name, tls }: Peer): Outcome {
  const { kind, reply, dsn } = result;
  return {
    kind,
    reply: inPeersWords(reply),
    peer: name,
    ...(tls === undefined ? {} : { tls }),
    ...(kind === "sent" ? dsn ? { reports: true } : { relayed: true } : {}),
  };
}

function inPeersWords(value: Reply): Reply {
  return value.lines.length > 0 ? value : { ...value, lines: [""] };
}

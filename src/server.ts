/**
 * The composition root: has the ports built (`ports.ts`), hands them to the listeners,
 * and sees everything.
 *
 * @module
 */

import type {
  Configuration,
  ListenerConfiguration,
  ListenerName,
} from "./config/values/mod.ts";
import { hasImplicitTls } from "./config/values/mod.ts";
import type { DeliveryPlan } from "./delivery.ts";
import { filesDisk } from "./disk/mod.ts";
import { lockData } from "./lock_data.ts";
import type { Log } from "./log.ts";
import {
  type CertificatePem,
  Certificates,
  type ListenerOptions,
  type Listening,
  Net,
} from "./net/mod.ts";
import { closePorts, openPorts, type Ports } from "./ports.ts";
import {
  accountsSettingOf,
  type Ground,
  imapSettingOf,
  pop3SettingOf,
  smtpSettingOf,
} from "./settings.ts";
import { smtpSession } from "./smtp/mod.ts";
import { type Link, type Session, type Wire, work } from "./wire/mod.ts";

/** What a server is started with, and reloaded with. */
export interface ServerPlan extends DeliveryPlan {
  /** In the order of the configuration: the first one serves clients that ask for no name. */
  readonly certificates: readonly CertificatePem[];
}

/** A port in use. */
export interface ServedPort {
  readonly kind: ListenerName;
  readonly hostname: string;
  readonly port: number;
}

/** A server that accepts connections. */
export interface Server {
  readonly ports: readonly ServedPort[];
  /**
   * Takes another plan for all that begins from now on; connections stay.
   *
   * @throws {Error} When it cannot be taken; the old one stays in force.
   */
  readonly reload: (plan: ServerPlan) => Promise<void>;
  /** Stops accepting, lets commands in progress end, closes everything. */
  readonly stop: () => Promise<void>;
}

/** Milliseconds that commands and transactions in progress have when the server stops. */
const GRACE = 8000;

/**
 * Starts a server that keeps its mail in `data`.
 *
 * @throws {Error} When the folder cannot be used or a port cannot be had; nothing is left open.
 */
export async function startServer(
  plan: ServerPlan,
  data: string,
  log: Log,
): Promise<Server> {
  await filesDisk().makeDir(data);
  const unlock = await lockData(data);
  let live: LiveServer;
  try {
    const ports = await openPorts(plan, data, log);
    live = await LiveServer.start(plan, ports);
  } catch (error) {
    unlock();
    throw error;
  }
  return {
    get ports() {
      return live.ports;
    },
    reload: (next) => live.reload(next),
    stop: () => live.stop().finally(unlock),
  };
}

/** A port in use. What is said on it, and after which greeting of a proxy, may change. */
interface Entry {
  readonly options: {
    -readonly [K in keyof ListenerOptions]: ListenerOptions[K];
  };
  readonly listening: Listening;
}

class LiveServer {
  readonly #ports: Ports;
  readonly #net: Net;
  /** Looked at by `#net` with every connection. */
  readonly #netOptions: {
    certificates: Certificates | undefined;
    readonly limits: { total: number; perPeer: number };
    readonly log: Log;
    readonly newId: () => string;
  };
  /** By what cannot change of them; see {@linkcode placesOf}. */
  readonly #listening = new Map<string, Entry>();
  /** What sessions that begin now are told. */
  #sessions: Sessions;

  /** Listens and delivers; when a port cannot be had, closes all that `ports` opened. */
  static async start(plan: ServerPlan, ports: Ports): Promise<LiveServer> {
    const live = new LiveServer(plan, ports);
    try {
      live.#openNew(placesOf(plan.configuration.Listeners));
      return live;
    } catch (error) {
      await live.stop();
      throw error;
    }
  }

  private constructor(plan: ServerPlan, ports: Ports) {
    this.#ports = ports;
    this.#sessions = sessionsOf(plan.configuration, ports);
    this.#netOptions = {
      certificates: certificatesOf(plan),
      limits: limitsOf(plan.configuration),
      log: ports.log,
      newId: connectionIds(),
    };
    this.#net = new Net(this.#netOptions);
    ports.delivery.start();
  }

  get ports(): readonly ServedPort[] {
    return [...this.#listening.values()].map(({ options, listening }) => ({
      kind: options.name as ListenerName,
      hostname: listening.address.hostname,
      port: listening.address.port,
    }));
  }

  async reload(plan: ServerPlan): Promise<void> {
    const { configuration } = plan;
    const sessions = sessionsOf(configuration, this.#ports);
    const certificates = certificatesOf(plan);
    const places = placesOf(configuration.Listeners);
    const added = this.#openNew(places);
    try {
      this.#ports.accounts.reconfigure(accountsSettingOf(configuration));
    } catch (error) {
      this.#close(added);
      throw error;
    }
    // Below this line nothing fails: the new configuration is in force as a whole.
    this.#ports.delivery.reconfigure(plan);
    this.#ports.indexer.isOn = configuration.IMAP.enable_text_index;
    this.#sessions = sessions;
    // Sessions that were offered TLS may still take it when there is no certificate any more.
    if (certificates) this.#netOptions.certificates = certificates;
    Object.assign(this.#netOptions.limits, limitsOf(configuration));
    for (const [place, { options }] of this.#listening) {
      const listener = places.get(place);
      if (listener) Object.assign(options, this.#spoken(listener));
    }
    this.#close(
      [...this.#listening.keys()].filter((place) => !places.has(place)),
    );
    await this.#ports.lookAtLegacy();
  }

  async stop(): Promise<void> {
    // Side by side: peers of both kinds may hang.
    await Promise.all([
      this.#net.stop(GRACE),
      this.#ports.delivery.stopOutgoing(GRACE),
    ]);
    await closePorts(this.#ports);
  }

  /** Opens what is not open yet, all or nothing; tells which it was. */
  #openNew(places: Places): string[] {
    const added: string[] = [];
    try {
      for (const [place, listener] of places) {
        if (this.#listening.has(place)) continue;
        const { hostname, port } = listener;
        const options = { hostname, port, ...this.#spoken(listener) };
        const listening = this.#net.listen(options);
        this.#listening.set(place, { options, listening });
        added.push(place);
      }
      return added;
    } catch (error) {
      this.#close(added);
      throw error;
    }
  }

  #close(places: readonly string[]): void {
    for (const place of places) {
      this.#listening.get(place)?.listening.close();
      this.#listening.delete(place);
    }
  }

  /** What may change of a port that stays open. */
  #spoken(
    { kind, proxies }: ListenerConfiguration,
  ): Omit<ListenerOptions, "hostname" | "port"> {
    return {
      name: kind,
      implicitTls: hasImplicitTls(kind),
      proxiesFrom: proxies,
      session: (wire, link) => this.#sessions[kind](wire, link),
      refusal: refusalOf(kind),
    };
  }
}

/** What a client is told that cannot be served, in its protocol's words. */
function refusalOf(kind: ListenerName): string {
  if (kind === "imap" || kind === "imaps") {
    return "* BYE [UNAVAILABLE] Too many connections, try again later";
  }
  return kind === "pop3" || kind === "pop3s"
    ? "-ERR [SYS/TEMP] too many connections, try again later"
    : "421 4.7.0 Too many connections, try again later";
}

/** Where to listen and for what, by what makes a place the same one over reloads. */
type Places = ReadonlyMap<
  string,
  ListenerConfiguration & { readonly hostname: string }
>;

function placesOf(listeners: readonly ListenerConfiguration[]): Places {
  const places = new Map<
    string,
    ListenerConfiguration & { hostname: string }
  >();
  for (const listener of listeners) {
    for (const hostname of listener.addresses) {
      const { kind, port } = listener;
      // Free ports have no number yet: they are told apart by what they are for.
      let place = port === 0 ? `${hostname} ${kind}` : `${hostname} ${port}`;
      while (places.has(place)) place += "'";
      places.set(place, { ...listener, hostname });
    }
  }
  return places;
}

type Sessions = Record<ListenerName, (wire: Wire, link: Link) => Session<void>>;

function sessionsOf(configuration: Configuration, ground: Ground): Sessions {
  const smtp = (kind: ListenerName) => {
    const setting = smtpSettingOf(kind, configuration, ground)!;
    return (wire: Wire, link: Link) => smtpSession(wire, link, setting);
  };
  const pop3Setting = pop3SettingOf(configuration, ground);
  const pop3 = (wire: Wire, link: Link) =>
    whenLoaded(
      () => import("./pop3/mod.ts"),
      ({ pop3Session }) => pop3Session(wire, link, pop3Setting),
    );
  const imapSetting = imapSettingOf(configuration, ground);
  const imap = (wire: Wire, link: Link) =>
    whenLoaded(
      () => import("./imap/mod.ts"),
      ({ imapSession }) => imapSession(wire, link, imapSetting),
    );
  return {
    smtp: smtp("smtp"),
    submission: smtp("submission"),
    submissions: smtp("submissions"),
    lmtp: smtp("lmtp"),
    pop3,
    pop3s: pop3,
    imap,
    imaps: imap,
  };
}

/** A session whose code is loaded with its first client: a server at rest has less in memory. */
function* whenLoaded<T>(
  load: () => Promise<T>,
  begin: (loaded: T) => Session<void>,
): Session<void> {
  yield* begin(yield* work(load));
}

function certificatesOf(plan: ServerPlan): Certificates | undefined {
  return plan.certificates.length === 0
    ? undefined
    : new Certificates(plan.certificates, minVersionOf(plan));
}

function minVersionOf({ configuration }: ServerPlan): "TLSv1.2" | "TLSv1.3" {
  return `TLSv${configuration.TLS.min_version}`;
}

function limitsOf(
  { Limits }: Configuration,
): { total: number; perPeer: number } {
  return { total: Limits.connections, perPeer: Limits.connections_per_peer };
}

/** Short words that tell the connections of a server's life apart, and one life from another. */
function connectionIds(): () => string {
  const life = Math.floor(Date.now() / 1000).toString(36);
  let count = 0;
  return () => `${life}.${(++count).toString(36)}`;
}

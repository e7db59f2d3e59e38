/**
 * The composition root: builds the ports, hands them to the listeners, and is the only
 * file that sees everything.
 *
 * @module
 */

import { type ManagedAccounts, openFileAccounts } from "./accounts/mod.ts";
import type {
  Configuration,
  ListenerConfiguration,
  ListenerName,
} from "./config/mod.ts";
import { hasImplicitTls } from "./config/mod.ts";
import { Dispatcher, localCourier } from "./deliver/mod.ts";
import { filesDisk } from "./disk/mod.ts";
import type { Log } from "./log.ts";
import {
  type CertificatePem,
  Certificates,
  type Listening,
  Net,
} from "./net/mod.ts";
import { pop3Session } from "./pop3/mod.ts";
import { openFileSpool, type Spool } from "./queue/mod.ts";
import {
  accountsSettingOf,
  type Ground,
  pop3SettingOf,
  smtpSettingOf,
} from "./settings.ts";
import { smtpSession } from "./smtp/mod.ts";
import { maildirStore, sqliteIndex, type Store } from "./store/mod.ts";
import type { Link, Session, Wire } from "./wire/mod.ts";

/** What a server is started with, and reloaded with. */
export interface ServerPlan {
  readonly configuration: Configuration;
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
  readonly reload: (plan: ServerPlan) => void;
  /** Stops accepting, lets commands in progress end, closes everything. */
  readonly stop: () => Promise<void>;
}

/** Milliseconds that commands in progress have when the server stops. */
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
  const ports = await openPorts(plan.configuration, data, log);
  const live = new LiveServer(plan, ports);
  try {
    await live.listen(plan.configuration.Listeners);
  } catch (error) {
    await live.stop();
    throw error;
  }
  return {
    get ports() {
      return live.ports;
    },
    reload: (next) => live.reload(next),
    stop: () => live.stop(),
  };
}

/** The ports of the architecture, and how they end. */
interface Ports extends Ground {
  readonly accounts: ManagedAccounts;
  readonly store: Store;
  readonly spool: Spool;
}

async function openPorts(
  configuration: Configuration,
  data: string,
  log: Log,
): Promise<Ports> {
  const disk = filesDisk();
  await disk.makeDir(data);
  const now = () => Date.now();
  const accounts = openFileAccounts({
    folder: data,
    ...accountsSettingOf(configuration),
  });
  const spool = await openFileSpool({
    disk,
    path: `${data}/spool`,
    now,
    random: () => Math.random(),
    log,
  });
  const store = maildirStore({
    disk,
    root: `${data}/mail`,
    index: sqliteIndex(log),
    host: configuration.server_name,
    now,
    log,
    settled: (id, account) => spool.settled(id, `mailbox:${account}`),
  });
  return {
    accounts,
    spool,
    store,
    log,
    now,
    random: (octets) => crypto.getRandomValues(new Uint8Array(octets)),
    maildrops: new Set<string>(),
    lastLogins: new Map(),
    legacyInUse: await legacyWatch(accounts),
  };
}

/** Milliseconds after which another look is taken at who opted in to what. */
const LOOK_AGAIN = 1000;

/** Whether legacy mechanisms are worth offering; the command line may change it at any time. */
async function legacyWatch(accounts: ManagedAccounts): Promise<() => boolean> {
  let inUse = await accounts.offersLegacy();
  let looked = performance.now();
  return () => {
    if (performance.now() - looked > LOOK_AGAIN) {
      looked = performance.now();
      void accounts.offersLegacy().then((now) => inUse = now, () => {});
    }
    return inUse;
  };
}

class LiveServer {
  readonly #ports: Ports;
  readonly #net: Net;
  readonly #dispatcher: Dispatcher;
  readonly #certificates: Certificates | undefined;
  readonly #limits: { total: number; perPeer: number };
  /** Ports in use, by what the configuration says of them. */
  readonly #listening = new Map<
    string,
    { kind: ListenerName; listening: Listening }
  >();
  /** What sessions that begin now are told. */
  #sessions: Sessions;

  constructor(plan: ServerPlan, ports: Ports) {
    this.#ports = ports;
    this.#limits = limitsOf(plan.configuration);
    this.#certificates = certificatesOf(plan);
    this.#sessions = sessionsOf(plan.configuration, ports);
    this.#net = new Net({
      certificates: this.#certificates,
      limits: this.#limits,
      log: ports.log,
      newId: connectionIds(),
    });
    this.#dispatcher = new Dispatcher({
      spool: ports.spool,
      courier: localCourier(ports.spool, ports.store),
      log: ports.log,
    });
    this.#dispatcher.start();
  }

  get ports(): readonly ServedPort[] {
    return [...this.#listening.values()].map(({ kind, listening }) => ({
      kind,
      hostname: listening.address.hostname,
      port: listening.address.port,
    }));
  }

  /** Opens what is not open yet and closes what is not wanted any more. */
  listen(wanted: readonly ListenerConfiguration[]): void {
    const added: string[] = [];
    try {
      for (const listener of wanted) {
        for (const hostname of listener.addresses) {
          const key = keyOf(listener, hostname);
          if (this.#listening.has(key)) continue;
          this.#listening.set(key, {
            kind: listener.kind,
            listening: this.#open(listener, hostname),
          });
          added.push(key);
        }
      }
    } catch (error) {
      for (const key of added) this.#close(key);
      throw error;
    }
    const kept = new Set(
      wanted.flatMap((listener) =>
        listener.addresses.map((hostname) => keyOf(listener, hostname))
      ),
    );
    for (const key of [...this.#listening.keys()]) {
      if (!kept.has(key)) this.#close(key);
    }
  }

  reload(plan: ServerPlan): void {
    const sessions = sessionsOf(plan.configuration, this.#ports);
    if (plan.certificates.length > 0) {
      this.#certificates?.replace(plan.certificates, minVersionOf(plan));
    }
    this.listen(plan.configuration.Listeners);
    this.#sessions = sessions;
    Object.assign(this.#limits, limitsOf(plan.configuration));
    this.#ports.accounts.reconfigure(accountsSettingOf(plan.configuration));
  }

  async stop(): Promise<void> {
    await this.#net.stop(GRACE);
    await this.#dispatcher.stop();
    await this.#ports.spool.close();
    await this.#ports.store.close();
    this.#ports.accounts.close();
  }

  #open(listener: ListenerConfiguration, hostname: string): Listening {
    const { kind } = listener;
    return this.#net.listen({
      name: kind,
      hostname,
      port: listener.port,
      implicitTls: hasImplicitTls(kind),
      proxiesFrom: listener.proxies,
      session: (wire, link) => this.#sessions[kind](wire, link),
      refusal: kind === "pop3" || kind === "pop3s"
        ? "-ERR [SYS/TEMP] too many connections, try again later"
        : "421 4.7.0 Too many connections, try again later",
    });
  }

  #close(key: string): void {
    this.#listening.get(key)?.listening.close();
    this.#listening.delete(key);
  }
}

type Sessions = Record<ListenerName, (wire: Wire, link: Link) => Session<void>>;

function sessionsOf(configuration: Configuration, ground: Ground): Sessions {
  const smtp = (kind: ListenerName) => {
    const setting = smtpSettingOf(kind, configuration, ground)!;
    return (wire: Wire, link: Link) => smtpSession(wire, link, setting);
  };
  const pop3Setting = pop3SettingOf(configuration, ground);
  const pop3 = (wire: Wire, link: Link) => pop3Session(wire, link, pop3Setting);
  return {
    smtp: smtp("smtp"),
    submission: smtp("submission"),
    submissions: smtp("submissions"),
    lmtp: smtp("lmtp"),
    pop3,
    pop3s: pop3,
  };
}

function keyOf(listener: ListenerConfiguration, hostname: string): string {
  return JSON.stringify([
    listener.kind,
    hostname,
    listener.port,
    listener.proxies,
  ]);
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

/**
 * Mail for other servers, composed: resolver, routes, connections, and what is
 * remembered of domains.
 *
 * @module
 */

import type { Accounts } from "./accounts/mod.ts";
import type { Configuration } from "./config/values/mod.ts";
import { parseHostAndPort } from "./config/values/mod.ts";
import { forwardSender } from "./deliver/mod.ts";
import {
  type Converse,
  fetchPolicyWith,
  MtaSts,
  type RemoteCourier,
  remoteCourier,
  sqliteNotebook,
  TlsMemory,
} from "./deliver/remote/mod.ts";
import {
  type NameServer,
  networkResolver,
  parseResolvConf,
  type Resolver,
} from "./dns/mod.ts";
import type { Log } from "./log.ts";
import { outgoingOf } from "./outgoing.ts";
import { type Reply, reply } from "./mail/mod.ts";
import type { DeliveryPlan } from "./delivery.ts";
import { connectVerified, dial } from "./net/mod.ts";
import type { Spool } from "./queue/mod.ts";
import {
  type ClientReport,
  clientSession,
  defaultClientLimits,
} from "./smtp_client/mod.ts";

export interface OutboundOptions {
  readonly plan: DeliveryPlan;
  /** The data folder. */
  readonly data: string;
  readonly spool: Spool;
  readonly accounts: Pick<Accounts, "isLocal">;
  readonly srsHash: (text: string) => Uint8Array;
  readonly log: Log;
  readonly now: () => number;
  readonly random: (octets: number) => Uint8Array;
  /** From then on no peer is waited for, nor anybody who is asked about one. */
  readonly cut: AbortSignal;
}

export interface Outbound extends RemoteCourier {
  readonly resolver: Resolver;
  /** Takes another plan for all that begins from now on. */
  reconfigure(plan: DeliveryPlan): void;
  /** Resolves when all is closed, connections first: they still note what they have seen. */
  close(): Promise<void>;
}

const HTTPS = 443;
const RESOLV_CONF = "/etc/resolv.conf";
const DAY = 24 * 3600 * 1000;

/**
 * Opens what delivery to other servers stands on.
 *
 * @throws {Error} When the notebook cannot be opened.
 */
export async function openOutbound(
  options: OutboundOptions,
): Promise<Outbound> {
  const { data, spool, accounts, srsHash, log, now, cut } = options;
  let { configuration, authorities } = options.plan;
  let outgoing = outgoingOf(configuration);
  const notebook = sqliteNotebook(`${data}/outbound.db`);
  const resolver = await openResolver(configuration, log);
  const memory = new TlsMemory({
    notebook,
    now,
    span: () => outgoing.rememberTls,
  });
  const fetch = fetchPolicyWith({
    resolver,
    connect: (address, host) =>
      connectVerified(
        { address, port: HTTPS, signal: cut },
        host,
        { authorities, now: now() },
      ),
  });
  const sts = new MtaSts({ resolver, fetch, notebook, now, log });
  const tidy = setInterval(() => notebook.tidy(now()), DAY);
  Deno.unrefTimer(tidy);
  const courier = remoteCourier({
    spool,
    resolver,
    converse: converseAs(options, () => ({
      helloName: configuration.server_name,
      authorities,
      signal: cut,
    })),
    sts: () => configuration.Outbound.mta_sts ? sts : undefined,
    memory,
    now,
    random: () => Math.random(),
    senderFor: (envelope, recipient) =>
      configuration.rewrite_senders
        ? forwardSender(envelope, recipient, {
          hash: srsHash,
          now: now(),
          isLocal: (domain) => accounts.isLocal(domain),
          domain: configuration.rewrite_domain,
        })
        : envelope.from,
    log,
    outgoing: () => outgoing,
  });
  cut.addEventListener("abort", () => {
    courier.cut();
    resolver.close();
  });
  return {
    ...courier,
    resolver,
    reconfigure(next) {
      ({ configuration, authorities } = next);
      outgoing = outgoingOf(configuration);
    },
    async close() {
      clearInterval(tidy);
      await courier.stop();
      resolver.close();
      notebook.close();
    },
  };
}

async function openResolver(
  { DNS }: Configuration,
  log: Log,
): Promise<Resolver> {
  const servers = DNS.servers.length > 0
    ? DNS.servers.map((text) => parseHostAndPort(text, 53)!)
    : await systemServers(log);
  return networkResolver({ servers, validates: DNS.validates });
}

async function systemServers(log: Log): Promise<readonly NameServer[]> {
  try {
    return parseResolvConf(await Deno.readTextFile(RESOLV_CONF));
  } catch (error) {
    log("resolv_conf_unreadable", { level: "warn", error: String(error) });
    return parseResolvConf("");
  }
}

/** Runs a client session over a connection of `net/`. */
function converseAs(
  { now, random }: OutboundOptions,
  setting: () => {
    readonly helloName: string;
    readonly authorities: readonly string[];
    readonly signal: AbortSignal;
  },
): Converse {
  return async ({ next, protocol, startTls, login, ...place }) => {
    const { helloName, ...more } = setting();
    let report: ClientReport | undefined;
    const { unreached, ...seen } = await dial(
      { ...place, ...more },
      function* (wire, link) {
        report = yield* clientSession(wire, link, {
          protocol,
          helloName,
          startTls,
          ...(login === undefined ? {} : { login }),
          next: () => next(link.tls),
          now,
          random,
          limits: defaultClientLimits,
        });
      },
    );
    // What broke off then tells nothing of the peer, nor of its TLS.
    const why = more.signal.aborted ? "this server is stopping" : unreached;
    return why === undefined
      ? { ...seen, ...(report === undefined ? {} : { report }) }
      : { unreached: notReached(place, why) };
  };
}

/** RFC 3463 X.4.1: no answer from host. */
function notReached(
  { address, port }: { readonly address: string; readonly port: number },
  why: string,
): Reply {
  const text = `Cannot connect to ${address}, port ${port}: ${why}`;
  return reply(451, "4.4.1", text);
}

/**
 * From the configuration to what delivery to other servers is told.
 *
 * @module
 */

import type { Configuration } from "./config/values/mod.ts";
import type { Outgoing, RouteRule, RouteTable } from "./deliver/mod.ts";

const DAY = 24 * 3600 * 1000;

/** What the configuration says of mail that goes out, in the words of `deliver/`. */
export function outgoingOf(configuration: Configuration): Outgoing {
  const { Outbound, server_name } = configuration;
  return {
    routes: routesOf(configuration),
    tls: Outbound.tls,
    dane: Outbound.dane,
    port: Outbound.port,
    families: FAMILIES[Outbound.addresses],
    sourceAddresses: Outbound.source_addresses,
    ownNames: [server_name],
    connections: Outbound.connections,
    connectionsPerLane: Outbound.connections_per_destination,
    messagesPerConnection: Outbound.messages_per_connection,
    rememberTls: Outbound.remember_tls_days * DAY,
  };
}

const FAMILIES = { any: [6, 4], ipv4: [4], ipv6: [6] } as const;

function routesOf({ Outbound }: Configuration): RouteTable {
  return Object.fromEntries(
    Object.entries(Outbound.Routes).map(([domain, keys]) => [
      domain,
      ruleOf(keys, Outbound),
    ]),
  );
}

type RouteKeys = Configuration["Outbound"]["Routes"][string];

function ruleOf(
  keys: RouteKeys,
  { tls }: Configuration["Outbound"],
): RouteRule {
  if (typeof keys === "string") return { kind: keys };
  const { host, protocol, implicit_tls, user, password, relay } = keys;
  if (host === undefined) {
    return { kind: "mx", ...(keys.tls === undefined ? {} : { tls: keys.tls }) };
  }
  return {
    kind: "host",
    host,
    port: keys.port ?? usualPort(keys),
    protocol,
    implicitTls: implicit_tls,
    tls: keys.tls ?? tls,
    relay,
    ...(user === undefined ? {} : {
      login: { user, password: password ?? "" },
    }),
    ...(keys.source_addresses === undefined
      ? {}
      : { sourceAddresses: keys.source_addresses }),
  };
}

function usualPort(
  { protocol, implicit_tls, user }: Exclude<RouteKeys, string>,
): number {
  if (protocol === "lmtp") return 24;
  if (implicit_tls) return 465;
  return user === undefined ? 25 : 587;
}

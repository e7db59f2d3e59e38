/**
 * Routes: which way the mail of a domain takes.
 *
 * @module
 */

import type { ClientLogin, ClientProtocol } from "../../smtp_client/mod.ts";
import type { TlsRule } from "./protection.ts";

/** What stands in the configuration for a domain. */
export type RouteRule =
  /** Where DNS says (RFC 5321 §5.1). */
  | { readonly kind: "mx"; readonly tls?: TlsRule }
  | FixedHost
  /** Kept until it is released. */
  | { readonly kind: "hold" }
  | { readonly kind: "discard" };

/** A smarthost, or another store. */
export interface FixedHost {
  readonly kind: "host";
  /** A name or an IP address. */
  readonly host: string;
  readonly port: number;
  readonly protocol: ClientProtocol;
  readonly implicitTls: boolean;
  readonly tls: TlsRule;
  readonly login?: ClientLogin;
  readonly sourceAddresses?: readonly string[];
  /** Mail for the domain is taken from anybody. */
  readonly relay: boolean;
}

/** By domain: "example.org", ".example.org" for all below it, "*" for all others. */
export type RouteTable = Readonly<Record<string, RouteRule>>;

/** The way for one domain's mail; equal lanes share connections. */
export interface Route {
  readonly lane: string;
  /** In lower case, A-labels. */
  readonly domain: string;
  readonly rule: RouteRule;
}

/** The route for `domain`. */
export function routeOf(domain: string, table: RouteTable): Route {
  const rule = ruleFor(domain, table);
  const lane = rule.kind === "host"
    ? `${rule.protocol}:${rule.login?.user ?? ""}@${rule.host}:${rule.port}`
    : `${rule.kind}:${domain}`;
  return { lane, domain, rule };
}

function ruleFor(domain: string, table: RouteTable): RouteRule {
  const exact = own(table, domain);
  if (exact) return exact;
  for (
    let dot = domain.indexOf(".");
    dot >= 0;
    dot = domain.indexOf(".", dot + 1)
  ) {
    const above = own(table, domain.slice(dot));
    if (above) return above;
  }
  return own(table, "*") ?? { kind: "mx" };
}

function own(table: RouteTable, key: string): RouteRule | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

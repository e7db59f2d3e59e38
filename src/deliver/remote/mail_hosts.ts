/**
 * Which hosts take the mail of a domain (RFC 5321 §5.1, RFC 7505).
 *
 * @module
 */

import { type DnsError, type Mx, type Resolver } from "../../dns/mod.ts";
import { type Reply, reply } from "../../mail/mod.ts";

/** A host to try; in the order of the list. */
export interface MailHost {
  /** A host name, or an IP address where the domain is an address literal. */
  readonly name: string;
  /** The list that named it was proven by DNSSEC. */
  readonly secure: boolean;
}

/** Where to go, or why nowhere: for good (`failed`) or for now (`later`). */
export type MailHosts =
  | { readonly kind: "hosts"; readonly hosts: readonly MailHost[] }
  | { readonly kind: "failed" | "later"; readonly reply: Reply };

export interface HostQuery {
  readonly resolver: Resolver;
  /** As `Math.random`: hosts of one preference share the load. */
  readonly random: () => number;
  /** Whether a host name is this server's own. */
  readonly isOurs: (host: string) => boolean;
}

/** A domain with more hosts than this has the others for show. */
const MOST_HOSTS = 20;

/** The hosts for `domain`: lower case, A-labels, or an address literal with its brackets. */
export async function findMailHosts(
  domain: string,
  query: HostQuery,
): Promise<MailHosts> {
  const literal = literalAddress(domain);
  if (literal !== undefined) return hosts([{ name: literal, secure: false }]);
  try {
    const { records, secure } = await query.resolver.mx(domain);
    return choose(domain, records, secure, query);
  } catch (error) {
    return whyNot(domain, error as DnsError);
  }
}

function hosts(found: readonly MailHost[]): MailHosts {
  return { kind: "hosts", hosts: found };
}

function choose(
  domain: string,
  records: readonly Mx[],
  secure: boolean,
  query: HostQuery,
): MailHosts {
  // The implicit MX: the domain is its own host.
  if (records.length === 0) return hosts([{ name: domain, secure }]);
  const named = records.filter(({ exchange }) => exchange !== "");
  if (named.length === 0) return NULL_MX;
  const ours = Math.min(
    ...named.filter(({ exchange }) => query.isOurs(exchange))
      .map(({ preference }) => preference),
  );
  // Those that are no better than we are would send it back to us.
  const better = named.filter(({ preference }) => preference < ours);
  if (better.length === 0) return LOOP;
  const order = inOrder(better, query.random);
  return hosts(
    order.slice(0, MOST_HOSTS).map((name) => ({ name, secure })),
  );
}

/** Names by preference, each once; those of equal preference in an order of chance. */
function inOrder(records: readonly Mx[], random: () => number): string[] {
  const drawn = records.map((record) => ({ ...record, draw: random() }));
  drawn.sort((a, b) => a.preference - b.preference || a.draw - b.draw);
  return [...new Set(drawn.map(({ exchange }) => exchange))];
}

/** "[192.0.2.1]", "[ipv6:2001:db8::1]" without what is around the address. */
function literalAddress(domain: string): string | undefined {
  return /^\[(?:ipv6:)?([0-9a-f:.]+)\]$/i.exec(domain)?.[1];
}

const NULL_MX: MailHosts = {
  kind: "failed",
  // RFC 7505 §4.2.
  reply: reply(556, "5.1.10", "The domain does not accept mail"),
};

const LOOP: MailHosts = {
  kind: "failed",
  reply: reply(
    554,
    "5.4.6",
    "Mail for the domain would come back: it names this server, which does not keep its mail",
  ),
};

function whyNot(domain: string, { kind, message }: DnsError): MailHosts {
  if (kind === "missing") {
    const text = `There is no domain "${domain}"`;
    return { kind: "failed", reply: reply(550, "5.1.2", text) };
  }
  const text = `Cannot look up "${domain}" now: ${message}`;
  return { kind: "later", reply: reply(451, "4.4.3", text) };
}

/**
 * How a connection to a mail host is to be protected: pure, one table of decisions.
 *
 * From the strongest: what the message demands (REQUIRETLS, RFC 8689), what the
 * operator says of the domain, DANE (RFC 7672), MTA-STS (RFC 8461), what the domain
 * has shown before, and else whatever TLS can be had (RFC 7435).
 *
 * @module
 */

import { type Reply, reply } from "../../mail/mod.ts";
import type { ClientTlsPolicy } from "../../net/mod.ts";
import type { Tlsa } from "../../dns/mod.ts";
import type { TlsLevel } from "./notebook.ts";

/** What the operator says of a route: `auto` leaves it to what the domain publishes. */
export type TlsRule = "auto" | "verified" | "encrypted" | "any" | "never";

/** What made a connection's protection what it is; for logs, stories and reports. */
export type Why =
  | "requiretls"
  | "waived"
  | "rule"
  | "dane"
  | "sts"
  | "remembered"
  | "opportunistic";

export type Protection =
  | { readonly kind: "plain"; readonly why: Why }
  | {
    readonly kind: "tls";
    /** How the certificate of the peer is judged. */
    readonly judge: ClientTlsPolicy;
    /** False: without TLS, or with one that fails, the message goes in the clear. */
    readonly needed: boolean;
    readonly why: Why;
  }
  /** The host must not be used. */
  | { readonly kind: "unusable"; readonly reply: Reply; readonly why: Why };

/**
 * What the sender of a message wants: "demanded" by REQUIRETLS (RFC 8689 §2), "waived"
 * by "TLS-Required: No" (§3), which outranks what the domain publishes.
 */
export type TlsWish = "demanded" | "waived" | "none";

/** All that the decision stands on. */
export interface Facts {
  /** The name that is connected to. */
  readonly host: string;
  /** The host was found in a way that nobody could have changed. */
  readonly hostIsSecure: boolean;
  readonly rule: TlsRule;
  readonly wish: TlsWish;
  readonly dane: Dane;
  /** Whether an MTA-STS policy is in force, and names the host. */
  readonly sts: "none" | "testing" | "enforced" | "refused";
  /** The best that the domain has shown lately. */
  readonly remembered: TlsLevel | undefined;
}

/** What DNS says of a host's certificate. */
export type Dane =
  | { readonly kind: "none" }
  /** Names of the certificate: the TLSA base domain, and the domain of the mail (RFC 7672 §3.2.3). */
  | {
    readonly kind: "records";
    readonly records: readonly Tlsa[];
    readonly names: readonly string[];
  }
  /** There are records, proven, of which none can be used: TLS without a judgement (RFC 7672 §2.2). */
  | { readonly kind: "unusable" };

export function protectionFor(facts: Facts): Protection {
  const { rule, dane } = facts;
  if (facts.wish === "demanded") return demanded(facts);
  if (rule === "never") return { kind: "plain", why: "rule" };
  if (facts.wish === "waived") return encrypted(facts, false, "waived");
  if (rule === "any") return encrypted(facts, false, "rule");
  if (dane.kind === "records") return byDane(dane, "dane");
  if (rule === "verified") return verified(facts.host, "rule");
  if (facts.sts === "enforced") return verified(facts.host, "sts");
  if (facts.sts === "refused") return NOT_IN_POLICY;
  if (dane.kind === "unusable") return encrypted(facts, true, "dane");
  if (facts.remembered === "verified") {
    return verified(facts.host, "remembered");
  }
  if (rule === "encrypted") return encrypted(facts, true, "rule");
  if (facts.remembered === "encrypted") {
    return encrypted(facts, true, "remembered");
  }
  return encrypted(facts, false, "opportunistic");
}

/** RFC 8689 §4.2.1: a host that is proven, and a certificate that verifies. */
function demanded(facts: Facts): Protection {
  const { host, dane, sts } = facts;
  if (dane.kind === "records") return byDane(dane, "requiretls");
  const proven = facts.hostIsSecure || sts === "enforced" ||
    facts.rule === "verified";
  return proven && sts !== "refused"
    ? verified(host, "requiretls")
    : NOT_PROVEN;
}

function byDane(
  { records, names }: Extract<Dane, { kind: "records" }>,
  why: Why,
): Protection {
  const judge: ClientTlsPolicy = { kind: "dane", records, names };
  return { kind: "tls", judge, needed: true, why };
}

function verified(host: string, why: Why): Protection {
  const judge: ClientTlsPolicy = { kind: "pkix", names: [host] };
  return { kind: "tls", judge, needed: true, why };
}

function encrypted({ host }: Facts, needed: boolean, why: Why): Protection {
  const judge: ClientTlsPolicy = { kind: "any", serverName: host };
  return { kind: "tls", judge, needed, why };
}

const NOT_IN_POLICY: Protection = {
  kind: "unusable",
  why: "sts",
  // Temporary: the domain may be about to publish another policy.
  reply: reply(
    451,
    "4.7.5",
    "The MTA-STS policy of the domain does not name this host (RFC 8461)",
  ),
};

const NOT_PROVEN: Protection = {
  kind: "unusable",
  why: "requiretls",
  reply: reply(
    550,
    "5.7.30",
    "The message requires TLS, and nothing proves that this host is the domain's (RFC 8689)",
  ),
};

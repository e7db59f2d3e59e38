/**
 * Reaching a route's peer: hosts in their order, addresses in theirs, until one of
 * them has taken messages (RFC 5321 §5.1), each protected as it has to be.
 *
 * @module
 */

import { DnsError, type Resolver } from "../../dns/mod.ts";
import { type Reply, reply } from "../../mail/mod.ts";
import type { Transmission } from "../../smtp_client/mod.ts";
import type { LinkTls } from "../../wire/mod.ts";
import type { Call, CallResult, Converse } from "./call.ts";
import { daneOf, DaneUnknown } from "./dane.ts";
import { findMailHosts, type MailHost, type MailHosts } from "./mail_hosts.ts";
import { type MtaSts, namesHost } from "./mta_sts.ts";
import {
  type Dane,
  type Protection,
  protectionFor,
  type TlsWish,
  type Why,
} from "./protection.ts";
import type { Outgoing } from "./outgoing.ts";
import type { FixedHost, Route } from "./route.ts";
import { noteTls, type TlsMemory } from "./tls_memory.ts";

/** What came of trying a route's peers. */
export type Reached =
  /** One of them was greeted and asked for messages. */
  | { readonly kind: "served" }
  /** None; `failed` is for good. */
  | {
    readonly kind: "failed" | "later";
    readonly reply: Reply;
    readonly peer?: string;
  };

/** Who is spoken to, and how; for outcomes, logs and stories. */
export interface Peer {
  /** "mx.example.org[192.0.2.1]:25". */
  readonly name: string;
  /** "TLSv1.3 TLS_AES_256_GCM_SHA384 (verified by dane; dane)"; absent in the clear. */
  readonly tls?: string;
}

export interface ReachOptions {
  readonly resolver: Resolver;
  readonly converse: Converse;
  /** Nothing where MTA-STS is switched off. */
  readonly sts: () => MtaSts | undefined;
  readonly memory: TlsMemory;
  readonly random: () => number;
  readonly log: (event: string, fields: Record<string, unknown>) => void;
  /** Looked at with every connection. */
  readonly outgoing: () => Outgoing;
}

/** A messages' source: asked by a connection that is ready. */
export type NextFor = (peer: Peer) => Promise<Transmission | undefined>;

/** Addresses of one host that are tried. */
const MOST_ADDRESSES = 6;

/** Tries the peers of `route` for messages of `next`. Never rejects. */
export async function reach(
  route: Route,
  wish: TlsWish,
  next: NextFor,
  options: ReachOptions,
): Promise<Reached> {
  const found = await hostsOf(route, options);
  if (found.kind !== "hosts") return found;
  let last: Reached = NO_HOST;
  for (const host of found.hosts) {
    const attempt = { route, wish, host, next, options };
    const reached = await tryHost(attempt);
    if (reached.kind === "served") return reached;
    // One that may be reached later outweighs those that refuse for good.
    if (last === NO_HOST || last.kind === "failed") last = reached;
  }
  return last;
}

const NO_HOST: Reached = {
  kind: "failed",
  reply: reply(550, "5.1.2", "The domain has no host that takes mail"),
};

interface Attempt {
  readonly route: Route;
  readonly wish: TlsWish;
  readonly host: MailHost;
  readonly next: NextFor;
  readonly options: ReachOptions;
}

async function hostsOf(
  { rule, domain }: Route,
  { resolver, random, outgoing }: ReachOptions,
): Promise<MailHosts> {
  if (rule.kind === "host") {
    // The configuration names it: nobody else had a say in that.
    return { kind: "hosts", hosts: [{ name: rule.host, secure: true }] };
  }
  const isOurs = (host: string) => outgoing().ownNames.includes(host);
  return await findMailHosts(domain, { resolver, random, isOurs });
}

async function tryHost(attempt: Attempt): Promise<Reached> {
  const { host, options } = attempt;
  try {
    const place = await addressesOf(host, options);
    const protection = await protect(attempt, place);
    if (protection.kind === "unusable") {
      const { reply } = protection;
      return { kind: reply.code >= 500 ? "failed" : "later", reply };
    }
    return await tryAddresses(attempt, place.addresses, protection);
  } catch (error) {
    if (error instanceof DnsError || error instanceof DaneUnknown) {
      return unknown(host.name, error);
    }
    options.log("reach_failed", { level: "error", host: host.name, error });
    return later(reply(451, "4.3.0", "Internal error; it is in the log"));
  }
}

function unknown(host: string, error: DnsError | DaneUnknown): Reached {
  const text = `Cannot look up host "${host}": ${error.message}`;
  return error instanceof DnsError && error.kind === "missing"
    ? { kind: "failed", reply: reply(550, "5.1.2", text) }
    : later(reply(451, "4.4.3", text));
}

function later(value: Reply, peer?: string): Reached {
  return {
    kind: "later",
    reply: value,
    ...(peer === undefined ? {} : { peer }),
  };
}

interface Place {
  readonly addresses: readonly string[];
  /** Host and addresses are proven by DNSSEC. */
  readonly secure: boolean;
  readonly canonical: string;
}

const IP = /^[\d.]+$|:/;

async function addressesOf(
  { name, secure }: MailHost,
  { resolver, outgoing }: ReachOptions,
): Promise<Place> {
  if (IP.test(name)) {
    return { addresses: [name], secure: false, canonical: name };
  }
  const { families } = outgoing();
  const lookups = families.map((family) =>
    family === 4 ? resolver.a(name) : resolver.aaaa(name)
  );
  const settled = await Promise.allSettled(lookups);
  const answers = settled.filter((one) => one.status === "fulfilled")
    .map(({ value }) => value).filter(({ records }) => records.length > 0);
  const first = answers[0];
  if (first === undefined) {
    const failure = settled.find((one) => one.status === "rejected");
    throw failure?.reason ?? new DnsError("missing", name, "it has no address");
  }
  return {
    addresses: inTurns(answers.map(({ records }) => records))
      .slice(0, MOST_ADDRESSES),
    secure: secure && answers.every((answer) => answer.secure),
    canonical: first.canonical,
  };
}

/** One of each family after the other: one that leads nowhere must not use up all tries. */
function inTurns(families: readonly (readonly string[])[]): string[] {
  const longest = Math.max(...families.map(({ length }) => length));
  return Array.from(
    { length: longest },
    (_, i) =>
      families.map((family) => family[i]).filter((one) => one !== undefined),
  )
    .flat();
}

/** Collects what the decision of `protection.ts` stands on. */
async function protect(
  { route, wish, host, options }: Attempt,
  { secure, canonical }: Place,
): Promise<Protection> {
  const { domain, rule } = route;
  const outgoing = options.outgoing();
  const fixed = rule.kind === "host" ? rule : undefined;
  const port = fixed?.port ?? outgoing.port;
  const proven = { host: host.name, canonical, port, domain };
  const dane: Dane = outgoing.dane && secure
    ? await daneOf(proven, options.resolver)
    : { kind: "none" };
  return protectionFor({
    host: host.name,
    hostIsSecure: fixed ? true : secure,
    rule: ("tls" in rule ? rule.tls : undefined) ?? outgoing.tls,
    wish,
    dane,
    sts: fixed ? "none" : await stsOf(domain, host.name, options),
    remembered: fixed ? undefined : options.memory.level(domain),
  });
}

async function stsOf(
  domain: string,
  host: string,
  { sts }: ReachOptions,
): Promise<"none" | "testing" | "enforced" | "refused"> {
  const policy = await sts()?.policyFor(domain);
  if (policy === undefined || policy.mode === "none") return "none";
  if (policy.mode === "testing") return "testing";
  return namesHost(policy, host) ? "enforced" : "refused";
}

async function tryAddresses(
  attempt: Attempt,
  addresses: readonly string[],
  protection: Exclude<Protection, { kind: "unusable" }>,
): Promise<Reached> {
  let last: Reached = NO_HOST;
  for (const address of addresses) {
    last = await converse(attempt, address, protection);
    if (last.kind === "served") return last;
    // A peer whose TLS is broken, and of whom nobody demands any, gets it in the clear.
    const mayFall = protection.kind === "tls" && !protection.needed;
    if (!mayFall || !tlsFailed.has(last)) continue;
    const plain = { kind: "plain", why: protection.why } as const;
    last = await converse(attempt, address, plain);
    if (last.kind === "served") return last;
  }
  return last;
}

/** Attempts that came to their end in a TLS handshake. */
const tlsFailed = new WeakSet<Reached>();

async function converse(
  attempt: Attempt,
  address: string,
  protection: Exclude<Protection, { kind: "unusable" }>,
): Promise<Reached> {
  const { route, host, next, options } = attempt;
  const call = callOf(attempt, address, protection);
  const name = `${host.name}[${address}]:${call.port}`;
  let served = false;
  const result = await options.converse({
    ...call,
    next: (tls) => {
      served = true;
      if (tls === undefined) return next({ name });
      return next({ name, tls: tlsText(tls, protection.why) });
    },
  });
  const about = { route, host: host.name, protection, result };
  noteTls(about, options.memory);
  logTls(about, name, options);
  if (served) return { kind: "served" };
  const reason = whyNot(result);
  if (attempt.wish === "demanded" && isForTls(result)) {
    return { kind: "failed", reply: encryptionNeeded(reason), peer: name };
  }
  const reached = later(reason, name);
  if (result.tlsFailure) tlsFailed.add(reached);
  return reached;
}

function tlsText({ version, cipher, verified }: LinkTls, why: Why): string {
  const proof = verified ? `verified by ${verified}` : "not verified";
  return `${version} ${cipher} (${proof}; ${why})`;
}

/** A refusal of the whole host is no word on its domain's mail: it is tried again. */
function whyNot({ unreached, report }: CallResult): Reply {
  return unreached ?? report?.failure?.reply ??
    reply(451, "4.4.2", "The connection ended before a message was sent");
}

/** Whether it was TLS, and nothing else, that could not be had. */
function isForTls({ report, tlsFailure }: CallResult): boolean {
  return tlsFailure !== undefined ||
    report?.failure?.kind.startsWith("tls ") === true;
}

/** RFC 8689 §4.2.1: a message that demands TLS is returned where there is none. */
function encryptionNeeded({ lines }: Reply): Reply {
  const [first = "", ...more] = lines;
  return reply(550, "5.7.10", `Encryption needed: ${first}`, ...more);
}

function callOf(
  { route, options }: Attempt,
  address: string,
  protection: Exclude<Protection, { kind: "unusable" }>,
): Omit<Call, "next"> {
  const fixed = route.rule.kind === "host" ? route.rule : undefined;
  const outgoing = options.outgoing();
  const localAddress = sourceFor(
    address,
    fixed?.sourceAddresses ?? outgoing.sourceAddresses,
  );
  const isTls = protection.kind === "tls";
  return {
    address,
    port: fixed?.port ?? outgoing.port,
    ...(localAddress === undefined ? {} : { localAddress }),
    protocol: fixed?.protocol ?? "smtp",
    implicitTls: fixed?.implicitTls ?? false,
    startTls: !isTls
      ? "never"
      : protection.needed
      ? "required"
      : "opportunistic",
    judge: isTls ? protection.judge : { kind: "any" },
    ...loginOf(fixed),
  };
}

function loginOf(fixed: FixedHost | undefined): Pick<Call, "login"> {
  return fixed?.login === undefined ? {} : { login: fixed.login };
}

/** The source address of the same family. */
function sourceFor(
  address: string,
  sources: readonly string[],
): string | undefined {
  return sources.find((source) =>
    source.includes(":") === address.includes(":")
  );
}

function logTls(
  { protection, result }: {
    readonly protection: Protection;
    readonly result: CallResult;
  },
  peer: string,
  { log }: ReachOptions,
): void {
  const { tls, tlsFailure, unreached } = result;
  if (unreached) {
    log("connection_failed", { peer, reply: unreached.lines.join(" ") });
  } else {
    log("connection_ended", {
      peer,
      tls: tls ? `${tls.version} ${tls.cipher}` : "none",
      verified: tls?.verified,
      why: protection.why,
      tls_failure: tlsFailure && `${tlsFailure.kind}: ${tlsFailure.text}`,
      messages: result.report?.transmissions,
      failure: result.report?.failure?.reply.lines.join(" "),
    });
  }
}

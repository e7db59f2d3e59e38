/**
 * What a peer offers, read from its reply to EHLO or LHLO (RFC 5321 §4.1.1.1).
 *
 * Keywords are taken in any case, unknown ones and broken parameters are skipped: a
 * peer that cannot spell loses an extension, not its mail.
 *
 * @module
 */

import { asciiUpper } from "../bytes/mod.ts";

export interface Capabilities {
  /** It took EHLO or LHLO; false after HELO, when nothing else is true. */
  readonly extended: boolean;
  readonly pipelining: boolean;
  /** RFC 1870: the largest message in octets, 0 where it does not tell; undefined without SIZE. */
  readonly size?: number;
  readonly eightBitMime: boolean;
  readonly smtputf8: boolean;
  readonly chunking: boolean;
  readonly binaryMime: boolean;
  readonly dsn: boolean;
  readonly requireTls: boolean;
  readonly startTls: boolean;
  readonly enhancedStatusCodes: boolean;
  /** SASL mechanisms, in upper case; empty without AUTH. */
  readonly auth: readonly string[];
  /** RFC 9422. */
  readonly limits: PeerLimits;
  /** RFC 4865: the farthest it holds a message, in seconds. */
  readonly futureRelease?: { readonly interval: number };
  /** RFC 2852: the least time that it takes, in seconds; 0 where it does not tell. */
  readonly deliverBy?: { readonly minimum: number };
  /** RFC 6710; the profile's name, "" where it does not tell. */
  readonly priority?: string;
}

export interface PeerLimits {
  /** Messages a connection. */
  readonly mailMax?: number;
  /** Recipients a message. */
  readonly rcptMax?: number;
  /** Domains of recipients a message. */
  readonly rcptDomainMax?: number;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type Reader = (into: Mutable<Capabilities>, parameters: string[]) => void;

/** What a peer offers that knows HELO only, or has not said yet. */
export const NO_CAPABILITIES: Capabilities = {
  extended: false,
  pipelining: false,
  eightBitMime: false,
  smtputf8: false,
  chunking: false,
  binaryMime: false,
  dsn: false,
  requireTls: false,
  startTls: false,
  enhancedStatusCodes: false,
  auth: [],
  limits: {},
};

const readers: Readonly<Record<string, Reader>> = {
  PIPELINING: (into) => into.pipelining = true,
  SIZE: (into, [octets = "0"]) => into.size = number(octets) ?? 0,
  "8BITMIME": (into) => into.eightBitMime = true,
  SMTPUTF8: (into) => into.smtputf8 = true,
  CHUNKING: (into) => into.chunking = true,
  BINARYMIME: (into) => into.binaryMime = true,
  DSN: (into) => into.dsn = true,
  REQUIRETLS: (into) => into.requireTls = true,
  STARTTLS: (into) => into.startTls = true,
  ENHANCEDSTATUSCODES: (into) => into.enhancedStatusCodes = true,
  AUTH: (into, names) =>
    into.auth = [...new Set([...into.auth, ...names.map(asciiUpper)])],
  LIMITS: (into, pairs) => into.limits = parseLimits(pairs),
  FUTURERELEASE: (into, [seconds = ""]) => {
    const interval = number(seconds);
    if (interval !== undefined) into.futureRelease = { interval };
  },
  DELIVERBY: (into, [seconds = "0"]) =>
    into.deliverBy = { minimum: number(seconds) ?? 0 },
  "MT-PRIORITY": (into, [profile = ""]) => into.priority = asciiUpper(profile),
};

/** Reads the lines of a 250 without their code; the first names the peer. */
export function parseCapabilities(lines: readonly string[]): Capabilities {
  const into: Mutable<Capabilities> = { ...NO_CAPABILITIES, extended: true };
  for (const line of lines.slice(1)) {
    // "AUTH=LOGIN PLAIN" is how servers said it before RFC 2554; some still do.
    const [keyword = "", ...parameters] = line.trim()
      .replace(/^AUTH=/i, "AUTH ").split(/[ \t]+/);
    const name = asciiUpper(keyword);
    if (Object.hasOwn(readers, name)) readers[name]!(into, parameters);
  }
  return into;
}

/** RFC 9422 §3: "NAME=value"; a value of 0 is none. */
function parseLimits(pairs: readonly string[]): PeerLimits {
  const into: Mutable<PeerLimits> = {};
  for (const pair of pairs) {
    const [name = "", value = ""] = pair.split("=");
    const limit = number(value);
    if (!limit) continue;
    const key = asciiUpper(name);
    if (key === "MAILMAX") into.mailMax = limit;
    if (key === "RCPTMAX") into.rcptMax = limit;
    if (key === "RCPTDOMAINMAX") into.rcptDomainMax = limit;
  }
  return into;
}

/** Up to 20 digits (RFC 1870 §3); what no double can hold is as good as no limit. */
function number(text: string): number | undefined {
  return /^\d{1,20}$/.test(text) ? Number(text) : undefined;
}

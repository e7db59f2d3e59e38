/**
 * The Sender Rewriting Scheme: senders of forwarded mail, in a form that brings bounces
 * back through who forwarded (M. S. Wong, "Sender Rewriting Scheme", 2004).
 *
 * ```text
 * SRS0=<hash>=<day>=<domain>=<local part>@<forwarder>     the first forwarder
 * SRS1=<hash>=<first forwarder>=<what follows SRS0 there>@<forwarder>   all after it
 * ```
 *
 * Hash and day are of letters and digits that no server confuses when it changes their
 * case. An SRS1 address leads back to the first forwarder, who knows the way and the day.
 * Leaves out keys and clocks: they are passed in.
 *
 * @module
 */

import { asciiLower, asciiUpper } from "../bytes/mod.ts";
import { type Address, parseDomain, parseMailbox } from "./address.ts";

export interface SrsOptions {
  /** A keyed hash of `text`, at least 4 octets, that nobody else can compute. */
  readonly hash: (text: string) => Uint8Array;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Where a rewritten address leads back to. */
export type SrsResult =
  | { readonly kind: "valid"; readonly address: Address }
  /** Not made here, or changed on the way. */
  | { readonly kind: "forged" }
  | { readonly kind: "expired" };

/** Days that a bounce may take: a queue gives up after five. */
const DAYS_VALID = 21;

const DAY = 24 * 3600 * 1000;
/** Two digits of base 32 (RFC 4648 §6). */
const DAYS_ROUND = 1024;
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/** Digits of the hash, 5 bits each. */
const HASH_LENGTH = 6;
/** Octets of a local part (RFC 5321 §4.5.3.1.1). */
const LOCAL_PART_MAX = 64;

const SRS0 = /^SRS0[=+-]/i;
// The separator after SRS0 is the first forwarder's own; it stays as it is.
const SRS1 = /^SRS1[=+-]([^=]+)=([^=]+)=([=+-].+)$/is;
const SRS0_OURS = /^SRS0=([^=]+)=([^=]+)=([^=]+)=(.+)$/is;

/** True for local parts that look rewritten, by us or by others. */
export function isSrs(localPart: string): boolean {
  return /^SRS[01][=+-]/i.test(localPart);
}

/**
 * `sender` as a forwarder at `domain` names it.
 *
 * @returns undefined when no local part can hold it.
 */
export function srsForward(
  sender: Address,
  domain: string,
  options: SrsOptions,
): Address | undefined {
  const localPart = rewritten(sender, options);
  const octets = new TextEncoder().encode(localPart).length;
  return octets > LOCAL_PART_MAX ? undefined : { localPart, domain };
}

/** Where `localPart`, of an address in one of our domains, leads back to; undefined when it is no rewritten one. */
export function srsReverse(
  localPart: string,
  options: SrsOptions,
): SrsResult | undefined {
  if (!isSrs(localPart)) return undefined;
  const later = SRS1.exec(localPart);
  if (later) {
    const [, hash, domain, rest] = later;
    if (!isHash(hash!, laterText(domain!, rest!), options)) return FORGED;
    return leadsTo(`SRS0${rest}`, domain!);
  }
  const first = SRS0_OURS.exec(localPart);
  if (!first) return FORGED;
  const [, hash, day, domain, local] = first;
  if (!isHash(hash!, firstText(day!, domain!, local!), options)) return FORGED;
  return isRecent(day!, options.now)
    ? leadsTo(local!, domain!)
    : { kind: "expired" };
}

const FORGED: SrsResult = { kind: "forged" };

function rewritten(
  { localPart, domain }: Address,
  options: SrsOptions,
): string {
  const later = SRS1.exec(localPart);
  if (later) return again(later[2]!, later[3]!, options);
  if (SRS0.test(localPart)) return again(domain, localPart.slice(4), options);
  const day = formatDay(options.now);
  const hash = formatHash(firstText(day, domain, localPart), options);
  return `SRS0=${hash}=${day}=${domain}=${localPart}`;
}

function again(domain: string, rest: string, options: SrsOptions): string {
  return `SRS1=${
    formatHash(laterText(domain, rest), options)
  }=${domain}=${rest}`;
}

// What is hashed; the first word keeps one kind from being taken for the other.
function firstText(day: string, domain: string, local: string): string {
  return `srs0=${day}=${domain}=${local}`;
}

function laterText(domain: string, rest: string): string {
  return `srs1=${domain}=${rest}`;
}

/** Of `text` in lower case: some servers do not keep the case of what they send back. */
function formatHash(text: string, { hash }: SrsOptions): string {
  const octets = hash(text.toLowerCase());
  let bits = 0n;
  for (const octet of octets.subarray(0, 4)) bits = bits << 8n | BigInt(octet);
  let digits = "";
  for (let i = 0; i < HASH_LENGTH; i++) {
    digits += DIGITS[Number(bits >> BigInt(27 - 5 * i) & 31n)];
  }
  return digits;
}

function isHash(given: string, text: string, options: SrsOptions): boolean {
  const right = formatHash(text, options);
  if (given.length !== right.length) return false;
  // Whoever measures how long this takes learns nothing of where they differ.
  let differ = 0;
  const upper = asciiUpper(given);
  for (let i = 0; i < right.length; i++) {
    differ |= right.charCodeAt(i) ^ upper.charCodeAt(i);
  }
  return differ === 0;
}

function formatDay(now: number): string {
  const day = Math.floor(now / DAY) % DAYS_ROUND;
  return DIGITS[day >> 5]! + DIGITS[day & 31]!;
}

function isRecent(text: string, now: number): boolean {
  const [high = -1, low = -1] = [...asciiUpper(text)]
    .map((digit) => DIGITS.indexOf(digit));
  if (text.length !== 2 || high < 0 || low < 0) return false;
  const today = Math.floor(now / DAY) % DAYS_ROUND;
  const age = (today - (high << 5 | low) + DAYS_ROUND) % DAYS_ROUND;
  return age <= DAYS_VALID;
}

function leadsTo(localPart: string, domain: string): SrsResult {
  const name = parseDomain(asciiLower(domain));
  if (name === undefined) return FORGED;
  const read = parseMailbox(`${localPart}@${name}`);
  return { kind: "valid", address: read ?? { localPart, domain: name } };
}

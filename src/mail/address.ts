/**
 * Mail addresses as values: paths of SMTP and plain mailboxes (RFC 5321 §4.1.2, §4.1.3; RFC 6531 §3.3).
 *
 * Addresses of header fields, with names, groups and comments, are in `address_list.ts`.
 *
 * @module
 */

import { domainToASCII, domainToUnicode } from "node:url";
import {
  asciiLower,
  isAscii,
  latin1Decode,
  utf8Encode,
  utf8FromByteString,
} from "../bytes/mod.ts";

/** One mailbox's address, parsed and normalised. */
export interface Address {
  /** As meant, without quotes and backslashes: `a b`, not `"a b"`. UTF-8 text in NFC. Case kept. */
  readonly localPart: string;
  /**
   * Lower case; internationalised names as A-labels; an address literal with its
   * brackets: "[192.0.2.1]", "[ipv6:2001:db8::1]". Empty only for `<Postmaster>`.
   */
  readonly domain: string;
}

/** Octets of a local part as sent (RFC 5321 §4.5.3.1.1). */
const LOCAL_PART_MAX = 64;
/** Octets of a domain, sent and as A-labels (RFC 5321 §4.5.3.1.2). */
const DOMAIN_MAX = 255;
/** Octets of a path with its brackets and source route (RFC 5321 §4.5.3.1.3). */
const PATH_MAX = 256;

// Byte strings: \x80-\xff are the octets of UTF-8 (RFC 6531 §3.3), checked when decoded.
const ATEXT = "[A-Za-z0-9!#$%&'*+\\-/=?^_`{|}~\\x80-\\xff]+";
const QUOTED =
  '"(?:[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\x20-\\x7e])*"';
const DOMAIN = "[A-Za-z0-9.\\-\\x80-\\xff]+|\\[[\\x21-\\x5a\\x5e-\\x7e]+\\]";
const MAILBOX = `(${ATEXT}(?:\\.${ATEXT})*|${QUOTED})@(${DOMAIN})`;
const ROUTE = `((?:@(?:${DOMAIN}))(?:,@(?:${DOMAIN}))*):`;

const PATH = new RegExp(`^<(?:${ROUTE})?${MAILBOX}>`);
const PLAIN = new RegExp(`^${MAILBOX}$`);
const DOT_STRING = new RegExp(`^${ATEXT}(?:\\.${ATEXT})*$`);
// RFC 5321 §4.1.2 `sub-domain`; 63 octets by RFC 1035 §2.3.4.
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/**
 * Reads the path at the start of `text`, a byte string: `<>`, `<a@b>`, `<@relay:a@b>`
 * (the route is ignored, RFC 5321 Appendix C) or `<Postmaster>` in any case, whose
 * domain is then "" (only RCPT allows it, RFC 5321 §4.1.1.3).
 *
 * @param options.utf8 Whether SMTPUTF8 was asked for; without it any 8-bit octet refuses.
 * @returns The address (null for `<>`) and the byte string after ">"; undefined for anything else.
 */
export function parsePath(
  text: string,
  options: { utf8: boolean },
): { address: Address | null; rest: string } | undefined {
  if (text.startsWith("<>")) return { address: null, rest: text.slice(2) };
  const head = text.slice(0, PATH_MAX);
  const postmaster = /^<(postmaster)>/i.exec(head);
  if (postmaster) {
    const address = { localPart: postmaster[1]!, domain: "" };
    return { address, rest: text.slice(postmaster[0].length) };
  }
  const match = PATH.exec(head);
  if (!match || (!options.utf8 && !isAscii(match[0]))) return undefined;
  if (match[1] !== undefined && !isRoute(match[1])) return undefined;
  const address = normalise(match[2]!, match[3]!);
  return address && { address, rest: text.slice(match[0].length) };
}

/**
 * Reads a plain "alice@example.test": local part, "@", domain and nothing around them.
 *
 * @param text UTF-16 text; characters beyond US-ASCII are allowed (RFC 6531 §3.3).
 */
export function parseMailbox(text: string): Address | undefined {
  if (text.length > PATH_MAX || !text.isWellFormed()) return undefined;
  const match = PLAIN.exec(byteString(text));
  if (!match || match[0].length > PATH_MAX - 2) return undefined;
  return normalise(match[1]!, match[2]!);
}

/** `address` as {@linkcode parseMailbox} and a path's brackets want it; the local part quoted when it has to be. */
export function formatAddress(address: Address): string {
  const { localPart, domain } = address;
  const local = isDotString(localPart)
    ? localPart
    : `"${localPart.replace(/["\\]/g, "\\$&")}"`;
  if (domain === "") return local;
  return `${local}@${domain.replace(/^\[ipv6:/, "[IPv6:")}`;
}

/** The form that names a mailbox: as {@linkcode formatAddress} has it, all in lower case and NFC. */
export function canonicalAddress(address: Address): string {
  const localPart = address.localPart.toLowerCase().normalize("NFC");
  return asciiLower(formatAddress({ localPart, domain: address.domain }));
}

/** True when both name the same mailbox here, where local parts do not depend on case. */
export function sameAddress(a: Address, b: Address): boolean {
  return canonicalAddress(a) === canonicalAddress(b);
}

/** `domain` with its A-labels as people read them; labels that are no proper IDN stay as they are. */
export function toUnicodeDomain(domain: string): string {
  return domain.split(".").map((label) => {
    if (!label.startsWith("xn--")) return label;
    const text = domainToUnicode(label);
    return domainToASCII(text) === label ? text : label;
  }).join(".");
}

/**
 * Lower-cases and checks a domain name or an address literal; U-labels become A-labels.
 *
 * @returns The form that {@linkcode Address} keeps, or undefined when it is neither.
 */
export function parseDomain(text: string): string | undefined {
  if (text.startsWith("[")) return addressLiteral(text);
  const domain = isAscii(text) ? asciiLower(text) : domainToASCII(text);
  if (domain.length > DOMAIN_MAX) return undefined;
  return domain.split(".").every((label) => LABEL.test(label))
    ? domain
    : undefined;
}

function isDotString(localPart: string): boolean {
  return DOT_STRING.test(byteString(localPart));
}

function byteString(text: string): string {
  return isAscii(text) ? text : latin1Decode(utf8Encode(text));
}

function isRoute(route: string): boolean {
  return route.split(",").every((hop) => domainOfBytes(hop.slice(1)));
}

function normalise(local: string, domain: string): Address | undefined {
  if (local.length > LOCAL_PART_MAX) return undefined;
  const localPart = utf8FromByteString(unquote(local))?.normalize("NFC");
  const name = domainOfBytes(domain);
  if (localPart === undefined || name === undefined) return undefined;
  const address = { localPart, domain: name };
  return fits(address) ? address : undefined;
}

/** True when a path can hold it as it is now: NFC and A-labels may be longer than what came. */
function fits(address: Address): boolean {
  const { localPart } = address;
  return byteString(localPart).length <= LOCAL_PART_MAX &&
    byteString(formatAddress(address)).length <= PATH_MAX - 2;
}

function domainOfBytes(domain: string): string | undefined {
  if (domain.length > DOMAIN_MAX) return undefined;
  const text = utf8FromByteString(domain);
  return text === undefined ? undefined : parseDomain(text);
}

function unquote(local: string): string {
  if (!local.startsWith('"')) return local;
  return local.slice(1, -1).replace(/\\(.)/g, "$1");
}

/** RFC 5321 §4.1.3. General-address-literals are refused: no tag but IPv6 was ever registered. */
function addressLiteral(text: string): string | undefined {
  if (!text.endsWith("]")) return undefined;
  const inner = asciiLower(text.slice(1, -1));
  const v6 = inner.startsWith("ipv6:") ? ipv6(inner.slice(5)) : undefined;
  if (v6 !== undefined) return `[ipv6:${v6}]`;
  const parts = IPV4.exec(inner)?.slice(1).map(Number);
  if (!parts || parts.some((part) => part > 255)) return undefined;
  return `[${parts.join(".")}]`;
}

/** The shortest form of an IPv6 address (RFC 5952), by the platform's URL parser, which knows no zones. */
function ipv6(text: string): string | undefined {
  if (!/^[0-9a-f:.]+$/.test(text)) return undefined;
  const url = URL.parse(`http://[${text}]/`);
  return url === null ? undefined : url.hostname.slice(1, -1);
}

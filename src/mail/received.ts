/**
 * Received fields (RFC 5321 §4.4; protocol names by RFC 3848 and RFC 6531 §4.3).
 *
 * @module
 */

import { asciiLower, isAscii } from "../bytes/mod.ts";
import { type Address, formatAddress, parseDomain } from "./address.ts";
import { formatDate } from "./date.ts";
import { type HeaderField, packWords } from "./header.ts";

export interface ReceivedTrace {
  /** What the client called itself; whatever is no domain and no address literal is replaced by its address. */
  readonly helo: string;
  /** "192.0.2.1" or "2001:db8::1". */
  readonly peerAddress: string;
  /** The peer's name as the DNS has it, when that was looked up and leads back to the address. */
  readonly peerName?: string;
  readonly serverName: string;
  /** As {@linkcode protocolName} gives it. */
  readonly protocol: string;
  /** What names the message here: letters, digits and "-". */
  readonly id: string;
  /** "TLSv1.3" and "TLS_AES_128_GCM_SHA256". */
  readonly tls?: { readonly version: string; readonly cipher: string };
  /** Only when the message has a single recipient: others must not learn of it (RFC 5321 §7.2). */
  readonly for?: Address;
  /** RFC 6710 §4.2: -9 to 9, where the message has one. */
  readonly priority?: number;
  /** Milliseconds since 1970. */
  readonly date: number;
}

/** How a message came. */
export interface Transmission {
  /** EHLO was said, not HELO. */
  readonly extended: boolean;
  readonly lmtp?: boolean;
  readonly tls?: boolean;
  readonly authenticated?: boolean;
  /** SMTPUTF8 was asked for with MAIL. */
  readonly utf8?: boolean;
}

/** The name of the protocol for the `with` clause: "ESMTPSA" and its kin (RFC 3848, RFC 6531 §4.3). */
export function protocolName(how: Transmission): string {
  // Only the extended protocols have names with S and A.
  if (!how.extended && !how.lmtp) return "SMTP";
  const base = how.utf8 ? "UTF8" : how.lmtp ? "" : "E";
  const flags = (how.tls ? "S" : "") + (how.authenticated ? "A" : "");
  return `${base}${how.lmtp ? "LMTP" : "SMTP"}${flags}`;
}

/**
 * The field, folded, with its CRLFs. It is US-ASCII unless a recipient's local part
 * is not; such a recipient is named only when `protocol` says UTF8 (RFC 6531 §3.7.3).
 */
export function formatReceived(trace: ReceivedTrace): string {
  const literal = addressLiteral(trace.peerAddress);
  const name = parseDomain(trace.peerName ?? "");
  const helo = parseDomain(trace.helo) ?? literal;
  const clauses = [
    ` from ${literalCase(helo)}`,
    ` (${name === undefined ? "" : `${name} `}${literalCase(literal)})`,
    ` by ${literalCase(parseDomain(trace.serverName) ?? "localhost")}`,
    ` with ${clean(trace.protocol)}`,
    ` id ${clean(trace.id)}`,
    ...tlsComment(trace.tls),
    ...forClause(trace),
    ...(trace.priority === undefined ? [] : [` PRIORITY ${trace.priority}`]),
  ];
  const last = `${clauses.pop()};`;
  return packWords("Received:", [
    ...clauses,
    last,
    ` ${formatDate(trace.date)}`,
  ]);
}

/** How many Received fields there are; too many mean a loop (RFC 5321 §6.3). */
export function countReceived(fields: readonly HeaderField[]): number {
  return fields.filter((field) => asciiLower(field.name) === "received").length;
}

/** RFC 8314 §4.3 and §7.4 ask for version and cipher; a comment is where other software puts them. */
function tlsComment(tls: ReceivedTrace["tls"]): string[] {
  return tls ? [` (${clean(tls.version)} ${clean(tls.cipher)})`] : [];
}

function forClause(trace: ReceivedTrace): string[] {
  const recipient = trace.for;
  // A bare <Postmaster> is neither Path nor Mailbox.
  if (recipient === undefined || recipient.domain === "") return [];
  const address = formatAddress(recipient);
  const utf8 = trace.protocol.startsWith("UTF8");
  return utf8 || isAscii(address) ? [` for <${address}>`] : [];
}

/** An IP address as a literal (RFC 5321 §4.1.3); "[0.0.0.0]" when it is none. */
function addressLiteral(address: string): string {
  return parseDomain(`[${address}]`) ?? parseDomain(`[ipv6:${address}]`) ??
    "[0.0.0.0]";
}

function literalCase(domain: string): string {
  return domain.replace(/^\[ipv6:/, "[IPv6:");
}

/** Nothing but what an atom may hold: no blank, bracket or line end gets in. */
function clean(word: string): string {
  return word.replace(/[^A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]/g, "-");
}

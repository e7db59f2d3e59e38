/** The array `Listeners`: which ports are served, and how (RFC 8314 §7, RFC 2033 §5). */

import { z } from "zod";
import { ipAddress, ipRange } from "./kinds.ts";

/** What can be served on a port, and on which port it usually is. */
export const listenerPorts = {
  smtp: 25,
  submission: 587,
  submissions: 465,
  lmtp: 24,
  pop3: 110,
  pop3s: 995,
  imap: 143,
  imaps: 993,
} as const;

export type ListenerName = keyof typeof listenerPorts;

const names = Object.keys(listenerPorts) as [ListenerName, ...ListenerName[]];

/** "::" takes IPv4, too, where the system does not say otherwise. */
const ANYWHERE = ["::"];
/** LMTP believes its peers (RFC 2033 §5): never on an open network unless told so. */
const LOOPBACK = ["127.0.0.1"];

export const listenerKeys = z.strictObject({
  kind: z.enum(names).describe(
    '"smtp" for other servers, "submission" and "submissions" for mail programs ' +
      '(STARTTLS and TLS from the start), "lmtp" for a mail server in front of this one, ' +
      '"pop3" and "pop3s", "imap" and "imaps".',
  ),
  port: z.int().min(0).max(65535).optional().describe(
    "The port; by default 25, 587, 465, 24, 110, 995, 143 and 993. 0 takes a free one.",
  ),
  addresses: z.array(ipAddress).min(1).optional().describe(
    'The IP addresses to listen on; by default all ("::" takes IPv4, too), for "lmtp" 127.0.0.1.',
  ),
  proxies: z.array(ipRange).default([]).describe(
    "Addresses and ranges of proxies whose connections begin with a PROXY header, version 1 or 2.",
  ),
});

/** One entry of `Listeners`, with nothing left open. */
export interface ListenerConfiguration {
  readonly kind: ListenerName;
  readonly port: number;
  readonly addresses: readonly string[];
  readonly proxies: readonly string[];
}

/** Fills in what an entry leaves open. */
export function completeListener(
  { kind, port, addresses, proxies = [] }: z.input<typeof listenerKeys>,
): ListenerConfiguration {
  return {
    kind,
    port: port ?? listenerPorts[kind],
    addresses: addresses ?? (kind === "lmtp" ? LOOPBACK : ANYWHERE),
    proxies,
  };
}

/** What is served where the configuration has no `Listeners`. */
export const defaultListeners: readonly { readonly kind: ListenerName }[] = [
  { kind: "smtp" },
  { kind: "submission" },
  { kind: "submissions" },
  { kind: "pop3" },
  { kind: "pop3s" },
  { kind: "imap" },
  { kind: "imaps" },
];

/** True for kinds that begin with TLS. */
export function hasImplicitTls(kind: ListenerName): boolean {
  return kind === "submissions" || kind === "pop3s" || kind === "imaps";
}

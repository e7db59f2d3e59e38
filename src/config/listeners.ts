/** Which ports are served, and how (RFC 8314 §7, RFC 2033 §5): all that needs no schema. */

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

/** "::" takes IPv4, too, where the system does not say otherwise. */
const ANYWHERE = ["::"];
/** LMTP believes its peers (RFC 2033 §5): never on an open network unless told so. */
const LOOPBACK = ["127.0.0.1"];

/** One entry of `Listeners` as it may be written. */
export interface ListenerInput {
  readonly kind: ListenerName;
  readonly port?: number | undefined;
  readonly addresses?: readonly string[] | undefined;
  readonly proxies?: readonly string[] | undefined;
}

/** One entry of `Listeners`, with nothing left open. */
export interface ListenerConfiguration {
  readonly kind: ListenerName;
  readonly port: number;
  readonly addresses: readonly string[];
  readonly proxies: readonly string[];
}

/** Fills in what an entry leaves open. */
export function completeListener(
  { kind, port, addresses, proxies = [] }: ListenerInput,
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

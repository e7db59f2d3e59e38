/** The system's name servers: the text of resolv.conf(5). Search domains do not apply to mail. */

import { normalAddress } from "./name.ts";

export interface NameServer {
  /** An IP address without a zone. */
  readonly address: string;
  readonly port: number;
}

const DNS_PORT = 53;

/** What glibc reads at most; more would only make a failure take longer. */
const SERVERS = 3;

/**
 * The servers of a resolv.conf in their order; without any, this machine's own, as
 * glibc has it. Lines that make no sense, and link-local addresses, are passed over.
 */
export function parseResolvConf(text: string): readonly NameServer[] {
  const servers = text.split("\n").flatMap(serverOf).slice(0, SERVERS);
  return servers.length > 0
    ? servers
    : [{ address: "127.0.0.1", port: DNS_PORT }];
}

function serverOf(line: string): readonly NameServer[] {
  const word = /^nameserver[ \t]+([^ \t\r#;]+)/.exec(line)?.[1];
  const address = normalAddress(word ?? "");
  return address === undefined ? [] : [{ address, port: DNS_PORT }];
}

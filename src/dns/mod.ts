/**
 * The DNS as mail needs it: MX, addresses, TXT, TLSA and PTR, with what DNSSEC proves.
 *
 * `Resolver` is the port; `networkResolver` asks name servers over UDP and TCP and
 * remembers, `memoryResolver` has a zone of its own for tests. The servers are those
 * of the system (`parseResolvConf`) or of the configuration. They resolve for us:
 * nothing here walks from the root, and nothing checks signatures. What DNSSEC proves
 * is the AD bit of a server that the configuration trusts to validate, with EDNS(0)
 * and DO in the query; without that trust nothing is secure.
 *
 * Obeys RFC 1035 §4, §7.2, RFC 2181, RFC 2308 (negative answers), RFC 4035 §3.2.3,
 * §4.9 (AD), RFC 5452 (ids, ports, what is an answer), RFC 6840 §5.7 and §5.8,
 * RFC 6891 (EDNS), RFC 7505 (null MX), RFC 7766 (TCP). Leaves out search domains,
 * answers past their time (RFC 8767), and U-labels, which come here as A-labels.
 *
 * @module
 */

export {
  memoryResolver,
  type Zone,
  type ZoneEntry,
} from "./memory_resolver.ts";
export { normalAddress, normalName, reverseName } from "./name.ts";
export {
  networkResolver,
  type NetworkResolverOptions,
} from "./network_resolver.ts";
export { type NameServer, parseResolvConf } from "./resolv_conf.ts";
export * from "./resolver.ts";

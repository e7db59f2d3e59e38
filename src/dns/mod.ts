/**
 * The DNS as mail needs it: MX, addresses, TXT, TLSA and PTR, with what DNSSEC proves.
 *
 * @module
 */

export { normalAddress, normalName, reverseName } from "./name.ts";
export { type NameServer, parseResolvConf } from "./resolv_conf.ts";
export * from "./resolver.ts";

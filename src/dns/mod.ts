/**
 * The DNS as mail needs it: MX, addresses, TXT, TLSA and PTR, with what DNSSEC proves.
 *
 * @module
 */

export * from "./resolver.ts";

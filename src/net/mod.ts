/**
 * The only folder that touches sockets: listening, driving sessions, TLS, PROXY headers.
 *
 * Obeys RFC 8446 and RFC 5246 through `node:tls`, RFC 5929 §4 for channel bindings,
 * RFC 6066 §3 for server names. Leaves out what is said on the connections.
 *
 * @module
 */

export * from "./address_range.ts";
export * from "./certificates.ts";
export { connectVerified } from "./client_tls.ts";
export * from "./client_tls_policy.ts";
export * from "./deadlines.ts";
export * from "./dial.ts";
export * from "./drive.ts";
export * from "./listen.ts";
export * from "./proxy_header.ts";
export * from "./self_signed.ts";
export * from "./tls.ts";
export * from "./transport.ts";

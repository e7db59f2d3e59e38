/**
 * Delivery to other servers: routes and their hosts (RFC 5321 §5.1, RFC 7505), the
 * protection of connections (RFC 7672, RFC 8461, RFC 8689, RFC 7435), lanes of
 * connections, and what is remembered of domains.
 *
 * A door of its own: a server that sends nothing does not load it.
 *
 * @module
 */

export type { Call, CallResult, Converse } from "./call.ts";
export { fetchPolicyWith } from "./fetch_policy.ts";
export { MtaSts } from "./mta_sts.ts";
export { type RemoteCourier, remoteCourier } from "./remote_courier.ts";
export { sqliteNotebook } from "./sqlite_notebook.ts";
export { TlsMemory } from "./tls_memory.ts";

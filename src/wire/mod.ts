/**
 * The sans-I/O core: sessions, the wire they read and write, and all limits.
 *
 * Obeys RFC 5321 §2.3.8, §4.5.2, RFC 2920 and RFC 3207 §4.2. Leaves out sockets,
 * clocks and TLS itself (see `net/`), and everything a protocol means.
 *
 * @module
 */

export * from "./dot_stuffing.ts";
export * from "./limits.ts";
export * from "./link.ts";
export * from "./session.ts";
export * from "./wire.ts";

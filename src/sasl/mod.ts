/**
 * SASL: how a client proves who it is, the same in every protocol (RFC 4422).
 *
 * One file a mechanism and one line in `mechanisms.ts`: PLAIN (RFC 4616), LOGIN,
 * CRAM-MD5 (RFC 2195), SCRAM-SHA-1 and SCRAM-SHA-256 (RFC 5802, RFC 7677) with
 * their `-PLUS` variants over tls-server-end-point (RFC 5929 §4), and APOP's
 * digest (RFC 1939 §7) beside them. `offered` says which a connection gets,
 * `runSasl` is the frame around a run (RFC 4954 §4, RFC 5034 §4). `client/` has the
 * client's side of the same, for smarthosts.
 *
 * Leaves out security layers, acting for others, DIGEST-MD5 (RFC 6331 retired it)
 * and channel bindings that need key material from TLS, which the platform keeps.
 * Nothing here tells an unknown user from a wrong password.
 *
 * @module
 */

export * from "./apop.ts";
export * from "./client/mechanism.ts";
export * from "./client/mechanisms.ts";
export * from "./mechanism.ts";
export * from "./mechanisms.ts";
export * from "./offer.ts";
export * from "./offered.ts";
export * from "./run_sasl.ts";
export * from "./timestamp.ts";

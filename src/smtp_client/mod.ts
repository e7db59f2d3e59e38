/**
 * The other side of SMTP and LMTP, as a session: one connection, any number of messages.
 *
 * `clientSession` greets, says EHLO or LHLO, protects the connection, logs in where
 * it is told to, and then sends what `setting.next` gives until that is nothing
 * more. Each `Transmission` is told one result a recipient; what the connection as
 * such came to is the session's own result, a `ClientReport`. The session never
 * throws. Which peer, when, and how often is the caller's affair (see `deliver/`),
 * as sockets and certificates are `net/`'s.
 *
 * Obeys RFC 5321 §3, §4.2, §4.5.3.2 (timeouts), RFC 2033 (LMTP), RFC 3207
 * (STARTTLS), RFC 4954 (AUTH), RFC 2920 (PIPELINING), RFC 1870 (SIZE), RFC 6152
 * (8BITMIME), RFC 3030 (CHUNKING, BINARYMIME), RFC 6531 (SMTPUTF8), RFC 3461 (DSN),
 * RFC 8689 (REQUIRETLS), RFC 2852 (DELIVERBY), RFC 6710 (MT-PRIORITY), RFC 9422
 * (LIMITS). Leaves out converting messages: what a peer cannot take as it is, it
 * does not get. FUTURERELEASE is read and not used: we hold such mail ourselves.
 *
 * @module
 */

export * from "./capabilities.ts";
export * from "./report.ts";
export { clientSession } from "./session.ts";
export * from "./setting.ts";
export * from "./transmission.ts";

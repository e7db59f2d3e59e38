/**
 * Delivery: from the spool to where recipients have their mail.
 *
 * The dispatcher takes what waits to couriers: `local` brings messages into mailboxes,
 * `remote/` to other servers: routes and hosts (RFC 5321 §5.1, RFC 7505), how
 * connections to them are protected (RFC 7672, RFC 8461, RFC 8689), and a lane of
 * connections for each. That has a door of its own, `remote/mod.ts`: it is loaded with
 * the first message that goes out.
 *
 * Obeys RFC 5321 §4.4 (Return-Path), §4.5.4.1 (retries) and §6.1 (a message that was
 * accepted is not lost), RFC 3461 §5.2 (who is told what). Leaves out how a report
 * looks (`mail/`), sockets (`net/`) and the dialogue with other servers (`smtp_client/`).
 *
 * @module
 */

export * from "./courier.ts";
export * from "./dispatcher.ts";
export * from "./forward_sender.ts";
export * from "./local.ts";
export * from "./queue_control.ts";
export type { Outgoing } from "./remote/outgoing.ts";
export { routeOf, type RouteRule, type RouteTable } from "./remote/route.ts";
export * from "./report.ts";
export * from "./reporter.ts";
export * from "./retry_schedule.ts";

/**
 * Delivery: from the spool to where recipients have their mail.
 *
 * Obeys RFC 5321 §4.4 (Return-Path), §4.5.4.1 (retries) and §6.1 (a message that was
 * accepted is not lost), RFC 3461 §5.2 (who is told what). Leaves out how a report
 * looks (`mail/`) and the dialogue with other servers (`smtp_client/`).
 *
 * @module
 */

export * from "./courier.ts";
export * from "./dispatcher.ts";
export * from "./forward_sender.ts";
export * from "./local.ts";
export * from "./queue_control.ts";
export * from "./report.ts";
export * from "./reporter.ts";
export * from "./retry_schedule.ts";

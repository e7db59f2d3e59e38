/**
 * Delivery: from the spool to where recipients have their mail.
 *
 * Obeys RFC 5321 §4.4 (Return-Path) and §6.1 (a message that was accepted is not
 * lost). Leaves out other servers: there is local delivery only.
 *
 * @module
 */

export * from "./courier.ts";
export * from "./dispatcher.ts";
export * from "./local.ts";
export * from "./retry_schedule.ts";

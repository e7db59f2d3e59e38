/**
 * Accounts: who may log in, and where an address leads.
 *
 * @module
 */

export * from "./accounts.ts";

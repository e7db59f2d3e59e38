/**
 * What mail is made of: addresses, headers, MIME structure, replies. Pure.
 *
 * @module
 */

export * from "./address.ts";
export * from "./reply.ts";

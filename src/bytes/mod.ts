/**
 * Bytes and the texts made of them: ASCII folding, byte strings, UTF-8, base 64, modified UTF-7.
 *
 * Imports nothing. Leaves out charsets of messages (see `mail/`).
 *
 * @module
 */

export * from "./ascii.ts";
export * from "./base64.ts";
export * from "./concat.ts";
export * from "./latin1.ts";
export * from "./modified_utf7.ts";
export * from "./utf8.ts";

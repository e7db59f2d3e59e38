/**
 * The slow functions that passwords go through (RFC 7914 scrypt, RFC 8018 PBKDF2).
 *
 * Both run in the platform's thread pool, not on the event loop. A type of their
 * own, so that tests can count the calls.
 *
 * @module
 */

import { pbkdf2, scrypt } from "node:crypto";

/** scrypt's parameters: 2^ln rounds over blocks of `r`, `p` times. */
export interface ScryptCost {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/** 32 MiB of memory a password, and about a tenth of a second. */
export const SCRYPT_COST: ScryptCost = { ln: 15, r: 8, p: 1 };

export type ScramHash = "sha-1" | "sha-256";

export interface KeyDerivation {
  /** 32 octets. */
  scrypt(
    password: string,
    salt: Uint8Array,
    cost: ScryptCost,
  ): Promise<Uint8Array>;
  /** As many octets as `hash` has: SCRAM's `Hi` (RFC 5802 §2.2). */
  pbkdf2(
    password: string,
    salt: Uint8Array,
    iterations: number,
    hash: ScramHash,
  ): Promise<Uint8Array>;
}

export const nodeKeyDerivation: KeyDerivation = {
  scrypt(password, salt, { ln, r, p }) {
    const options = { N: 2 ** ln, r, p, maxmem: 256 * r * 2 ** ln };
    return new Promise((resolve, reject) => {
      scrypt(password, salt, 32, options, (error, key) => {
        if (error) reject(error);
        else resolve(new Uint8Array(key));
      });
    });
  },
  pbkdf2(password, salt, iterations, hash) {
    const [name, size] = hash === "sha-1" ? ["sha1", 20] : ["sha256", 32];
    return new Promise((resolve, reject) => {
      pbkdf2(password, salt, iterations, size, name, (error, key) => {
        if (error) reject(error);
        else resolve(new Uint8Array(key));
      });
    });
  },
};

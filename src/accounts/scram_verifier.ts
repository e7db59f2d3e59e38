/** What SCRAM keeps of a password (RFC 5802 §3). */

import { createHash, createHmac } from "node:crypto";
import type { KeyDerivation, ScramHash } from "./key_derivation.ts";
import type { ScramVerifier } from "./password.ts";

/** RFC 7677 §4 asks for at least 4096. */
export const SCRAM_ITERATIONS = 10_000;

/** Derives the verifier of a prepared password; some milliseconds, off the event loop. */
export async function deriveVerifier(
  derivation: KeyDerivation,
  password: string,
  salt: Uint8Array,
  hash: ScramHash,
  iterations: number = SCRAM_ITERATIONS,
): Promise<ScramVerifier> {
  const salted = await derivation.pbkdf2(password, salt, iterations, hash);
  const name = hash.replace("-", "");
  const key = (of: string) => createHmac(name, salted).update(of).digest();
  const clientKey = key("Client Key");
  return {
    salt,
    iterations,
    storedKey: new Uint8Array(createHash(name).update(clientKey).digest()),
    serverKey: new Uint8Array(key("Server Key")),
  };
}

/** The two functions that SCRAM is built from (RFC 5802 §2.2), for both of its sides. */

import { createHash, createHmac } from "node:crypto";
import type { ScramHash } from "./mechanism.ts";

export function hmac(
  hash: ScramHash,
  key: Uint8Array,
  text: string,
): Uint8Array {
  const algorithm = hash.replace("-", "");
  return new Uint8Array(createHmac(algorithm, key).update(text).digest());
}

export function digest(hash: ScramHash, bytes: Uint8Array): Uint8Array {
  const algorithm = hash.replace("-", "");
  return new Uint8Array(createHash(algorithm).update(bytes).digest());
}

/** The real key derivation, which also notes each call. */

import {
  type KeyDerivation,
  nodeKeyDerivation,
} from "../../src/accounts/key_derivation.ts";

export interface CountingDerivation extends KeyDerivation {
  readonly calls: string[];
  /** The calls since the last look. */
  take(): string[];
}

export function countingDerivation(): CountingDerivation {
  const calls: string[] = [];
  return {
    calls,
    take: () => calls.splice(0),
    scrypt(password, salt, cost) {
      calls.push(`scrypt ${cost.ln}`);
      return nodeKeyDerivation.scrypt(password, salt, cost);
    },
    pbkdf2(password, salt, iterations, hash) {
      calls.push(`pbkdf2 ${hash} ${iterations}`);
      return nodeKeyDerivation.pbkdf2(password, salt, iterations, hash);
    },
  };
}

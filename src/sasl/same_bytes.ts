/** Comparison of secrets. */

import { timingSafeEqual } from "@std/crypto/timing-safe-equal";

/** True when both are equal; takes as long wherever they differ. Only a wrong length is told at once. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

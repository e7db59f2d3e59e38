/**
 * The keyed hash that proves a rewritten sender to be ours (see `mail/srs.ts`).
 *
 * @module
 */

import { createHmac } from "node:crypto";
import { loadServerKey } from "./accounts/mod.ts";

/** Hashes under the server's key, the file in `path`, which is read when it is first needed. */
export function srsHash(path: string): (text: string) => Uint8Array {
  let key: Uint8Array | undefined;
  return (text) => {
    key ??= loadServerKey(path);
    // The key is for more than this: a name of its own keeps its uses apart.
    return createHmac("sha256", key).update(`denomaild srs ${text}`).digest();
  };
}

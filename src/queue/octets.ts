/** Ways to hand out a message's octets. */

import { DiskError, type DiskFile } from "../disk/mod.ts";
import type { Octets } from "./spool.ts";

/** The octets of a message that is in memory. */
export function bufferedOctets(bytes: Uint8Array): Octets {
  let at = 0;
  return {
    size: bytes.length,
    read(max) {
      if (at === bytes.length) return Promise.resolve(undefined);
      const next = bytes.subarray(at, at + max);
      at += next.length;
      return Promise.resolve(next);
    },
    close() {},
  };
}

/** `size` octets of `file` from `offset` on. Closing them closes the file. */
export function fileOctets(
  file: DiskFile,
  offset: number,
  size: number,
): Octets {
  let left = size;
  return {
    size,
    async read(max) {
      if (left === 0) return undefined;
      const into = new Uint8Array(Math.min(max, left));
      const count = await file.readAt(into, offset + size - left);
      if (count === 0) {
        throw new DiskError("io", "Cannot read message: it ends too early");
      }
      left -= count;
      return into.subarray(0, count);
    },
    close: () => file.close(),
  };
}

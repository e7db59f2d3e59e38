/** Reads a message's octets from its file, a piece at a time (constant memory). */

import type { DiskFile } from "../disk/mod.ts";
import type { MessageOctets } from "./store.ts";

const LARGEST_PIECE = 64 * 1024;

/** The octets of `file`, which is closed with them. @throws {DiskError} */
export async function octetsOfFile(file: DiskFile): Promise<MessageOctets> {
  const size = await file.size();
  let at = 0;
  let isOpen = true;
  const close = () => {
    if (isOpen) file.close();
    isOpen = false;
  };
  return {
    size,
    async read(max) {
      if (!isOpen || at >= size) return undefined;
      const piece = new Uint8Array(Math.min(max, LARGEST_PIECE, size - at));
      const count = await file.readAt(piece, at);
      at += count;
      // All is read, or the file was cut short: nothing else will come.
      if (count === 0 || at >= size) close();
      return count === 0 ? undefined : piece.subarray(0, count);
    },
    skip: (octets) => void (at += octets),
    close,
  };
}

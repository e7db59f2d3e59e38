/**
 * Reads a message's octets from its file, a piece at a time (constant memory).
 *
 * Other programs write files with LF; served they have CRLF (RFC 5322 §2.1). A file is
 * one of theirs when its first line ends so, and then all its bare LFs are line breaks.
 *
 * @module
 */

import type { DiskFile } from "../disk/mod.ts";
import type { MessageOctets } from "./store.ts";

const LARGEST_PIECE = 64 * 1024;

const LF = 10;
const CR = 13;

/**
 * The octets of `file`, which is closed with them.
 *
 * @param served Octets of the message where the file has LF; undefined where it is served as it is.
 * @throws {DiskError}
 */
export async function octetsOfFile(
  file: DiskFile,
  served?: number,
): Promise<MessageOctets> {
  const plain = plainOctets(file, await file.size());
  return served === undefined ? plain : withCrlf(plain, served);
}

/** What a file with bare LFs has to be read as: its octets with CRLF. */
function withCrlf(plain: MessageOctets, size: number): MessageOctets {
  let last = 0;
  let left = size;
  let skipped = 0;
  let rest = new Uint8Array(0);
  /** Each octet may become two. */
  const lengthen = (piece: Uint8Array): Uint8Array<ArrayBuffer> => {
    const longer = new Uint8Array(piece.length * 2);
    let length = 0;
    for (const octet of piece) {
      if (octet === LF && last !== CR) longer[length++] = CR;
      longer[length++] = last = octet;
    }
    // A file that somebody changed must not say more than was announced.
    const told = Math.min(length, left);
    left -= told;
    return longer.subarray(0, told);
  };
  return {
    size,
    async read(max) {
      while (rest.length <= skipped) {
        skipped -= rest.length;
        const piece = await plain.read(Math.max(1, max >> 1));
        if (piece === undefined) return undefined;
        rest = lengthen(piece);
      }
      const next = rest.subarray(skipped, skipped + max);
      rest = rest.subarray(skipped + next.length);
      skipped = 0;
      return next;
    },
    skip(octets) {
      skipped += octets;
    },
    close: plain.close,
  };
}

/**
 * How many octets `file`, which is closed, has when it is served with CRLF; undefined
 * when it is served as it is.
 *
 * @throws {DiskError}
 */
export async function countServed(file: DiskFile): Promise<number | undefined> {
  const size = await file.size();
  const octets = plainOctets(file, size);
  let bare = 0;
  let last = 0;
  try {
    for (let piece; (piece = await octets.read(LARGEST_PIECE));) {
      for (const octet of piece) {
        if (octet === LF && last !== CR) bare++;
        // Its first line says how the file ends its lines.
        else if (octet === LF && bare === 0) return undefined;
        last = octet;
      }
    }
  } finally {
    octets.close();
  }
  return bare === 0 ? undefined : size + bare;
}

function plainOctets(file: DiskFile, size: number): MessageOctets {
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

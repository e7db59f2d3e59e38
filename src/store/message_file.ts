/**
 * Reads a message's octets from its file, a piece at a time (constant memory).
 *
 * Other programs write files with LF; served they have CRLF (RFC 5322 §2.1). A file is
 * one of theirs when its first line ends so, and then all its bare LFs are line breaks.
 *
 * @module
 */

import type { Disk, DiskFile } from "../disk/mod.ts";
import type { FileName } from "./file_name.ts";
import type { MessageOctets } from "./store.ts";

const LARGEST_PIECE = 64 * 1024;

const LF = 10;
const CR = 13;

/**
 * The octets of the message in a file, of which its name says `size` and `served`. A
 * small one is read at once: opening and closing it is most of the work.
 *
 * @throws {DiskError}
 */
export async function readMessage(
  disk: Disk,
  path: string,
  { size, served }: Pick<FileName, "size" | "served">,
): Promise<MessageOctets> {
  if (size !== undefined && size <= LARGEST_PIECE) {
    const whole = await disk.read(path, size + 1);
    // A file that somebody made longer than its name tells is read as any other.
    if (whole.length <= size) return withLineEnds(octetsOf(whole), served);
  }
  return await octetsOfFile(await disk.open(path, "read"), served);
}

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
  return withLineEnds(plainOctets(file, await file.size()), served);
}

function withLineEnds(plain: MessageOctets, served?: number): MessageOctets {
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

/** Octets that are in memory. */
export function octetsOf(bytes: Uint8Array): MessageOctets {
  let at = 0;
  return {
    size: bytes.length,
    read(max) {
      if (at >= bytes.length) return Promise.resolve(undefined);
      const piece = bytes.subarray(at, at + max);
      at += piece.length;
      return Promise.resolve(piece);
    },
    skip: (octets) => void (at += octets),
    close() {},
  };
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

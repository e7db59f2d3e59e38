/** A message on its way in: written to tmp/ and synced there, not yet named. */

import { concatBytes } from "../bytes/mod.ts";
import type { DiskFile } from "../disk/mod.ts";
import type { Surroundings } from "./surroundings.ts";

export interface Incoming {
  /** The file in tmp/. */
  readonly temporary: string;
  readonly size: number;
}

/**
 * Writes `chunks` to a file in `<path>/tmp`; their bytes are certain when it resolves.
 * On rejection the file is gone.
 *
 * @throws {DiskError}
 */
export async function writeIncoming(
  { disk, unique }: Surroundings,
  path: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<Incoming> {
  const temporary = `${path}/tmp/${unique()}`;
  const file = await disk.open(temporary, "create");
  try {
    try {
      const size = await writeAll(file, chunks);
      await file.sync("store.message");
      return { temporary, size };
    } finally {
      file.close();
    }
  } catch (error) {
    await disk.unlink(temporary).catch(() => {});
    throw error;
  }
}

async function writeAll(
  file: DiskFile,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<number> {
  // Whoever makes chunks one by one may use a buffer twice; a list is there as a whole.
  if (!Array.isArray(chunks)) return await writeEach(file, chunks);
  const whole = concatBytes(chunks);
  if (whole.length > 0) await file.write(whole);
  return whole.length;
}

async function writeEach(
  file: DiskFile,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<number> {
  let size = 0;
  for await (const chunk of chunks) {
    await file.write(chunk);
    size += chunk.length;
  }
  return size;
}

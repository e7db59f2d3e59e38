/** Small text files that are whole after a power cut: the old text or the new one. */

import { DiskError } from "../disk/mod.ts";
import { utf8Decode, utf8Encode } from "../bytes/mod.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * Replaces `<folder>/<name>` by `text`; durable when it resolves. `why` names the sync
 * of the text, `<why>.name` that of the folder.
 *
 * @throws {DiskError}
 */
export async function replaceFile(
  { disk, unique }: Surroundings,
  folder: string,
  name: string,
  text: string,
  why: string,
): Promise<void> {
  const temporary = `${folder}/tmp/${name}.${unique()}`;
  const file = await disk.open(temporary, "create");
  try {
    try {
      await file.write(utf8Encode(text));
      await file.sync(why);
    } finally {
      file.close();
    }
    await disk.rename(temporary, `${folder}/${name}`);
  } catch (error) {
    await disk.unlink(temporary).catch(() => {});
    throw error;
  }
  await disk.syncDir(folder, `${why}.name`);
}

const LARGEST = 1 << 20;

/** The text of a small file, its first `largest` octets at most; undefined when there is none, or none that can be text. */
export async function readSmallFile(
  { disk }: Surroundings,
  path: string,
  largest = LARGEST,
): Promise<string | undefined> {
  let file;
  try {
    file = await disk.open(path, "read");
    const bytes = new Uint8Array(Math.min(await file.size(), largest));
    const count = await file.readAt(bytes, 0);
    return utf8Decode(bytes.subarray(0, count));
  } catch (error) {
    // Without a look at the file nothing may be said about what is in it.
    if (!(error instanceof DiskError) || error.fault !== "missing") throw error;
    return undefined;
  } finally {
    file?.close();
  }
}

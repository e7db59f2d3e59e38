/** The three folders of one Maildir, and the few things done with them. */

import type { Disk } from "../disk/mod.ts";
import type { Found } from "./compare_listing.ts";
import { keyOf, type SubFolder } from "./file_name.ts";
import type { FolderTimes } from "./index.ts";
import type { Surroundings } from "./surroundings.ts";

const SUB_FOLDERS: readonly SubFolder[] = ["new", "cur"];
/** Maildir's own rule: what is in tmp/ so long was left by a crash. */
const STALE_HOURS = 36;

/** A time that no folder has. */
export const NEVER: FolderTimes = { new: -1, cur: -1 };

export async function makeFolders(disk: Disk, path: string): Promise<void> {
  for (const folder of ["cur", "new", "tmp"]) {
    await disk.makeDir(`${path}/${folder}`);
  }
}

/** Makes the names in `folders` certain. */
export async function syncFolders(
  disk: Disk,
  path: string,
  folders: Iterable<SubFolder> = SUB_FOLDERS,
): Promise<void> {
  for (const folder of new Set(folders)) {
    await disk.syncDir(`${path}/${folder}`, `store.${folder}`);
  }
}

/** The names in new/ and cur/; new/ first, so that a file that moves meanwhile is not overlooked. */
export async function listFolders(
  disk: Disk,
  path: string,
): Promise<Record<SubFolder, string[]>> {
  const fresh = await disk.list(`${path}/new`);
  return { new: fresh, cur: await disk.list(`${path}/cur`) };
}

/** When names in new/ and cur/ last changed. */
export async function folderTimes(
  disk: Disk,
  path: string,
): Promise<FolderTimes> {
  const fresh = await disk.stat(`${path}/new`);
  const cur = await disk.stat(`${path}/cur`);
  return { new: fresh?.modified ?? 0, cur: cur?.modified ?? 0 };
}

export function sameTimes(a: FolderTimes, b: FolderTimes): boolean {
  return a.new === b.new && a.cur === b.cur;
}

/** Finds a message's file by what never changes in its name. */
export async function locate(
  disk: Disk,
  path: string,
  key: string,
): Promise<Found | undefined> {
  const names = await listFolders(disk, path);
  for (const folder of ["cur", "new"] as const) {
    const name = names[folder].find((name) => keyOf(name) === key);
    if (name !== undefined) return { folder, name };
  }
  return undefined;
}

/** Removes what a crash left in tmp/ long ago. */
export async function cleanTemporaries(
  { disk, now, log }: Surroundings,
  path: string,
): Promise<void> {
  const oldest = now() - STALE_HOURS * 3_600_000;
  for (const name of await disk.list(`${path}/tmp`)) {
    const file = `${path}/tmp/${name}`;
    try {
      const stat = await disk.stat(file);
      if (!stat || stat.isDirectory || stat.modified > oldest) continue;
      await disk.unlink(file);
    } catch (error) {
      log("store.skipped", { path: file, error: String(error) });
    }
  }
}

/** The folders of whole mailboxes: renamed and removed. */

import { DiskError } from "../disk/mod.ts";
import { isWithin } from "./hierarchy.ts";
import { mapFiles } from "./in_pieces.ts";
import {
  mailboxFolder,
  mailboxOfFolder,
  normalMailboxName,
} from "./mailbox_name.ts";
import { InvalidMailboxName } from "./store.ts";
import type { Surroundings } from "./surroundings.ts";

/** What removed mailboxes are called until their files are gone. */
const REMOVED = "denomaild-removed-";

export function isRemoved(folder: string): boolean {
  return folder.startsWith(REMOVED);
}

/** Renames the folders of all mailboxes at `from` and below it that still have their old names. @throws {DiskError} */
export async function finishRenaming(
  { disk }: Surroundings,
  home: string,
  [from, to]: readonly [string, string],
): Promise<void> {
  for (const folder of (await disk.list(home)).sort()) {
    const name = mailboxOfFolder(folder);
    if (name === undefined || !isWithin(name, from)) continue;
    const renamed = mailboxFolder(to + name.slice(from.length));
    await disk.rename(`${home}/${folder}`, `${home}/${renamed}`);
  }
  await disk.syncDir(home, "store.rename");
}

/**
 * The folders of an account. Those that another program named in another form than NFC get
 * their normal names first: under any other nobody could open them (RFC 9051 §5.1). Where
 * the normal name is taken, the folder is left out, and left alone.
 *
 * @throws {DiskError}
 */
export async function normalFolders(
  { disk, log }: Surroundings,
  home: string,
): Promise<readonly string[]> {
  const folders = new Set(await disk.list(home));
  const strange = [...folders].filter((name) => normalFolder(name) !== name);
  for (const folder of strange) {
    const normal = normalFolder(folder);
    folders.delete(folder);
    if (normal === "" || folders.has(normal)) {
      log("store.name-taken", { path: `${home}/${folder}` });
      continue;
    }
    await disk.rename(`${home}/${folder}`, `${home}/${normal}`);
    folders.add(normal);
  }
  if (strange.length > 0) await disk.syncDir(home, "store.rename");
  return [...folders];
}

/** What a folder should be called, "" where it can have no name; what is no mailbox's stays as it is. */
function normalFolder(folder: string): string {
  const name = mailboxOfFolder(folder);
  if (name === undefined || isPlain(name)) return folder;
  try {
    return mailboxFolder(normalMailboxName(name));
  } catch (error) {
    // In form NFC a few names are longer.
    if (error instanceof InvalidMailboxName) return "";
    throw error;
  }
}

/** True where a name is normal for sure, without a closer look. */
export function isPlain(name: string): boolean {
  return /^(?!inbox(?:\/|$))[ -~]+$/i.test(name);
}

/** Takes a mailbox out of the list; durable when it resolves. Its files go after that. @throws {DiskError} */
export async function dropMailbox(
  surroundings: Surroundings,
  home: string,
  path: string,
): Promise<void> {
  const { disk, unique } = surroundings;
  const removed = `${home}/${REMOVED}${unique()}`;
  await disk.rename(path, removed);
  await disk.syncDir(home, "store.delete");
  await removeFolder(surroundings, removed);
}

/** Removes a folder with all that is in it; what cannot be removed stays for the next time. */
export async function removeFolder(
  { disk, log }: Surroundings,
  path: string,
): Promise<void> {
  const remove = async (folder: string): Promise<void> => {
    await mapFiles(await disk.list(folder), async (name) => {
      const at = `${folder}/${name}`;
      if ((await disk.stat(at))?.isDirectory) await remove(at);
      else await disk.unlink(at);
    });
    await disk.removeDir(folder);
  };
  try {
    await remove(path);
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    log("store.not-removed", { path, error: error.message });
  }
}

/**
 * Puts several files from tmp/ into place, all or none, also through a power cut
 * (RFC 3502 §6.3.11: MULTIAPPEND; RFC 9051 §6.4.7: COPY).
 *
 * The file `denomaild-batch` says what is to be where, durably before the first file
 * moves, and is gone, durably, before anybody hears of it. Whoever finds it completes
 * the batch if all its files are there, and undoes it otherwise.
 *
 * @module
 */

import type { SubFolder } from "./file_name.ts";
import { mapFiles } from "./in_pieces.ts";
import { syncFolders } from "./maildir_folders.ts";
import { readSmallFile, replaceFile } from "./replace_file.ts";
import type { Surroundings } from "./surroundings.ts";

const FILE = "denomaild-batch";
const LARGEST = 1 << 26;
const HEAD = "denomaild-batch 1";

export interface Placement {
  /** Its name in tmp/. */
  readonly temporary: string;
  readonly folder: SubFolder;
  readonly name: string;
}

/** Durable when it resolves; after an error {@linkcode settleBatch} is due. @throws {DiskError} */
export async function placeAll(
  surroundings: Surroundings,
  path: string,
  placements: readonly Placement[],
): Promise<void> {
  const { disk } = surroundings;
  const lines = placements.map(({ temporary, folder, name }) =>
    `${temporary}/${folder}/${name}\n`
  );
  const text = `${HEAD}\n${lines.join("")}end\n`;
  const announce = () =>
    replaceFile(surroundings, path, FILE, text, "store.batch");
  let isEnded = false;
  try {
    await announce();
    await mapFiles(placements, async (placement) => {
      const { temporary, final } = pathsOf(path, placement);
      await disk.rename(temporary, final);
    });
    await syncFolders(disk, path, placements.map(({ folder }) => folder));
    await disk.unlink(`${path}/${FILE}`);
    isEnded = true;
    await disk.syncDir(path, "store.batch.end");
  } catch (error) {
    // Nothing may be taken back that nobody would take back to the end. If that cannot
    // be made sure, the messages stay, as after a power cut at this moment.
    if (isEnded) await announce();
    // So that whoever settles it, perhaps after a power cut, undoes it.
    for (const placement of placements) {
      const { temporary, final } = pathsOf(path, placement);
      await disk.unlink(temporary).catch(() => {});
      await disk.unlink(final).catch(() => {});
    }
    throw error;
  }
}

/**
 * Completes or undoes a batch that was cut short; certain when it resolves.
 *
 * @param isCertain There was no failure since somebody last ended a batch: what does not show is not there.
 * @throws {DiskError}
 */
export async function settleBatch(
  surroundings: Surroundings,
  path: string,
  isCertain: boolean,
): Promise<void> {
  const { disk, log } = surroundings;
  const file = `${path}/${FILE}`;
  const text = await readSmallFile(surroundings, file, LARGEST);
  if (text === undefined) {
    // Were its end undone later, what was removed meanwhile would look like a loss.
    if (!isCertain) await disk.syncDir(path, "store.batch.end");
    return;
  }
  const states = await mapFiles(placementsIn(text), async (placement) => {
    const paths = pathsOf(path, placement);
    const isThere = async (at: string) => await disk.stat(at) !== undefined;
    return {
      ...paths,
      waits: await isThere(paths.temporary),
      arrived: await isThere(paths.final),
    };
  });
  const isWhole = states.every(({ waits, arrived }) => waits || arrived);
  log("store.batch-settled", { path, isWhole, messages: states.length });
  await mapFiles(states, async ({ temporary, final, waits, arrived }) => {
    if (isWhole && !arrived) return await disk.rename(temporary, final);
    if (waits) await disk.unlink(temporary);
    if (!isWhole && arrived) await disk.unlink(final);
  });
  await syncFolders(disk, path);
  await disk.unlink(file);
  await disk.syncDir(path, "store.batch.end");
}

/** None when the file is damaged: it was never certain, and nothing moved. */
function placementsIn(text: string): Placement[] {
  const lines = text.split("\n");
  if (lines[0] !== HEAD || lines.at(-2) !== "end") return [];
  return lines.slice(1, -2).map((line) => {
    const [temporary, folder, name] = line.split("/");
    return { temporary, folder, name } as unknown as Placement;
  });
}

function pathsOf(
  path: string,
  { temporary, folder, name }: Placement,
): { temporary: string; final: string } {
  return {
    temporary: `${path}/tmp/${temporary}`,
    final: `${path}/${folder}/${name}`,
  };
}

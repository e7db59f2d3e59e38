/**
 * The operations on a data folder that no server runs on.
 *
 * @module
 */

import type { Operations } from "./control/mod.ts";
import { QueueControl } from "./deliver/mod.ts";
import { filesDisk } from "./disk/mod.ts";
import { lockData } from "./lock_data.ts";
import { operationsOf } from "./operations.ts";
import { openFileSpool } from "./queue/mod.ts";
import { fileStories, tellingLog } from "./story/mod.ts";

/**
 * Takes the folder until it is closed, so that no server begins to deliver meanwhile.
 *
 * @throws {Error} When a server has the folder, or the spool cannot be opened.
 */
export async function openIdle(
  folder: string,
): Promise<{ operations: Operations; close: () => Promise<void> }> {
  const unlock = await lockData(folder);
  const disk = filesDisk();
  const log = () => {};
  const now = () => Date.now();
  try {
    const spool = await openFileSpool({
      disk,
      path: `${folder}/spool`,
      now,
      random: () => Math.random(),
      log,
    });
    const stories = await fileStories({
      disk,
      folder: `${folder}/stories`,
      now,
      log,
    });
    const queue = new QueueControl({
      spool,
      now,
      log: tellingLog(log, stories, now),
      stateOf: () => "waits",
      changed: () => {},
    });
    return {
      operations: operationsOf({ queue, stories, wake: () => {} }),
      close: async () => {
        await stories.close();
        await spool.close();
        unlock();
      },
    };
  } catch (error) {
    unlock();
    throw error;
  }
}

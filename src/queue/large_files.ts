/** The files of large messages, each named by its message's id. */

import type { Disk } from "../disk/mod.ts";
import type { Entries } from "./entries.ts";
import type { Entry } from "./entry.ts";
import type { SpoolLog } from "./spool_log.ts";

export interface LargeFilesOptions {
  readonly disk: Disk;
  readonly folder: string;
  readonly quarantine: string;
  readonly log: SpoolLog;
}

export class LargeFiles {
  readonly #options: LargeFilesOptions;

  constructor(options: LargeFilesOptions) {
    this.#options = options;
  }

  pathOf(id: string): string {
    return `${this.#options.folder}/${id}`;
  }

  /** A file that stays, for whatever reason, is removed at the next start. */
  remove(id: string): void {
    this.#options.disk.unlink(this.pathOf(id)).catch(() => {});
  }

  /**
   * At a start, removes files that no record names, unless a record was damaged that
   * may have named them.
   *
   * @returns Entries whose file is gone or cut short: that is set aside.
   */
  async match(entries: Entries, isDamaged: boolean): Promise<Entry[]> {
    const { disk, folder, log } = this.#options;
    for (const name of await disk.list(folder)) {
      if (entries.get(name)?.large) continue;
      if (isDamaged) await this.#setAside(name);
      else await disk.unlink(this.pathOf(name));
    }
    const damaged: Entry[] = [];
    for (const entry of entries) {
      if (!entry.large) continue;
      const { id, size } = entry;
      const stat = await disk.stat(this.pathOf(id));
      if (stat?.size === size) continue;
      const fields = { level: "error", id, octets: stat?.size };
      log("spool_large_damaged", fields);
      if (stat) await this.#setAside(id);
      damaged.push(entry);
    }
    return damaged;
  }

  #setAside(name: string): Promise<void> {
    const { disk, quarantine } = this.#options;
    return disk.rename(this.pathOf(name), `${quarantine}/${name}`);
  }
}

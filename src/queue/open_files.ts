/** Files that several reads share: each is opened once. */

import type { Disk, DiskFile } from "../disk/mod.ts";

export class OpenFiles {
  readonly #disk: Disk;
  readonly #files = new Map<string, DiskFile>();

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** The file, to be read; not by two at once, and not after `close`. */
  async open(path: string): Promise<DiskFile> {
    const known = this.#files.get(path);
    if (known) return known;
    const file = await this.#disk.open(path, "read");
    this.#files.set(path, file);
    return file;
  }

  close(): void {
    for (const file of this.#files.values()) file.close();
  }
}

/** An open file of the memory disk. */

import type { DiskFile } from "./disk.ts";
import type { MemoryDisk } from "./memory.ts";
import { fault } from "./memory_fault.ts";
import type { MemoryFile } from "./memory_file.ts";

/** Dead when its disk is. */
export class MemoryHandle implements DiskFile {
  readonly #disk: MemoryDisk;
  readonly #file: MemoryFile;
  readonly #path: string;
  #open = true;

  constructor(disk: MemoryDisk, file: MemoryFile, path: string) {
    this.#disk = disk;
    this.#file = file;
    this.#path = path;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#begin(true);
    const taken = this.#disk.room(bytes);
    this.#file.write(taken);
    this.#disk.used += taken.length;
    this.#disk.touch(this.#file);
    await this.#disk.pause(2);
    if (taken.length < bytes.length) throw fault("full", "write", this.#path);
  }

  async readAt(into: Uint8Array, offset: number): Promise<number> {
    this.#begin(false);
    await this.#disk.pause(2);
    return this.#file.readAt(into, offset);
  }

  async truncate(size: number): Promise<void> {
    this.#begin(true);
    this.#disk.used += size - this.#file.size;
    this.#file.truncate(size);
    await this.#disk.pause(2);
  }

  async sync(why: string): Promise<void> {
    this.#begin(false);
    const upTo = this.#file.size;
    try {
      if (await this.#disk.sync(this.#path, why)) this.#file.synced(upTo);
    } catch (error) {
      this.#file.syncFailed();
      throw error;
    }
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async size(): Promise<number> {
    this.#begin(false);
    return this.#file.size;
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#file.handles--;
    if (!this.#disk.dead) this.#disk.release(this.#file);
  }

  #begin(changes: boolean): void {
    if (!this.#open) throw fault("io", "use the closed file", this.#path);
    this.#disk.count(changes);
  }
}

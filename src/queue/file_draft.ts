/**
 * A message on its way into the file spool: a small one waits in memory for its place
 * in the journal, a larger one goes to a file of its own as it comes.
 */

import { crc32 } from "node:zlib";
import type { Disk, DiskFile } from "../disk/mod.ts";
import type { Conclusion, Draft, Envelope } from "./spool.ts";

export interface FileDraftOptions {
  readonly disk: Disk;
  /** The folder of large messages. */
  readonly folder: string;
  /** The most octets that wait in memory. */
  readonly smallLimit: number;
  /** Takes a whole message; `octets` is undefined when it is in its file, synced. */
  readonly accept: (
    message: {
      readonly id: string;
      readonly size: number;
      readonly crc: number;
      readonly large: boolean;
    },
    octets: Uint8Array | undefined,
    envelope: Envelope,
    concludes: Conclusion | undefined,
  ) => Promise<void>;
}

const NOTHING = new Uint8Array(0);

export class FileDraft implements Draft {
  readonly id: string;
  size = 0;
  readonly #options: FileDraftOptions;
  #buffer = NOTHING;
  #file: DiskFile | undefined;
  #crc = 0;
  #state: "open" | "broken" | "ended" = "open";

  constructor(id: string, options: FileDraftOptions) {
    this.id = id;
    this.#options = options;
  }

  get #path(): string {
    return `${this.#options.folder}/${this.id}`;
  }

  write(bytes: Uint8Array): void | Promise<void> {
    this.#check();
    const size = this.size + bytes.length;
    if (this.#file || size > this.#options.smallLimit) {
      return this.#stream(bytes);
    }
    if (size > this.#buffer.length) this.#grow(size);
    this.#buffer.set(bytes, this.size);
    this.size = size;
  }

  #grow(size: number): void {
    // Exact for a message that comes at once: the buffer stays while it is recent.
    const grown = new Uint8Array(Math.max(size, 2 * this.#buffer.length));
    grown.set(this.#buffer.subarray(0, this.size));
    this.#buffer = grown;
  }

  async #stream(bytes: Uint8Array): Promise<void> {
    try {
      this.#file ??= await this.#moveToFile();
      this.#crc = crc32(bytes, this.#crc);
      await this.#file.write(bytes);
      this.size += bytes.length;
    } catch (error) {
      this.#state = "broken";
      throw error;
    }
  }

  async #moveToFile(): Promise<DiskFile> {
    const { disk } = this.#options;
    const waiting = this.#buffer.subarray(0, this.size);
    const file = await disk.open(this.#path, "create");
    this.#file = file;
    this.#crc = crc32(waiting);
    await file.write(waiting);
    this.#buffer = NOTHING;
    return file;
  }

  async commit(envelope: Envelope, concludes?: Conclusion): Promise<void> {
    this.#check();
    this.#state = "ended";
    try {
      await this.#commit(envelope, concludes);
    } catch (error) {
      await this.#removeFile();
      throw error;
    }
  }

  async #commit(
    envelope: Envelope,
    concludes: Conclusion | undefined,
  ): Promise<void> {
    const { disk, folder, accept } = this.#options;
    const { id, size } = this;
    if (this.#file === undefined) {
      const octets = this.#buffer.subarray(0, size);
      const crc = crc32(octets);
      const message = { id, size, crc, large: false };
      return await accept(message, octets, envelope, concludes);
    }
    await this.#file.sync("large message");
    this.#file.close();
    await disk.syncDir(folder, "large folder");
    const message = { id, size, crc: this.#crc, large: true };
    await accept(message, undefined, envelope, concludes);
  }

  async abort(): Promise<void> {
    if (this.#state === "ended") return;
    this.#state = "ended";
    await this.#removeFile();
  }

  /** What cannot be removed now is removed at the next start: no record names it. */
  async #removeFile(): Promise<void> {
    if (this.#file === undefined) return;
    this.#file.close();
    await this.#options.disk.unlink(this.#path).catch(() => {});
  }

  #check(): void {
    if (this.#state === "open") return;
    const what = this.#state === "broken" ? "a write failed" : "it has ended";
    throw new Error(`Cannot use draft "${this.id}": ${what}`);
  }
}

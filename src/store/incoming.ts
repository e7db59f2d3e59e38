/** A message on its way in: written to tmp/ and synced there, not yet named. */

import { concatBytes } from "../bytes/mod.ts";
import type { DiskFile } from "../disk/mod.ts";
import type { Surroundings } from "./surroundings.ts";

export interface Incoming {
  /** The file in tmp/. */
  readonly temporary: string;
  readonly size: number;
}

/** A file in tmp/ that grows. */
export class IncomingFile {
  readonly #surroundings: Surroundings;
  readonly #temporary: string;
  readonly #file: DiskFile;
  #size = 0;
  #isOpen = true;

  private constructor(
    surroundings: Surroundings,
    temporary: string,
    file: DiskFile,
  ) {
    this.#surroundings = surroundings;
    this.#temporary = temporary;
    this.#file = file;
  }

  /** Begins a file in `<path>/tmp`. @throws {DiskError} */
  static async begin(
    surroundings: Surroundings,
    path: string,
  ): Promise<IncomingFile> {
    const temporary = `${path}/tmp/${surroundings.unique()}`;
    const file = await surroundings.disk.open(temporary, "create");
    return new IncomingFile(surroundings, temporary, file);
  }

  /** @throws {DiskError} */
  async write(octets: Uint8Array): Promise<void> {
    if (octets.length > 0) await this.#file.write(octets);
    this.#size += octets.length;
  }

  /** The octets are certain when it resolves. @throws {DiskError} */
  async finish(): Promise<Incoming> {
    try {
      await this.#file.sync("store.message");
    } finally {
      this.#close();
    }
    return { temporary: this.#temporary, size: this.#size };
  }

  #close(): void {
    if (this.#isOpen) this.#file.close();
    this.#isOpen = false;
  }

  async discard(): Promise<void> {
    this.#close();
    await this.#surroundings.disk.unlink(this.#temporary).catch(() => {});
  }
}

/**
 * Writes `chunks` to a file in `<path>/tmp`; their bytes are certain when it resolves.
 * On rejection the file is gone.
 *
 * @throws {DiskError}
 */
export async function writeIncoming(
  surroundings: Surroundings,
  path: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<Incoming> {
  const file = await IncomingFile.begin(surroundings, path);
  try {
    // Whoever makes chunks one by one may use a buffer twice; a list is there as a whole.
    if (Array.isArray(chunks)) await file.write(concatBytes(chunks));
    else for await (const chunk of chunks) await file.write(chunk);
    return await file.finish();
  } catch (error) {
    await file.discard();
    throw error;
  }
}

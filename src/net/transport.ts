/** One connection's octets, in the clear or under TLS. */

import { limits } from "../wire/mod.ts";
import { giveWideBuffer, takeWideBuffer } from "./wide_buffers.ts";

export interface Transport {
  /**
   * The next octets, in a view that the following read may overwrite; undefined at the end.
   *
   * @param expectsMuch Whether a wide buffer is worth its memory.
   */
  read(expectsMuch?: boolean): Promise<Uint8Array | undefined>;
  /** Resolves when all of `bytes` has been accepted. */
  write(bytes: Uint8Array): Promise<void>;
  /** Says that nothing more will be written; the peer can still be read. */
  closeWrite(): Promise<void>;
  /** Ends the connection at once. Twice is harmless. */
  close(): void;
}

/** A connection in the clear. Its read buffer is small at rest, and wide while the peer fills it. */
export class PlainTransport implements Transport {
  readonly #small = new Uint8Array(limits.wire.readBuffer);
  #buffer = this.#small;
  /** Octets that the last read brought. */
  #count = 0;
  #isReading = false;

  constructor(readonly conn: Deno.Conn) {}

  read(expectsMuch = false): Promise<Uint8Array | undefined> {
    const size = nextSize(this.#buffer.length, this.#count, expectsMuch);
    if (size !== this.#buffer.length) this.#resize(size);
    this.#isReading = true;
    return this.conn.read(this.#buffer).then(this.#taken);
  }

  readonly #taken = (count: number | null): Uint8Array | undefined => {
    this.#isReading = false;
    this.#count = count ?? 0;
    return count === null ? undefined : this.#buffer.subarray(0, count);
  };

  #resize(size: number): void {
    const { readBuffer, readBufferWide } = limits.wire;
    if (this.#buffer.length === readBufferWide) giveWideBuffer(this.#buffer);
    this.#buffer = size === readBuffer
      ? this.#small
      : size === readBufferWide
      ? takeWideBuffer()
      : new Uint8Array(size);
  }

  async write(bytes: Uint8Array): Promise<void> {
    let written = await this.conn.write(bytes);
    while (written < bytes.length) {
      written += await this.conn.write(bytes.subarray(written));
    }
  }

  async closeWrite(): Promise<void> {
    await this.conn.closeWrite();
  }

  close(): void {
    try {
      this.conn.close();
    } catch {
      // Closed already.
    }
  }

  /** Gives up the read buffer, once nobody will look at what was read. */
  release(): void {
    if (!this.#isReading) this.#resize(limits.wire.readBuffer);
  }
}

/**
 * The size of a read buffer, from that of the last and what it took: wide when it was
 * filled, or when much is expected, and small again as soon as neither is so.
 */
export function nextSize(
  size: number,
  count: number,
  expectsMuch: boolean,
): number {
  const { readBuffer, readBufferWide, readBufferMax } = limits.wire;
  if (count === size) {
    return size < readBufferWide ? readBufferWide : readBufferMax;
  }
  if (!expectsMuch) return readBuffer;
  return count >= readBufferWide ? readBufferMax : readBufferWide;
}

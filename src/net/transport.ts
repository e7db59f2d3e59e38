/** One connection's octets, in the clear or under TLS. */

import { limits } from "../wire/mod.ts";

export interface Transport {
  /** The next octets, in a view that the following read may overwrite; undefined at the end. */
  read(): Promise<Uint8Array | undefined>;
  /** Resolves when all of `bytes` has been accepted. */
  write(bytes: Uint8Array): Promise<void>;
  /** Says that nothing more will be written; the peer can still be read. */
  closeWrite(): Promise<void>;
  /** Ends the connection at once. Twice is harmless. */
  close(): void;
}

/** A connection in the clear. Its read buffer is small at rest and grows while the peer fills it. */
export class PlainTransport implements Transport {
  #buffer = new Uint8Array(limits.wire.readBuffer);

  constructor(readonly conn: Deno.Conn) {}

  async read(): Promise<Uint8Array | undefined> {
    const count = await this.conn.read(this.#buffer);
    if (count === null) return undefined;
    const octets = this.#buffer.subarray(0, count);
    this.#adapt(count);
    return octets;
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

  /** Widens the buffer while the peer fills it; a small read brings the small one back. */
  #adapt(count: number): void {
    const { readBuffer, readBufferMax } = limits.wire;
    const size = this.#buffer.length;
    if (count === size && size < readBufferMax) {
      this.#buffer = new Uint8Array(Math.min(size * 4, readBufferMax));
    } else if (count < readBuffer / 2 && size > readBuffer) {
      this.#buffer = new Uint8Array(readBuffer);
    }
  }
}

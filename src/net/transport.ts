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
  /** Small reads since the last that was not. */
  #small = 0;

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

  /**
   * Widens the buffer while the peer fills it. Small reads bring the small one back: at
   * once from the widest, else when so many came in a row that no message is between them.
   */
  #adapt(count: number): void {
    const { readBuffer, readBufferKept, readBufferMax } = limits.wire;
    const size = this.#buffer.length;
    if (count >= readBuffer / 2) this.#small = 0;
    else this.#small++;
    if (count === size && size < readBufferMax) {
      const wider = Math.max(size * 4, readBufferKept / 4);
      this.#buffer = new Uint8Array(Math.min(wider, readBufferMax));
    } else if (
      size > readBuffer && this.#small > (size > readBufferKept ? 0 : DIALOG)
    ) {
      this.#buffer = new Uint8Array(readBuffer);
    }
  }
}

/** Small reads in a row (MAIL, RCPT, DATA) that are just the dialog before another message. */
const DIALOG = 8;

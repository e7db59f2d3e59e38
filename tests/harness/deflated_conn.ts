/** The client's side of COMPRESS=DEFLATE (RFC 4978), over node:zlib. */

import {
  constants,
  createDeflateRaw,
  createInflateRaw,
  type DeflateRaw,
  type InflateRaw,
} from "node:zlib";
import type { LineClient } from "./line_client.ts";

type Conn = LineClient["conn"];

/** A connection that is compressed both ways from now on. */
export class DeflatedConn implements Conn {
  /** Octets that came over the wire. */
  received = 0;
  readonly #deflate = createDeflateRaw({ flush: constants.Z_SYNC_FLUSH });
  readonly #inflate = createInflateRaw({ flush: constants.Z_SYNC_FLUSH });
  readonly #wire = new Uint8Array(64 * 1024);
  #plain: Uint8Array = new Uint8Array(0);

  constructor(readonly below: Conn) {}

  async write(bytes: Uint8Array): Promise<number> {
    const squeezed = await pass(this.#deflate, bytes);
    for (let at = 0; at < squeezed.length;) {
      at += await this.below.write(squeezed.subarray(at));
    }
    return bytes.length;
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#plain.length === 0) {
      const count = await this.below.read(this.#wire);
      if (count === null) return null;
      this.received += count;
      const octets = this.#wire.slice(0, count);
      this.#plain = await pass(this.#inflate, octets);
    }
    const some = this.#plain.subarray(0, buffer.length);
    buffer.set(some);
    this.#plain = this.#plain.subarray(some.length);
    return some.length;
  }

  close(): void {
    this.#deflate.destroy();
    this.#inflate.destroy();
    this.below.close();
  }
}

/** What comes out of `stream` for `octets`. */
async function pass(
  stream: DeflateRaw | InflateRaw,
  octets: Uint8Array,
): Promise<Uint8Array> {
  const out: Uint8Array[] = [];
  const take = (chunk: Uint8Array) => void out.push(chunk);
  stream.on("data", take);
  await new Promise<void>((resolve, reject) => {
    stream.once("error", reject);
    stream.write(octets, () => resolve());
  });
  stream.off("data", take).removeAllListeners("error");
  return new Uint8Array(await new Blob(out as BlobPart[]).arrayBuffer());
}

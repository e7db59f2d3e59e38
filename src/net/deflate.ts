/**
 * A connection whose octets are compressed both ways (RFC 4978; RFC 1951 without the
 * zlib header).
 *
 * `node:zlib` and not `CompressionStream`: that one cannot end a block without ending the
 * stream, and a line would wait for the next one.
 *
 * @module
 */

import {
  constants,
  createDeflateRaw,
  createInflateRaw,
  type DeflateRaw,
  type InflateRaw,
} from "node:zlib";
import { concatBytes } from "../bytes/mod.ts";
import type { Transport } from "./transport.ts";

/** Compressed octets that are taken at once: each may become a thousand. */
const SLICE = 1024;

/** 2^15 octets of window would be 256 KiB a connection; mail compresses nearly as well so. */
const FRUGAL = { windowBits: 13, memLevel: 6, flush: constants.Z_SYNC_FLUSH };

/** Compresses what is written to `below`, and the reverse. */
export class DeflateTransport implements Transport {
  readonly #below: Transport;
  readonly #deflate: Squeezer;
  readonly #inflate: Squeezer;
  /** Compressed octets that came and were not used yet. */
  #rest: Uint8Array = new Uint8Array(0);

  constructor(below: Transport) {
    this.#below = below;
    this.#deflate = new Squeezer(createDeflateRaw(FRUGAL));
    // Whatever window the peer has taken.
    this.#inflate = new Squeezer(
      createInflateRaw({ flush: constants.Z_SYNC_FLUSH }),
    );
  }

  async read(): Promise<Uint8Array | undefined> {
    while (true) {
      if (this.#rest.length === 0) {
        const octets = await this.#below.read();
        if (octets === undefined) return undefined;
        // The transport below may use its buffer again.
        this.#rest = octets.slice();
      }
      const slice = this.#rest.subarray(0, SLICE);
      this.#rest = this.#rest.subarray(slice.length);
      const plain = await this.#inflate.push(slice);
      if (plain.length > 0) return plain;
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#below.write(await this.#deflate.push(bytes));
  }

  closeWrite(): Promise<void> {
    return this.#below.closeWrite();
  }

  close(): void {
    this.#deflate.close();
    this.#inflate.close();
    this.#below.close();
  }
}

/** A stream of `node:zlib`, one push at a time. */
class Squeezer {
  readonly #stream: DeflateRaw | InflateRaw;
  #out: Uint8Array[] = [];
  #failed: ((error: Error) => void) | undefined;
  #error: Error | undefined;

  constructor(stream: DeflateRaw | InflateRaw) {
    this.#stream = stream;
    stream.on("data", (chunk: Uint8Array) => this.#out.push(chunk));
    stream.on("error", (error: Error) => this.#fail(error));
    // A peer that ends its compressed stream has nothing more to say.
    stream.on(
      "end",
      () => this.#fail(new Error("compressed stream has ended")),
    );
  }

  /** What comes out for `bytes`; rejects where they are no compressed octets. */
  async push(bytes: Uint8Array): Promise<Uint8Array> {
    if (this.#error !== undefined) throw this.#error;
    await new Promise<void>((resolve, reject) => {
      this.#failed = reject;
      this.#stream.write(bytes, () => resolve());
    });
    const out = this.#out;
    this.#out = [];
    return out.length === 0 ? new Uint8Array(0) : concatBytes(out);
  }

  close(): void {
    this.#stream.destroy();
    this.#fail(new Error("connection is closed"));
  }

  #fail(error: Error): void {
    this.#error ??= error;
    this.#failed?.(error);
  }
}

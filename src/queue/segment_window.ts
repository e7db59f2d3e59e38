/**
 * A segment as a start reads it: through a window that moves on. Its buffer is small,
 * which keeps it in the processor's cache, and serves for all segments: what is outgrown
 * stays with the allocator.
 */

import type { Buffer } from "node:buffer";
import type { Disk, DiskFile } from "../disk/mod.ts";
import { bufferOf, readWhole, type Segment } from "./segment.ts";

export class SegmentWindow {
  readonly segment: Segment;
  /** Octets of the whole segment. */
  readonly size: number;
  /** What is in the window, and where in the segment it begins. */
  bytes: Buffer;
  base = 0;
  readonly #file: DiskFile;
  #buffer: Uint8Array;

  /** @param buffer What is in the window at a time, nearly always. */
  static async open(
    disk: Disk,
    segment: Segment,
    buffer: Uint8Array,
  ): Promise<SegmentWindow> {
    const file = await disk.open(segment.path, "read");
    try {
      return new SegmentWindow(segment, file, await file.size(), buffer);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  private constructor(
    segment: Segment,
    file: DiskFile,
    size: number,
    buffer: Uint8Array,
  ) {
    this.segment = segment;
    this.size = size;
    this.#file = file;
    this.#buffer = buffer;
    this.bytes = bufferOf(buffer.subarray(0, 0));
  }

  /**
   * Lets go what stands before `from`, for more of what stands behind; false when the
   * window reaches the end of the segment. When there is nothing to let go, the window
   * grows to all the rest.
   */
  async advance(from: number): Promise<boolean> {
    const end = this.base + this.bytes.length;
    if (end === this.size) return false;
    const rest = this.bytes.subarray(from - this.base);
    if (rest.length === this.#buffer.length) {
      this.#buffer = new Uint8Array(this.size - from);
    }
    this.#buffer.set(rest);
    this.base = from;
    const length = Math.min(this.#buffer.length, this.size - from);
    const window = this.#buffer.subarray(0, length);
    await readWhole(this.#file, end, window.subarray(rest.length));
    this.bytes = bufferOf(window);
    return true;
  }

  /** Octets of the segment, wherever the window is. */
  read(from: number, to: number): Promise<Uint8Array> {
    return readWhole(this.#file, from, new Uint8Array(to - from));
  }

  close(): void {
    this.#file.close();
  }
}

/**
 * Many small records end to end in a few pages: as objects, 100,000 of them would take
 * several times the memory, and every collection of garbage would look at each. Pages
 * never grow: what is outgrown stays with the allocator.
 */

import { Buffer } from "node:buffer";
import { utf8Encode } from "../bytes/mod.ts";

/** Octets of a page. A longer record has a page of its own. */
const PAGE_BITS = 16;
const PAGE = 1 << PAGE_BITS;

/** Where a record lies. */
export interface Spot {
  readonly page: Page;
  /** Offset in the page. */
  readonly at: number;
}

export class Page {
  readonly bytes: Buffer;
  readonly view: DataView;

  constructor(size: number) {
    this.bytes = Buffer.alloc(size);
    const { buffer, byteOffset } = this.bytes;
    this.view = new DataView(buffer, byteOffset, size);
  }

  text(from: number, to: number): string {
    return this.bytes.toString("utf8", from, to);
  }

  /** Writes `text` as UTF-8. */
  putText(text: string, at: number): void {
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) return this.bytes.set(utf8Encode(text), at);
      this.bytes[at + i] = unit;
    }
  }

  hasText(text: string, from: number, to: number): boolean {
    if (to - from < text.length) return false;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) return this.text(from, to) === text;
      if (this.bytes[from + i] !== unit) return false;
    }
    return to - from === text.length;
  }
}

export class Arena {
  readonly #pages: Page[] = [];
  /** Offset of what is free in the last page. */
  #end = PAGE;
  #size = 0;

  /** Octets that were taken. */
  get size(): number {
    return this.#size;
  }

  /** Takes octets for a record, with whatever is in them; returns its number. */
  take(length: number): number {
    if (this.#end + length > PAGE) {
      this.#pages.push(new Page(Math.max(PAGE, length)));
      this.#end = 0;
    }
    const record = (this.#pages.length - 1) * PAGE + this.#end;
    this.#end += length;
    this.#size += length;
    return record;
  }

  spotOf(record: number): Spot {
    return {
      page: this.#pages[record >>> PAGE_BITS]!,
      at: record & (PAGE - 1),
    };
  }

  /** Takes in what another arena has; returns its number in this one. */
  takeCopy({ page, at }: Spot, length: number): number {
    const record = this.take(length);
    const copy = this.spotOf(record);
    page.bytes.copy(copy.page.bytes, copy.at, at, at + length);
    return record;
  }
}

/** Octets of `text` in UTF-8. */
export function textLength(text: string): number {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0x7f) return utf8Encode(text).length;
  }
  return text.length;
}

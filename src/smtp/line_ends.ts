/** A check that octets that come in pieces have no CR or LF outside of a CRLF (RFC 5321 §2.3.8). */

import { CR, LF } from "../bytes/mod.ts";

export class LineEnds {
  #afterCr = false;
  #bare = false;

  /** True once a bare one was seen. */
  get bare(): boolean {
    return this.#bare;
  }

  push(bytes: Uint8Array): void {
    if (this.#bare || bytes.length === 0) return;
    let at = 0;
    if (this.#afterCr && bytes[at++] !== LF) return this.#found();
    while (at < bytes.length) {
      const cr = bytes.indexOf(CR, at);
      const to = cr < 0 ? bytes.length : cr;
      const lf = bytes.subarray(at, to).indexOf(LF);
      if (lf >= 0) return this.#found();
      if (cr < 0) break;
      if (cr + 1 === bytes.length) {
        this.#afterCr = true;
        return;
      }
      if (bytes[cr + 1] !== LF) return this.#found();
      at = cr + 2;
    }
    this.#afterCr = false;
  }

  /** No more octets come. */
  end(): void {
    if (this.#afterCr) this.#bare = true;
  }

  #found(): void {
    this.#bare = true;
  }
}

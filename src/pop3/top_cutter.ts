/**
 * Where the top of a message ends: its header, the blank line, and some lines of its
 * body (RFC 1939 §7, TOP).
 *
 * A line ends at LF, as clients count; mail keeps CRLF, but old or binary mail may not.
 *
 * @module
 */

import { CR, LF } from "../bytes/mod.ts";

/** Lets the header, the blank line and so many lines of the body through. */
export class TopCutter {
  /** True once the last line is through. */
  done = false;
  #lines: number;
  #inBody = false;
  /** The line so far: nothing, one CR, or anything else. */
  #line: "" | "CR" | "text" = "";

  /** @param lines Lines of the body; 0 is the header and the blank line alone. */
  constructor(lines: number) {
    this.#lines = lines;
  }

  /** The octets of `input` that belong to the top, as a view of it. */
  push(input: Uint8Array): Uint8Array {
    let at = 0;
    while (at < input.length && !this.done) {
      const lf = input.indexOf(LF, at);
      const end = lf < 0 ? input.length : lf;
      this.#extendLine(input, at, end);
      at = end;
      if (lf < 0) break;
      this.#endLine();
      at = lf + 1;
    }
    return input.subarray(0, at);
  }

  #extendLine(input: Uint8Array, from: number, to: number): void {
    if (to === from) return;
    const onlyCr = to - from === 1 && input[from] === CR;
    this.#line = this.#line === "" && onlyCr ? "CR" : "text";
  }

  #endLine(): void {
    if (this.#inBody) this.#lines--;
    else this.#inBody = this.#line !== "text";
    this.#line = "";
    this.done = this.#inBody && this.#lines <= 0;
  }
}

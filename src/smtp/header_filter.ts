/**
 * What happens to a header section while it passes: nothing but a look at its
 * Received fields, unless the message is a submission.
 *
 * @module
 */

import { CR, LF } from "../bytes/mod.ts";
import type { Address, Reply } from "../mail/mod.ts";
import * as replies from "./replies.ts";

/** What fields may ask for in place of parameters of MAIL, which go before them. */
export interface HeaderWishes {
  /** MT-Priority (RFC 6758 §4): -9 to 9. */
  readonly priority?: number;
  /** "TLS-Required: No" (RFC 8689 §5). */
  readonly requireTls?: false;
}

/** Sees each octet of a message once, in order, and passes on what shall be kept. */
export interface HeaderFilter {
  /** What speaks against the message. */
  readonly refusal: Reply | undefined;
  /** Addresses of the From field, where the filter looks at it. */
  readonly authors?: readonly Address[];
  /** What the header section asks of the queue, where the filter looks at it. */
  readonly wishes?: HeaderWishes;
  /** Views that are passed on are views of `bytes`, or new arrays. */
  push(bytes: Uint8Array, write: (bytes: Uint8Array) => void): void;
  /** The message is complete. */
  end(write: (bytes: Uint8Array) => void): void;
}

const NAME = [..."received"].map((letter) => letter.charCodeAt(0));
const COLON = 0x3a;
const SPACE = 0x20;
const LOWER = 0x20;

/** Counts Received fields, which tell a loop (RFC 5321 §6.3); changes nothing. */
export class HopCounter implements HeaderFilter {
  #hops = 0;
  /** Octets of the line's field name that matched; -1 when it is another field. */
  #matched = 0;
  /** True where only CR has been read of the line. */
  #onlyCr = false;
  #inBody = false;

  constructor(readonly limit: number) {}

  get refusal(): Reply | undefined {
    return this.#hops > this.limit ? replies.mailLoop : undefined;
  }

  push(bytes: Uint8Array, write: (bytes: Uint8Array) => void): void {
    if (!this.#inBody) this.#look(bytes);
    write(bytes);
  }

  end(): void {}

  #look(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length && !this.#inBody) {
      if (this.#matched < 0) {
        const lf = bytes.indexOf(LF, at);
        if (lf < 0) return;
        at = lf + 1;
        this.#matched = 0;
        continue;
      }
      this.#match(bytes[at++]!);
    }
  }

  /** One octet at the start of a line, where its name may still be ours. */
  #match(octet: number): void {
    if (octet === LF) {
      // RFC 5322 §2.1: an empty line ends the header section.
      this.#inBody = this.#matched === 0;
      this.#matched = 0;
      this.#onlyCr = false;
    } else if (this.#matched === 0 && octet === CR) {
      this.#onlyCr = true;
    } else if (this.#onlyCr) {
      this.#onlyCr = false;
      this.#matched = -1;
    } else if (this.#matched === NAME.length) {
      // RFC 5322 §4.5: space before the colon is obsolete, but allowed.
      if (octet === COLON) this.#hops++;
      if (octet !== SPACE) this.#matched = -1;
    } else {
      const same = (octet | LOWER) === NAME[this.#matched];
      this.#matched = same ? this.#matched + 1 : -1;
    }
  }
}

/**
 * What happens to a header section while it passes: nothing but a look at its
 * Received fields, unless the message is a submission.
 *
 * @module
 */

import { CR, LF } from "../bytes/mod.ts";
import { type Address, parseMessageId, type Reply } from "../mail/mod.ts";
import * as replies from "./replies.ts";

/** What fields may ask for in place of parameters of MAIL, which go before them. */
export interface HeaderWishes {
  /** MT-Priority (RFC 6758 §4): -9 to 9. Of submissions alone: strangers have no say in our queue. */
  readonly priority?: number;
  /** "TLS-Required: No" (RFC 8689 §3). */
  readonly requireTls?: false;
}

/** Sees each octet of a message once, in order, and passes on what shall be kept. */
export interface HeaderFilter {
  /** What speaks against the message. */
  readonly refusal: Reply | undefined;
  /** Addresses of the From field, where the filter looks at it. */
  readonly authors?: readonly Address[];
  /** The message's own identifier, with its angle brackets. */
  readonly messageId?: string | undefined;
  /** What the header section asks of the queue, where the filter looks at it. */
  readonly wishes?: HeaderWishes;
  /** Views that are passed on are views of `bytes`, or new arrays. */
  push(bytes: Uint8Array, write: (bytes: Uint8Array) => void): void;
  /** The message is complete. */
  end(write: (bytes: Uint8Array) => void): void;
}

const COLON = 0x3a;
const SPACE = 0x20;
const TAB = 0x09;
const GREATER = 0x3e;
const LOWER = 0x20;

/** A field whose value is kept. */
interface Kept {
  readonly name: readonly number[];
  /** Octets that are kept: a line of RFC 5322 §2.1.1, or as much as tells. */
  readonly longest: number;
  /** The octet behind which nothing matters. */
  readonly last?: number;
}

/** Fields that are looked at, in lower case. */
const RECEIVED = codesOf("received");
const MESSAGE_ID: Kept = {
  name: codesOf("message-id"),
  longest: 998,
  last: GREATER,
};
const TLS_REQUIRED: Kept = { name: codesOf("tls-required"), longest: 64 };
const LONGEST_NAME = TLS_REQUIRED.name.length;

function codesOf(name: string): readonly number[] {
  return [...name].map((letter) => letter.charCodeAt(0));
}

/**
 * Counts Received fields, which tell a loop (RFC 5321 §6.3), and remembers the first
 * Message-ID, for the message's story, and TLS-Required, which every server has to
 * obey (RFC 8689 §4.1); changes nothing.
 */
export class HeaderWatch implements HeaderFilter {
  #hops = 0;
  #state: "name" | "value" | "kept value" | "body" = "name";
  readonly #name = new Uint8Array(LONGEST_NAME);
  /** Octets of the line's field name so far. */
  #length = 0;
  /** A space was read behind the name. */
  #named = false;
  /** True where only CR has been read of the line. */
  #onlyCr = false;
  /** The field that has not come to its end, if it is one that is kept. */
  #open: Kept | undefined;
  #value = "";
  #messageId: string | undefined;
  /** A second field of the name takes back what the first one said (RFC 8689 §3). */
  #tlsRequired: string | undefined;

  constructor(readonly limit: number) {}

  get refusal(): Reply | undefined {
    return this.#hops > this.limit ? replies.mailLoop : undefined;
  }

  get messageId(): string | undefined {
    return parseMessageId(this.#messageId ?? "");
  }

  get wishes(): HeaderWishes {
    const value = this.#tlsRequired ?? "";
    const isWhole = value.length <= TLS_REQUIRED.longest;
    return isWhole && /^\s*no\s*$/i.test(value) ? { requireTls: false } : {};
  }

  push(bytes: Uint8Array, write: (bytes: Uint8Array) => void): void {
    if (this.#state !== "body") this.#look(bytes);
    write(bytes);
  }

  end(): void {
    this.#close();
  }

  #look(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length && this.#state !== "body") {
      if (this.#state === "value") {
        const lf = bytes.indexOf(LF, at);
        if (lf < 0) return;
        at = lf + 1;
        this.#beginLine();
      } else if (this.#state === "kept value") this.#keep(bytes[at++]!);
      else this.#match(bytes[at++]!);
    }
  }

  #beginLine(): void {
    this.#state = "name";
    this.#length = 0;
    this.#named = false;
    this.#onlyCr = false;
  }

  /** One octet at the start of a line, where its name may still be one of ours. */
  #match(octet: number): void {
    const isFirst = this.#length === 0 && !this.#named;
    // A line of another field, or none: what is folded after it is not the last one's.
    if (isFirst && !isSpace(octet)) this.#close();
    if (octet === LF) {
      // RFC 5322 §2.1: an empty line ends the header section.
      if (isFirst) this.#state = "body";
      else this.#beginLine();
    } else if (isFirst && octet === CR && !this.#onlyCr) {
      this.#onlyCr = true;
    } else if (this.#onlyCr) {
      this.#state = "value";
    } else if (isFirst && isSpace(octet)) {
      this.#state = this.#open ? "kept value" : "value";
    } else if (octet === COLON) this.#beginValue();
    // RFC 5322 §4.5: space before the colon is obsolete, but allowed.
    else if (octet === SPACE) this.#named = true;
    else if (this.#named || this.#length === LONGEST_NAME) {
      this.#state = "value";
    } else this.#name[this.#length++] = octet | LOWER;
  }

  /** The name has ended. */
  #beginValue(): void {
    this.#state = "value";
    if (this.#isCalled(RECEIVED)) this.#hops++;
    else if (this.#isCalled(MESSAGE_ID.name)) this.#keepValueOf(MESSAGE_ID);
    else if (this.#isCalled(TLS_REQUIRED.name)) this.#keepValueOf(TLS_REQUIRED);
  }

  #isCalled(name: readonly number[]): boolean {
    return this.#length === name.length &&
      name.every((letter, i) => this.#name[i] === letter);
  }

  #keepValueOf(field: Kept): void {
    this.#state = "kept value";
    this.#open = field;
    this.#value = "";
  }

  /** The open field, folded lines with it, has come to its end. */
  #close(): void {
    const value = this.#value;
    if (this.#open === MESSAGE_ID) this.#messageId ??= value;
    if (this.#open === TLS_REQUIRED) {
      this.#tlsRequired = this.#tlsRequired === undefined ? value : "twice";
    }
    this.#open = undefined;
  }

  #keep(octet: number): void {
    const { longest, last } = this.#open!;
    this.#value += String.fromCharCode(octet);
    if (octet === LF) this.#beginLine();
    else if (octet === last || this.#value.length > longest) {
      this.#close();
      this.#state = "value";
    }
  }
}

function isSpace(octet: number): boolean {
  return octet === SPACE || octet === TAB;
}

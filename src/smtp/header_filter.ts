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

/** Fields that are looked at, in lower case. */
const RECEIVED = codesOf("received");
const MESSAGE_ID = codesOf("message-id");
const LONGEST_NAME = MESSAGE_ID.length;
/** Octets of a Message-ID that are looked at: a line of RFC 5322 §2.1.1. */
const LONGEST_ID = 998;

function codesOf(name: string): readonly number[] {
  return [...name].map((letter) => letter.charCodeAt(0));
}

/**
 * Counts Received fields, which tell a loop (RFC 5321 §6.3), and remembers the first
 * Message-ID, for the message's story; changes nothing.
 */
export class HeaderWatch implements HeaderFilter {
  #hops = 0;
  #state: "name" | "value" | "message id" | "body" = "name";
  readonly #name = new Uint8Array(LONGEST_NAME);
  /** Octets of the line's field name so far. */
  #length = 0;
  /** A space was read behind the name. */
  #named = false;
  /** True where only CR has been read of the line. */
  #onlyCr = false;
  #messageId = "";

  constructor(readonly limit: number) {}

  get refusal(): Reply | undefined {
    return this.#hops > this.limit ? replies.mailLoop : undefined;
  }

  get messageId(): string | undefined {
    return parseMessageId(this.#messageId);
  }

  push(bytes: Uint8Array, write: (bytes: Uint8Array) => void): void {
    if (this.#state !== "body") this.#look(bytes);
    write(bytes);
  }

  end(): void {}

  #look(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length && this.#state !== "body") {
      if (this.#state === "value") {
        const lf = bytes.indexOf(LF, at);
        if (lf < 0) return;
        at = lf + 1;
        this.#beginLine();
      } else if (this.#state === "message id") this.#keep(bytes[at++]!);
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
    // A line of another field: what is folded after it is not the Message-ID's.
    if (isFirst && !isSpace(octet) && this.#isInId()) this.#messageId += " ";
    if (octet === LF) {
      // RFC 5322 §2.1: an empty line ends the header section.
      if (isFirst) this.#state = "body";
      else this.#beginLine();
    } else if (isFirst && octet === CR && !this.#onlyCr) {
      this.#onlyCr = true;
    } else if (this.#onlyCr) {
      this.#state = "value";
    } else if (isFirst && isSpace(octet)) {
      this.#state = this.#isInId() ? "message id" : "value";
    } else if (octet === COLON) this.#value();
    // RFC 5322 §4.5: space before the colon is obsolete, but allowed.
    else if (octet === SPACE) this.#named = true;
    else if (this.#named || this.#length === LONGEST_NAME) {
      this.#state = "value";
    } else this.#name[this.#length++] = octet | LOWER;
  }

  /** The name has ended. */
  #value(): void {
    this.#state = "value";
    if (this.#isCalled(RECEIVED)) this.#hops++;
    if (this.#messageId === "" && this.#isCalled(MESSAGE_ID)) {
      this.#messageId = " ";
      this.#state = "message id";
    }
  }

  #isCalled(name: readonly number[]): boolean {
    return this.#length === name.length &&
      name.every((letter, i) => this.#name[i] === letter);
  }

  /** A folded line belongs to a Message-ID that has not come to its end. */
  #isInId(): boolean {
    return this.#messageId.endsWith("\n");
  }

  #keep(octet: number): void {
    if (octet === LF) this.#beginLine();
    const isDone = octet === GREATER || this.#messageId.length > LONGEST_ID;
    if (isDone) this.#state = "value";
    this.#messageId += String.fromCharCode(octet);
  }
}

function isSpace(octet: number): boolean {
  return octet === SPACE || octet === TAB;
}

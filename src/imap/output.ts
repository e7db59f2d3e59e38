/**
 * Writes responses: words, strings and literals (RFC 9051 §4.3, §9).
 *
 * @module
 */

import {
  isAscii,
  latin1Encode,
  latin1EncodeInto,
  utf8FromByteString,
} from "../bytes/mod.ts";
import { flush, limits, type Session, type Wire } from "../wire/mod.ts";

/** Longer strings go as literals, whatever is in them. */
const QUOTED_MAX = 1000;

/** Octets of many responses that leave together. */
const TOGETHER = limits.wire.outputHigh;
/** Octets that are copied: to hand them on by themselves would take longer. */
const FEW = 4096;
/** Octets for which room is made: at first, and while a command has much to say. */
const ROOM = 128;
const MUCH_ROOM = TOGETHER + 2 * FEW;

/** What stands in quotes as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;

const ZERO = 0x30;

const EMPTY = new Uint8Array(0);

/** Builds one response after the other. Texts are byte strings: one character an octet. */
export class Output {
  readonly #wire: Wire;
  readonly #utf8: () => boolean;
  /** What was written and is not the wire's yet; an idle session has none. */
  #buffer: Uint8Array = EMPTY;
  #size = 0;
  /** Octets that are the wire's by now. */
  #passed = 0;
  #room: number;
  #together = false;

  /**
   * @param utf8 Whether quoted strings may hold UTF-8 now (RFC 9051 §4.3, RFC 6855 §3).
   * @param room Octets for which room is made at first.
   */
  constructor(wire: Wire, utf8: () => boolean, room: number = ROOM) {
    this.#wire = wire;
    this.#utf8 = utf8;
    this.#room = room;
  }

  /** Atoms, parentheses, spaces: what holds no CR, LF or NUL. */
  words(text: string): void {
    const end = this.#size + text.length;
    if (end > this.#buffer.length) this.#makeRoom(end);
    latin1EncodeInto(text, this.#buffer, this.#size);
    this.#size = end;
  }

  /** How many octets were written up to now. */
  get position(): number {
    return this.#passed + this.#size;
  }

  /** Takes back what was written from `position` on, if none of it has left. */
  takeBack(position: number): boolean {
    if (position < this.#passed) return false;
    this.#size = position - this.#passed;
    return true;
  }

  /** A string: quoted where that is allowed, a literal where it is not. */
  string(value: string): void {
    if (PLAIN.test(value) && value.length <= QUOTED_MAX) {
      this.words(`"${value}"`);
    } else if (isQuotable(value, this.#utf8())) {
      this.words(`"${value.replace(/["\\]/g, "\\$&")}"`);
    } else this.literal(latin1Encode(value));
  }

  /** A string, or NIL for undefined. */
  nstring(value: string | undefined): void {
    if (value === undefined) this.words("NIL");
    else this.string(value);
  }

  /** A literal that is in memory. */
  literal(bytes: Uint8Array): void {
    this.literalHead(bytes.length);
    this.bytes(bytes);
  }

  /**
   * The head of a literal; exactly `size` octets must follow through {@linkcode bytes}.
   *
   * @param binary Writes a literal8 (RFC 9051 §4.3), which may hold NUL.
   */
  literalHead(size: number, binary = false): void {
    this.words(`${binary ? "~" : ""}{${size}}\r\n`);
  }

  /** The digits of a whole number that is not negative, without a text that is made of them. */
  number(value: number): void {
    let end = this.#size + 1;
    for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) end++;
    if (end > this.#buffer.length) this.#makeRoom(end);
    let rest = value;
    for (let at = end - 1; at >= this.#size; at--) {
      this.#buffer[at] = ZERO + rest % 10;
      rest = Math.floor(rest / 10);
    }
    this.#size = end;
  }

  /** Octets as they are. They must not change afterwards. */
  bytes(bytes: Uint8Array): void {
    if (bytes.length > FEW) {
      this.close();
      this.#wire.sendBytes(bytes);
      this.#passed += bytes.length;
      return;
    }
    const end = this.#size + bytes.length;
    if (end > this.#buffer.length) this.#makeRoom(end);
    this.#buffer.set(bytes, this.#size);
    this.#size = end;
  }

  /** Ends a response. */
  end(): void {
    this.words("\r\n");
    if (!this.#together || this.#size >= TOGETHER) this.close();
  }

  /** Many responses follow: they leave together, until {@linkcode endTogether}. */
  beginTogether(): void {
    this.#together = true;
  }

  endTogether(): void {
    this.#together = false;
    this.close();
  }

  /** True when so much waits for the client that {@linkcode relieve} would let it read. */
  get isFull(): boolean {
    return this.#wire.isFull || this.#size >= TOGETHER;
  }

  /** Lets the client read, where much waits for it; call it between chunks and responses. */
  *relieve(): Session<void> {
    // A response may be as long as a mailbox: its text is not all kept.
    if (this.isFull) this.close();
    if (this.#wire.isFull) yield* flush();
  }

  /** Lets the client read all that is there, between responses. */
  *deliver(): Session<void> {
    this.close();
    yield* flush();
  }

  /** Passes on to the wire what was written. */
  close(): void {
    if (this.#size === 0) return;
    this.#wire.sendBytes(this.#buffer.subarray(0, this.#size));
    this.#room = this.#size >= TOGETHER ? MUCH_ROOM : ROOM;
    this.#passed += this.#size;
    this.#buffer = EMPTY;
    this.#size = 0;
  }

  #makeRoom(size: number): void {
    const before = this.#buffer;
    const room = Math.max(size, 2 * before.length, this.#room);
    this.#buffer = new Uint8Array(room);
    this.#buffer.set(before.subarray(0, this.#size));
  }
}

function isQuotable(value: string, utf8: boolean): boolean {
  // deno-lint-ignore no-control-regex
  if (value.length > QUOTED_MAX || /[\x00\r\n]/.test(value)) return false;
  if (isAscii(value)) return true;
  return utf8 && utf8FromByteString(value) !== undefined;
}

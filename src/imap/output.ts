/**
 * Writes responses: words, strings and literals (RFC 9051 §4.3, §9).
 *
 * @module
 */

import { isAscii, latin1Encode, utf8FromByteString } from "../bytes/mod.ts";
import { flush, type Session, type Wire } from "../wire/mod.ts";

/** Longer strings go as literals, whatever is in them. */
const QUOTED_MAX = 1000;

/** Characters of many responses that are encoded at once. */
const TOGETHER = 8192;

/** Builds one response after the other. Texts are byte strings: one character an octet. */
export class Output {
  readonly #wire: Wire;
  readonly #utf8: () => boolean;
  #text = "";
  #together = false;

  /** @param utf8 Whether quoted strings may hold UTF-8 now (RFC 9051 §4.3, RFC 6855 §3). */
  constructor(wire: Wire, utf8: () => boolean) {
    this.#wire = wire;
    this.#utf8 = utf8;
  }

  /** Atoms, parentheses, spaces: what holds no CR, LF or NUL. */
  words(text: string): void {
    this.#text += text;
  }

  /** Takes `text` back, if it is what was queued last: what it introduces does not come. */
  takeBack(text: string): boolean {
    if (!this.#text.endsWith(text)) return false;
    this.#text = this.#text.slice(0, -text.length);
    return true;
  }

  /** A string: quoted where that is allowed, a literal where it is not. */
  string(value: string): void {
    if (isQuotable(value, this.#utf8())) {
      this.#text += `"${value.replace(/["\\]/g, "\\$&")}"`;
    } else this.literal(latin1Encode(value));
  }

  /** A string, or NIL for undefined. */
  nstring(value: string | undefined): void {
    if (value === undefined) this.#text += "NIL";
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
    this.#text += `${binary ? "~" : ""}{${size}}\r\n`;
  }

  /** Octets of a literal. They must not change afterwards. */
  bytes(bytes: Uint8Array): void {
    this.close();
    this.#wire.sendBytes(bytes);
  }

  /** Ends a response. */
  end(): void {
    this.#text += "\r\n";
    if (!this.#together || this.#text.length >= TOGETHER) this.close();
  }

  /** Many responses follow: they are encoded together, until {@linkcode endTogether}. */
  beginTogether(): void {
    this.#together = true;
  }

  endTogether(): void {
    this.#together = false;
    this.close();
  }

  /** True when so much waits for the client that {@linkcode relieve} would let it read. */
  get isFull(): boolean {
    return this.#wire.isFull || this.#text.length >= TOGETHER;
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
    if (this.#text === "") return;
    this.#wire.sendBytes(latin1Encode(this.#text));
    this.#text = "";
  }
}

function isQuotable(value: string, utf8: boolean): boolean {
  // deno-lint-ignore no-control-regex
  if (value.length > QUOTED_MAX || /[\x00\r\n]/.test(value)) return false;
  if (isAscii(value)) return true;
  return utf8 && utf8FromByteString(value) !== undefined;
}

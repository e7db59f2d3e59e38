/**
 * A connection as a session sees it: bytes that came in, bytes that go out.
 *
 * Obeys RFC 5321 §2.3.8 (lines end in CRLF and nothing else), RFC 2920 §3.2
 * (replies to pipelined commands leave together) and RFC 3207 §4.2 (what arrived
 * before a TLS handshake is forgotten). Sockets and clocks are the driver's.
 *
 * @module
 */

import { concatBytes, CR, latin1Decode, LF, utf8Encode } from "../bytes/mod.ts";
import { limits } from "./limits.ts";
import {
  Disconnected,
  flush,
  type InputEvent,
  type Session,
  type Step,
  type Upgrade,
} from "./session.ts";

/** A line was longer than its limit; all of it has been read and dropped. */
export class LineTooLong extends Error {
  override name = "LineTooLong";
}

/** A line held a CR or LF that is not part of its CRLF; it has been read and dropped. */
export class BareLineEnd extends Error {
  override name = "BareLineEnd";
}

const EMPTY = new Uint8Array(0);
/** Octets that are looked at one by one before the engine is asked. */
const SHORT = 128;

/** A mutable cursor over one connection's input, and the queue of its output. */
export class Wire {
  /** The peer said goodbye: nothing more will come, so the connection may close at once. */
  peerIsDone = false;
  /** The session reads a message: what comes next is more than a line. */
  expectsMuch = false;
  /** How long a session waits for input, in milliseconds. */
  patience: number = limits.smtp.idle;

  #buffer: Uint8Array = EMPTY;
  #start = 0;
  #end = 0;
  /** The buffer is the driver's. */
  #isLent = false;
  #ended = false;
  #atRest = false;
  #texts = "";
  #out: Uint8Array[] = [];
  #outSize = 0;

  // ── the driver's side ────────────────────────────────────────────────

  /** Hands over input. `bytes` is copied: the caller may use its buffer again. */
  feed(bytes: Uint8Array): void {
    this.keep();
    this.#makeRoom(bytes.length);
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** Hands over input in a buffer that stays the driver's; before it is used again, {@linkcode keep} has to be called. */
  lend(bytes: Uint8Array): void {
    if (this.buffered > 0) return this.feed(bytes);
    this.#buffer = bytes;
    this.#start = 0;
    this.#end = bytes.length;
    this.#isLent = true;
  }

  /** Copies what was lent and not used yet. */
  keep(): void {
    if (!this.#isLent) return;
    this.#isLent = false;
    this.#buffer = this.#buffer.slice(this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
  }

  /** No more input will come. */
  feedEof(): void {
    this.#ended = true;
  }

  /** True when output waits. */
  get hasOutput(): boolean {
    return this.#texts !== "" || this.#out.length > 0;
  }

  /** Takes all output that waits, or undefined when there is none. */
  takeOutput(): Uint8Array | undefined {
    this.#closeText();
    if (this.#out.length === 0) return undefined;
    const bytes = concatBytes(this.#out);
    this.#out = [];
    this.#outSize = 0;
    return bytes;
  }

  // ── the session's side ───────────────────────────────────────────────

  /** Octets that came in and were not used yet. */
  get buffered(): number {
    return this.#end - this.#start;
  }

  /** True when so much output waits that a session which produces more ought to flush first. */
  get isFull(): boolean {
    return this.#outSize + this.#texts.length >= limits.wire.outputHigh;
  }

  /** Queues one line; CR, LF and NUL in it become spaces, so nobody can smuggle a line out. */
  sendLine(text: string): void {
    this.#texts +=
      (/[\r\n\0]/.test(text) ? text.replace(/[\r\n\0]/g, " ") : text) + "\r\n";
  }

  /** Queues bytes as they are. They must not change afterwards. */
  sendBytes(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#closeText();
    this.#out.push(bytes);
    this.#outSize += bytes.length;
  }

  /**
   * Reads one line and returns it without its CRLF, as a byte string.
   *
   * @param limit The most octets that it may have, its CRLF included.
   * @throws {LineTooLong} After the whole line has been read; the next call reads the next line.
   * @throws {BareLineEnd} Likewise.
   * @throws {Disconnected} When the input ends first.
   */
  *line(limit: number): Session<string> {
    let scanned = 0;
    let bare = false;
    let dropped = 0;
    let fresh = true;
    while (true) {
      const lf = this.#indexOf(LF, this.#start + scanned, this.#end);
      if (lf < 0) {
        // Keep a last CR: its LF may be the next byte.
        scanned = this.buffered;
        if (dropped + scanned > limit) {
          const keep = this.#buffer[this.#end - 1] === CR ? 1 : 0;
          bare ||= this.#indexOf(CR, this.#start, this.#end - keep) >= 0;
          dropped += scanned - keep;
          this.#start = this.#end - keep;
          scanned = keep;
        }
        yield* this.more(fresh);
        fresh = false;
        continue;
      }
      if (lf === this.#start || this.#buffer[lf - 1] !== CR) {
        bare = true;
        scanned = lf + 1 - this.#start;
        continue;
      }
      const length = lf + 1 - this.#start;
      bare ||= this.#indexOf(CR, this.#start, lf - 1) >= 0;
      const text = bare || dropped + length > limit
        ? undefined
        : latin1Decode(this.#buffer.subarray(this.#start, lf - 1));
      this.#consume(length);
      if (text !== undefined) return text;
      throw dropped + length > limit ? new LineTooLong() : new BareLineEnd();
    }
  }

  /**
   * Reads a command line: as {@linkcode line}, and the server may use the wait to stop.
   *
   * @throws {ShuttingDown} When the server stops while the session waits here.
   */
  *command(limit: number): Session<string> {
    this.#atRest = true;
    try {
      return yield* this.line(limit);
    } finally {
      this.#atRest = false;
    }
  }

  /**
   * Reads exactly `count` octets. For small counts: all of it is held in memory.
   *
   * @throws {Disconnected} When the input ends first.
   */
  *exactly(count: number): Session<Uint8Array> {
    let fresh = true;
    while (this.buffered < count) {
      yield* this.more(fresh);
      fresh = false;
    }
    return this.takeInput(count);
  }

  /**
   * Waits until there is input and returns at most `max` octets of it.
   *
   * @throws {Disconnected} When the input has ended.
   */
  *some(max: number, fresh = true): Session<Uint8Array> {
    while (this.buffered === 0) yield* this.more(fresh);
    return this.takeInput(Math.min(max, this.buffered));
  }

  /** Takes `count` octets that are buffered already. */
  takeInput(count: number): Uint8Array {
    const bytes = this.#buffer.slice(this.#start, this.#start + count);
    this.#consume(count);
    return bytes;
  }

  /** All octets that are buffered, as a view that the next read invalidates; pair it with {@linkcode skip}. */
  peek(): Uint8Array {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  /** Drops `count` octets that are buffered already. */
  skip(count: number): void {
    this.#consume(count);
  }

  /**
   * Waits for more input.
   *
   * @throws {Disconnected} When the input has ended.
   */
  *more(fresh = true): Session<void> {
    if (this.#ended) throw new Disconnected();
    const before = this.buffered;
    const step: Step = {
      kind: "input",
      patience: this.patience,
      fresh,
      atRest: this.#atRest,
      expectsMuch: this.expectsMuch,
    };
    while (this.buffered === before) {
      yield step;
      if (this.buffered === before && this.#ended) throw new Disconnected();
    }
  }

  /**
   * Waits for input or for `wake`, whichever comes first; input that is there already counts.
   *
   * @param fresh False goes on with the running clock.
   * @throws {Disconnected} When the input has ended.
   */
  *moreOr(wake: Promise<unknown>, fresh = true): Session<InputEvent> {
    if (this.buffered > 0) return "input";
    if (this.#ended) throw new Disconnected();
    const event = (yield {
      kind: "input",
      patience: this.patience,
      fresh,
      atRest: true,
      wake,
    }) as InputEvent;
    if (event === "input" && this.buffered === 0) throw new Disconnected();
    return event;
  }

  /**
   * Goes straight on, unless it is known by now that the peer sends no more: then it
   * waits for no answer either. For work that takes long without a word to the peer.
   *
   * Behind input that is still to be used no end is seen; but what waits for the peer is
   * sent then, which fails where nobody takes it.
   *
   * @throws {Disconnected}
   */
  *unlessGone(): Session<void> {
    if (this.buffered > 0) {
      if (this.hasOutput) yield* flush();
      return;
    }
    if (this.#ended) throw new Disconnected();
    yield { kind: "poll" };
    if (this.#ended && this.buffered === 0) throw new Disconnected();
  }

  /**
   * Sends what waits, forgets what was read, and turns the connection into a protected one.
   *
   * RFC 3207 §4.2: what the peer sent before the handshake may be anybody's.
   *
   * @throws {Disconnected} When the handshake fails.
   */
  *upgrade(to: Upgrade): Session<void> {
    this.#forgetInput();
    yield { kind: "upgrade", to };
    this.#forgetInput();
  }

  /** As {@linkcode upgrade} for a connection that starts protected: what was read begins the handshake. */
  *protect(): Session<void> {
    yield { kind: "upgrade", to: "tls", input: this.takeInput(this.buffered) };
  }

  // ── inside ───────────────────────────────────────────────────────────

  #closeText(): void {
    if (this.#texts === "") return;
    const bytes = utf8Encode(this.#texts);
    this.#texts = "";
    this.#out.push(bytes);
    this.#outSize += bytes.length;
  }

  #indexOf(octet: number, from: number, to: number): number {
    const buffer = this.#buffer;
    // Commands are short: looking here costs less than the call that looks fast.
    const near = Math.min(to, from + SHORT);
    for (let at = from; at < near; at++) if (buffer[at] === octet) return at;
    return near === to ? -1 : buffer.subarray(0, to).indexOf(octet, near);
  }

  #consume(count: number): void {
    this.#start += count;
    // An idle connection holds no buffer.
    if (this.#start === this.#end) this.#forgetInput();
  }

  #forgetInput(): void {
    this.#buffer = EMPTY;
    this.#isLent = false;
    this.#start = 0;
    this.#end = 0;
  }

  #makeRoom(count: number): void {
    const used = this.buffered;
    if (this.#end + count <= this.#buffer.length) return;
    const target = used + count <= this.#buffer.length
      ? this.#buffer
      : new Uint8Array(
        Math.max(used + count, Math.min(used * 2, used + 65536)),
      );
    target.set(this.#buffer.subarray(this.#start, this.#end), 0);
    this.#buffer = target;
    this.#start = 0;
    this.#end = used;
  }
}

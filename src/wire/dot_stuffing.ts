/**
 * The dot that ends a message (RFC 5321 §4.5.2, RFC 1939 §3), read and written.
 *
 * Reading is strict: only CRLF "." CRLF ends a message. A bare CR or LF anywhere
 * spoils the message, and reading goes on to the true end, so that no other
 * sequence can end it early and no line of it can become a command.
 *
 * @module
 */

import { CR, DOT, latin1Decode, LF } from "../bytes/mod.ts";

/** What the last octets were. */
const enum State {
  Inside,
  /** After CR. */
  Cr,
  /** After CRLF, or before the first octet. */
  LineStart,
  /** After CRLF "." */
  Dot,
  /** After CRLF "." CR */
  DotCr,
  Done,
}

/** Where in a stream of octets the message ends, and what it says without its extra dots. */
export class DotReader {
  /** True once a CR without LF, or a LF without CR, was seen. */
  bareLineEnd = false;
  /**
   * Starts as if a CRLF had just been read: the DATA line had one, and an empty
   * message is then no special case.
   */
  #state: State = State.LineStart;

  /** True once the end has been read. */
  get done(): boolean {
    return this.#state === State.Done;
  }

  /**
   * Reads `input` and hands the message's octets to `write`, in views of `input`.
   *
   * @returns How many octets of `input` belong to the message; fewer than all only when it ended.
   */
  push(input: Uint8Array, write: (bytes: Uint8Array) => void): number {
    let from = 0;
    let at = 0;
    while (at < input.length && this.#state !== State.Done) {
      const octet = input[at]!;
      switch (this.#state) {
        case State.LineStart:
          if (octet === DOT) {
            if (at > from) write(input.subarray(from, at));
            from = at + 1;
            this.#state = State.Dot;
            at++;
            continue;
          }
          break;
        case State.Dot:
          if (octet === CR) {
            this.#state = State.DotCr;
            at++;
            continue;
          }
          break;
        case State.DotCr:
          if (octet === LF) {
            this.#state = State.Done;
            at++;
            from = at;
            continue;
          }
          // CRLF "." CR something: the dot was stuffing and the CR is bare.
          write(CR_ONLY);
          from = at;
          this.bareLineEnd = true;
          if (octet === CR) {
            this.#state = State.Cr;
            at++;
            continue;
          }
          break;
        case State.Cr:
          if (octet === LF) {
            this.#state = State.LineStart;
            at++;
            continue;
          }
          this.bareLineEnd = true;
          if (octet === CR) {
            at++;
            continue;
          }
          break;
      }
      at = this.#insideLine(input, at);
    }
    if (at > from && this.#state !== State.Done) {
      // A CR after CRLF "." is held back: it may belong to the end.
      const to = this.#state === State.DotCr ? at - 1 : at;
      if (to > from) write(input.subarray(from, to));
    }
    return at;
  }

  /** Goes from an octet inside a line to behind the line's CR; returns where that is. */
  #insideLine(input: Uint8Array, at: number): number {
    // By hand: lines are short, and two searches a line cost more than looking once.
    const end = input.length;
    while (at < end) {
      const octet = input[at++]!;
      if (octet === CR) {
        this.#state = State.Cr;
        return at;
      }
      if (octet === LF) this.bareLineEnd = true;
    }
    this.#state = State.Inside;
    return end;
  }
}

const CR_ONLY = Uint8Array.of(CR);

/** Adds a dot to each line that begins with one, and the line with the dot at the end. */
export class DotWriter {
  // As if a CRLF had just been written: an empty message is then no special case.
  #last = LF;
  #beforeLast = CR;

  /**
   * Returns `input` with its dots doubled; `input` itself where there is nothing to double.
   *
   * A line also begins after a bare LF: stored mail may hold one (BINARYMIME), and
   * many clients take it for a line end, so a dot behind it must not end the message.
   */
  push(input: Uint8Array): Uint8Array {
    if (input.length === 0) return input;
    const dots: number[] = [];
    if (this.#last === LF && input[0] === DOT) dots.push(0);
    // As text: looking for both at once skips lines without a call for each.
    const text = latin1Decode(input);
    for (let at = -1; (at = text.indexOf("\n.", at + 1)) >= 0;) {
      dots.push(at + 1);
    }
    this.#beforeLast = input.length > 1 ? input[input.length - 2]! : this.#last;
    this.#last = input[input.length - 1]!;
    return dots.length === 0 ? input : doubled(input, dots);
  }

  /** What ends the message: a CRLF where the last line has none, then the dot's line. */
  end(): string {
    return this.#beforeLast === CR && this.#last === LF ? ".\r\n" : "\r\n.\r\n";
  }
}

function doubled(input: Uint8Array, dots: number[]): Uint8Array {
  const output = new Uint8Array(input.length + dots.length);
  let from = 0;
  let to = 0;
  for (const dot of dots) {
    output.set(input.subarray(from, dot), to);
    to += dot - from;
    output[to++] = DOT;
    from = dot;
  }
  output.set(input.subarray(from), to);
  return output;
}

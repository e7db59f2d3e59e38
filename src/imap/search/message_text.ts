/**
 * The text of a message, as people would read it: transfer encodings, charsets and
 * encoded words undone (RFC 9051 §6.4.4).
 *
 * @module
 */

import {
  charsetDecoder,
  decodeEncodedWords,
  type Entity,
  findParameter,
  HEADER_SIZE_MAX,
  type OctetRange,
  parseTransferEncoding,
  readHeader,
  transferDecoder,
  unfold,
} from "../../mail/mod.ts";
import type { Session } from "../../wire/mod.ts";
import { partsOf } from "../fetch/parts.ts";
import { passRange } from "../fetch/read_octets.ts";
import type { Message } from "../message.ts";
import type { Place, TextTaker } from "./collation.ts";

/** A stretch of octets that is text, and how to read it. */
interface Stretch {
  readonly range: OctetRange;
  readonly where: Place;
  readonly open: () => TextDecoding;
}

interface TextDecoding {
  write(octets: Uint8Array): string;
  end(): string;
}

/** The header as text: `Name: value`, a field a line. */
export function headerText(header: Uint8Array): string {
  return readHeader(header).fields
    .map(({ name, value }) => `${name}: ${decodeEncodedWords(unfold(value))}\n`)
    .join("");
}

/** Passes all that TEXT looks at to `taker`, until it wants no more. */
export function* passText(message: Message, taker: TextTaker): Session<void> {
  taker.push(headerText(yield* message.header()));
  taker.end("headers");
  if (!taker.done) yield* passBody(message, taker, true);
}

/**
 * Passes the text of the body to `taker` until it wants no more: the parts that are text,
 * those of enclosed messages too, and for `headers` the headers of parts and of
 * enclosed messages (RFC 9051 §6.4.4, TEXT).
 */
export function* passBody(
  message: Message,
  taker: TextTaker,
  headers: boolean,
): Session<void> {
  const root = yield* message.structure();
  const stretches: Stretch[] = [];
  collect(root, headers, stretches);
  if (stretches.length === 0 || taker.done) return;
  const reader = new StretchReader(stretches, taker);
  const end = stretches.at(-1)!.range.end;
  const octets = yield* message.octets();
  yield* passRange(octets, { start: 0, end }, (chunk) => reader.push(chunk));
  reader.end();
}

/** In the order in which they stand in the message. */
function collect(entity: Entity, headers: boolean, into: Stretch[]): void {
  if (entity.message) {
    if (headers) into.push(headerStretch(entity.message));
    collect(entity.message, headers, into);
  } else if (entity.type === "multipart") {
    for (const part of partsOf(entity)) {
      if (headers) into.push(headerStretch(part));
      collect(part, headers, into);
    }
  } else if (entity.type === "text" || entity.type === "message") {
    into.push(textStretch(entity));
  }
}

function textStretch(entity: Entity): Stretch {
  const charset = findParameter(entity.params, "charset") ?? "";
  // What is in an encoding that nobody knows is read as it stands.
  const encoding = parseTransferEncoding(entity.encoding) ?? "7bit";
  const open = (): TextDecoding => {
    const octets = transferDecoder(encoding);
    const text = charsetDecoder(charset);
    return {
      write: (chunk) => text.write(octets.write(chunk)),
      end: () => text.write(octets.end()) + text.end(),
    };
  };
  return { range: entity.body, where: "bodies", open };
}

function headerStretch({ header }: Entity): Stretch {
  const open = (): TextDecoding => {
    let kept = new Uint8Array(0);
    return {
      write: (chunk) => {
        if (kept.length >= HEADER_SIZE_MAX) return "";
        const all = new Uint8Array(kept.length + chunk.length);
        all.set(kept);
        all.set(chunk, kept.length);
        kept = all;
        return "";
      },
      end: () => headerText(kept),
    };
  };
  return { range: header, where: "headers", open };
}

/** Reads stretches out of octets that come in order. */
class StretchReader {
  readonly #stretches: readonly Stretch[];
  readonly #taker: TextTaker;
  #next = 0;
  #at = 0;
  #open: TextDecoding | undefined;

  constructor(stretches: readonly Stretch[], taker: TextTaker) {
    this.#stretches = stretches;
    this.#taker = taker;
  }

  /** False when nothing more is wanted. */
  push(chunk: Uint8Array): boolean {
    const end = this.#at + chunk.length;
    while (this.#next < this.#stretches.length) {
      const { range, open } = this.#stretches[this.#next]!;
      if (range.start >= end && range.end > end) break;
      this.#open ??= open();
      const from = Math.max(range.start - this.#at, 0);
      const to = Math.max(range.end - this.#at, 0);
      this.#taker.push(this.#open.write(chunk.subarray(from, to)));
      if (range.end > end) break;
      this.end();
      this.#next++;
    }
    this.#at = end;
    return !this.#taker.done && this.#next < this.#stretches.length;
  }

  /** Ends the stretch that is open. */
  end(): void {
    if (this.#open === undefined) return;
    this.#taker.push(this.#open.end());
    this.#taker.end(this.#stretches[this.#next]!.where);
    this.#open = undefined;
  }
}

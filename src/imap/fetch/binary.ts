/**
 * BINARY[…], BINARY.PEEK[…] and BINARY.SIZE[…]: parts without their transfer encoding
 * (RFC 9051 §6.4.5, RFC 3516 §4).
 *
 * @module
 */

import { concatBytes } from "../../bytes/mod.ts";
import {
  type OctetRange,
  parseTransferEncoding,
  transferDecoder,
  type TransferEncoding,
} from "../../mail/mod.ts";
import type { Session } from "../../wire/mod.ts";
import { ResponseCutShort } from "../fault.ts";
import type { Message } from "../message.ts";
import type { Output } from "../output.ts";
import type { FetchAttribute, FetchItem } from "../rows.ts";
import type { Scanner } from "../scanner.ts";
import { no, Refusal } from "../status.ts";
import { findPart } from "./parts.ts";
import { passRange } from "./read_octets.ts";
import {
  cutRange,
  parseBinarySection,
  parsePartial,
  type Partial,
} from "./section.ts";

/** BINARY[…]. */
export const binary: FetchItem = {
  name: "BINARY",
  parse: (scanner) => binaryAttribute(scanner, "BINARY", true),
};

/** BINARY.PEEK[…]: the same, and \Seen stays as it is. */
export const binaryPeek: FetchItem = {
  name: "BINARY.PEEK",
  parse: (scanner) => binaryAttribute(scanner, "BINARY.PEEK", false),
};

/** BINARY.SIZE[…]: how many octets BINARY[…] has. */
export const binarySize: FetchItem = {
  name: "BINARY.SIZE",
  parse: (scanner) => {
    const path = parseBinarySection(scanner);
    return {
      name: "BINARY.SIZE",
      needs: "body",
      *write(out, message) {
        const source = yield* findSource(message, path);
        const size = source ? (yield* measure(message, source)).size : 0;
        out.words(`BINARY.SIZE[${path.join(".")}] ${size}`);
      },
    };
  },
};

/** Decoded octets up to here are kept from the first reading; larger parts are read twice. */
const KEPT_MAX = 1024 * 1024;

interface Source {
  readonly range: OctetRange;
  readonly encoding: TransferEncoding;
}

interface Measured {
  /** Decoded octets. */
  readonly size: number;
  readonly hasNul: boolean;
  /** All of them, where they are few. */
  readonly octets: Uint8Array | undefined;
}

function binaryAttribute(
  scanner: Scanner,
  name: string,
  setsSeen: boolean,
): FetchAttribute {
  const path = parseBinarySection(scanner);
  const partial = parsePartial(scanner);
  const label = `BINARY[${path.join(".")}]${
    partial ? `<${partial.origin}>` : ""
  } `;
  return {
    name,
    needs: "body",
    setsSeen,
    *write(out, message) {
      const source = yield* findSource(message, path);
      if (source) yield* writeDecoded(out, message, source, partial, label);
      else out.words(`${label}NIL`);
    },
  };
}

/** @throws {Refusal} UNKNOWN-CTE, for an encoding that nobody can undo (RFC 3516 §4.3). */
function* findSource(
  message: Message,
  path: readonly number[],
): Session<Source | undefined> {
  const end = Number.MAX_SAFE_INTEGER;
  // RFC 3516 §4.2: without a part it is the message with its header, which has no encoding.
  if (path.length === 0) return { range: { start: 0, end }, encoding: "7bit" };
  const part = findPart(yield* message.structure(), path);
  if (part === undefined) return undefined;
  const encoding = parseTransferEncoding(part.encoding);
  if (encoding === undefined) {
    throw new Refusal(no("The part's encoding is not known", "UNKNOWN-CTE"));
  }
  return { range: part.body, encoding };
}

/** Passes the decoded octets on. */
function* decode(
  message: Message,
  { range, encoding }: Source,
  take: (octets: Uint8Array) => void | Session<void>,
): Session<void> {
  const decoder = transferDecoder(encoding);
  const octets = yield* message.octets();
  yield* passRange(octets, range, (chunk) => take(decoder.write(chunk)));
  const last = take(decoder.end());
  if (last) yield* last;
}

function* measure(message: Message, source: Source): Session<Measured> {
  let size = 0;
  let hasNul = false;
  let kept: Uint8Array[] | undefined = [];
  yield* decode(message, source, (octets) => {
    size += octets.length;
    hasNul ||= octets.includes(0);
    if (size > KEPT_MAX) kept = undefined;
    kept?.push(octets);
  });
  return { size, hasNul, octets: kept && concatBytes(kept) };
}

function* writeDecoded(
  out: Output,
  message: Message,
  source: Source,
  partial: Partial | undefined,
  label: string,
): Session<void> {
  const measured = yield* measure(message, source);
  const range = cutRange({ start: 0, end: measured.size }, partial);
  out.words(label);
  // RFC 9051 §4.3.2: a literal8 where there is a NUL, which others may not hold.
  out.literalHead(range.end - range.start, measured.hasNul);
  if (measured.octets) {
    out.bytes(measured.octets.subarray(range.start, range.end));
    return yield* out.relieve();
  }
  const cutter = new Cutter(range);
  yield* decode(message, source, function* (octets) {
    out.bytes(cutter.cut(octets));
    yield* out.relieve();
  });
  if (cutter.passed < range.end - range.start) {
    throw new ResponseCutShort("Cannot read a message to its end");
  }
}

/** Cuts one range out of octets that come in order. */
class Cutter {
  passed = 0;
  #at = 0;

  constructor(readonly range: OctetRange) {}

  cut(octets: Uint8Array): Uint8Array {
    const { start, end } = this.range;
    const piece = octets.subarray(
      Math.max(start - this.#at, 0),
      Math.max(end - this.#at, 0),
    );
    this.#at += octets.length;
    this.passed += piece.length;
    return piece;
  }
}

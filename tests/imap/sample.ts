/** Messages in memory, and ways to run FETCH items and search keys on them. */

import {
  concatBytes,
  latin1Decode,
  latin1Encode,
} from "../../src/bytes/mod.ts";
import { parseStructure, readHeader } from "../../src/mail/mod.ts";
import { parseFetchAttributes } from "../../src/imap/fetch/fetch_items.ts";
import { writeFetch } from "../../src/imap/fetch/write_fetch.ts";
import type { FindingKind } from "../../src/imap/findings.ts";
import type { Message } from "../../src/imap/message.ts";
import { Output } from "../../src/imap/output.ts";
import type { MessageContext } from "../../src/imap/rows.ts";
import { run } from "../../src/imap/run_row.ts";
import { Scanner } from "../../src/imap/scanner.ts";
import type { Refusal } from "../../src/imap/status.ts";
import type { MessageOctets, Meta } from "../../src/store/mod.ts";
import { type Session, Wire } from "../../src/wire/mod.ts";

/** Octets of one read, small so that pieces meet in odd places. */
export const PIECE = 37;

/** A message whose octets come `piece` at a time; `reads` counts how often they were opened. */
export function sampleMessage(
  bytes: Uint8Array,
  meta: Partial<Meta> = {},
  { sequence = meta.uid ?? 1, recent = false, piece = PIECE } = {},
): Message & { reads: number } {
  const found = new Map<FindingKind, Uint8Array>();
  const message = {
    reads: 0,
    sequence,
    recent,
    meta: {
      uid: 1,
      size: bytes.length,
      flags: [],
      internalDate: Date.UTC(2026, 0, 2, 3, 4, 5),
      modseq: 7,
      uniqueId: "u1",
      savedDate: Date.UTC(2026, 0, 3),
      emailId: "E1",
      ...meta,
    },
    // deno-lint-ignore require-yield -- nothing to wait for
    *header() {
      return bytes.subarray(0, readHeader(bytes).end);
    },
    // deno-lint-ignore require-yield -- nothing to wait for
    *section() {
      return readHeader(bytes);
    },
    // deno-lint-ignore require-yield -- nothing to wait for
    *structure() {
      return parseStructure(bytes);
    },
    // deno-lint-ignore require-yield -- nothing to wait for
    *octets() {
      message.reads++;
      message.cost += 100;
      return octetsOf(bytes, piece);
    },
    cost: 0,
    known: (kind: FindingKind) => found.get(kind),
    holds: () => undefined,
    lacks: () => undefined,
    // deno-lint-ignore require-yield -- nothing to wait for
    *lookFor(kind: FindingKind, part: Uint8Array) {
      const kept = found.get(kind);
      return kept !== undefined && kept.length > 1 &&
        !latin1Decode(kept).includes(latin1Decode(part));
    },
    // deno-lint-ignore require-yield -- nothing to wait for
    *found(kind: FindingKind) {
      return found.get(kind);
    },
    keep: (kind: FindingKind, octets: Uint8Array) =>
      void found.set(kind, octets),
  };
  return message;
}

function octetsOf(bytes: Uint8Array, piece: number): MessageOctets {
  let at = 0;
  return {
    size: bytes.length,
    read(max) {
      if (at >= bytes.length) return Promise.resolve(undefined);
      const next = bytes.slice(at, at + Math.min(max, piece));
      at += next.length;
      return Promise.resolve(next);
    },
    skip: (octets) => void (at += octets),
    close() {},
  };
}

export const context: MessageContext = {
  rev2: false,
  utf8: false,
  now: Date.UTC(2026, 5, 15, 12),
  largestSequence: 1,
  largestUid: 1,
  saved: new Set(),
};

/** Runs a session that waits for nothing but work; `wire` takes its output. */
export async function runSession<T>(
  session: Session<T>,
  onFlush: () => void = () => {},
): Promise<T> {
  let result = session.next();
  while (!result.done) {
    const step = result.value;
    if (step.kind === "work") {
      let value: unknown;
      try {
        value = await step.run();
      } catch (error) {
        result = session.throw(error);
        continue;
      }
      result = session.next(value);
    } else if (step.kind === "flush") {
      onFlush();
      result = session.next();
    } else throw new Error(`The session waits for ${step.kind}`);
  }
  return result.value;
}

/** A scanner that stands at the start of `text`; literals have their octets in `rest`. */
export function scannerOf(text: string, rest = ""): Scanner {
  const wire = new Wire();
  wire.feed(latin1Encode(rest));
  return new Scanner(wire, text, {
    line: 65536,
    literal: 65536,
    literals: 262144,
    unasked: Infinity,
  });
}

/** What FETCH of `items` answers for `message`, as a byte string. */
export async function fetchText(
  message: Message,
  items: string,
  given: Partial<MessageContext> = {},
): Promise<{ text: string; refusal: Refusal | undefined }> {
  const wire = new Wire();
  const all = { ...context, ...given };
  const out = new Output(wire, () => all.utf8);
  const pieces: Uint8Array[] = [];
  const take = () => {
    const bytes = wire.takeOutput();
    if (bytes) pieces.push(bytes);
  };
  const scanner = scannerOf(items);
  const attributes = await runSession(parseFetchAttributes(scanner));
  scanner.end();
  const head = { number: message.sequence, word: "FETCH" } as const;
  const refusal = await runSession(
    run(writeFetch(out, head, attributes, message, all)),
    take,
  );
  take();
  return { text: latin1Decode(concatBytes(pieces)), refusal };
}

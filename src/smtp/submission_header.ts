/**
 * The header section of a submission: Date and Message-ID where they are missing,
 * no Bcc (RFC 6409 §8.2, §8.3; RFC 5322 §3.6.3).
 *
 * The fields that are added stand in front; no other octet is touched.
 *
 * @module
 */

import { asciiLower, CR, LF, utf8Encode } from "../bytes/mod.ts";
import {
  type Address,
  countReceived,
  findField,
  findFields,
  formatDate,
  formatMessageId,
  type HeaderField,
  type HeaderSection,
  parseAddressList,
  parseMessageId,
  readHeader,
  type Reply,
  trimWhiteSpace,
  unfold,
} from "../mail/mod.ts";
import type { HeaderFilter, HeaderWishes } from "./header_filter.ts";
import { parsePriority } from "./priority.ts";
import * as replies from "./replies.ts";

export interface SubmissionHeaderOptions {
  readonly serverName: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly random: (octets: number) => Uint8Array;
  /** The most octets that the section may have: it is held in memory. */
  readonly limit: number;
  /** The most Received fields. */
  readonly hops: number;
}

/** Where recipients stand whom the others must not see. */
const HIDDEN = ["Bcc", "Resent-Bcc"];

export class SubmissionHeader implements HeaderFilter {
  refusal: Reply | undefined;
  /** Addresses of the From field. */
  authors: readonly Address[] = [];
  wishes: HeaderWishes = {};
  messageId: string | undefined;
  #buffer = new Uint8Array(1024);
  #length = 0;
  #passed = false;

  constructor(readonly options: SubmissionHeaderOptions) {}

  push(bytes: Uint8Array, write: (bytes: Uint8Array) => void): void {
    if (this.#passed) return write(bytes);
    const from = this.#length;
    this.#append(bytes);
    const end = this.#endOfSection(from);
    if ((end ?? this.#length) > this.options.limit) {
      this.refusal = replies.headerTooBig;
      this.#forget();
    } else if (end !== undefined) this.#pass(write);
  }

  end(write: (bytes: Uint8Array) => void): void {
    if (!this.#passed) this.#pass(write);
  }

  #append(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(length, this.#buffer.length * 2));
      grown.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = grown;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = length;
  }

  /** Where the empty line ends, looking only at what came from `from` on. */
  #endOfSection(from: number): number | undefined {
    const bytes = this.#buffer.subarray(0, this.#length);
    if (bytes[0] === CR && bytes[1] === LF) return 2;
    for (
      let lf = bytes.indexOf(LF, Math.max(from, 3));
      lf >= 0;
      lf = bytes.indexOf(LF, lf + 1)
    ) {
      if (bytes[lf - 1] === CR && bytes[lf - 2] === LF) return lf + 1;
    }
    return undefined;
  }

  #pass(write: (bytes: Uint8Array) => void): void {
    const bytes = this.#buffer.subarray(0, this.#length);
    const header = readHeader(bytes);
    const { fields } = header;
    if (countReceived(fields) > this.options.hops) {
      this.refusal = replies.mailLoop;
    }
    this.authors = findFields(fields, "From").flatMap(authorsOf);
    this.wishes = wishesOf(fields);
    const added = this.#missing(header);
    if (added !== "") write(utf8Encode(added));
    writeWithout(bytes, hiddenFields(fields), write);
    this.#forget();
  }

  /** RFC 6409 §8.2 and §8.3. */
  #missing({ fields }: HeaderSection): string {
    const { serverName, now, random } = this.options;
    const given = findField(fields, "Message-ID");
    const messageId = given
      ? parseMessageId(given.value)
      : formatMessageId(random(16), serverName);
    this.messageId = messageId;
    const date = findField(fields, "Date")
      ? ""
      : `Date: ${formatDate(now)}\r\n`;
    return date + (given ? "" : `Message-ID: ${messageId}\r\n`);
  }

  #forget(): void {
    this.#passed = true;
    this.#buffer = new Uint8Array(0);
    this.#length = 0;
  }
}

/** A field that is given twice asks for nothing. */
function wishesOf(fields: readonly HeaderField[]): HeaderWishes {
  const only = (name: string) => {
    const [first, ...more] = findFields(fields, name);
    const value = more.length === 0 ? first?.value : undefined;
    return trimWhiteSpace(unfold(value ?? ""));
  };
  const priority = parsePriority(only("MT-Priority"));
  // RFC 8689 §3: no other value means anything.
  const anyTls = asciiLower(only("TLS-Required")) === "no";
  return {
    ...(priority === undefined ? {} : { priority }),
    ...(anyTls ? { requireTls: false } : {}),
  };
}

function authorsOf(field: HeaderField): Address[] {
  return parseAddressList(field.value)
    .flatMap((entry) => entry.kind === "group" ? entry.members : [entry])
    .flatMap(({ address }) => address ? [address] : []);
}

function hiddenFields(fields: readonly HeaderField[]): HeaderField[] {
  return HIDDEN.flatMap((name) => findFields(fields, name))
    .sort((a, b) => a.start - b.start);
}

function writeWithout(
  bytes: Uint8Array,
  fields: readonly HeaderField[],
  write: (bytes: Uint8Array) => void,
): void {
  let from = 0;
  for (const { start, end } of fields) {
    if (start > from) write(bytes.subarray(from, start));
    from = end;
  }
  if (from < bytes.length) write(bytes.subarray(from));
}

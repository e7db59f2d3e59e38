/**
 * Mailbox names on the wire: modified UTF-7 in IMAP4rev1, UTF-8 in IMAP4rev2 and under
 * UTF8=ACCEPT (RFC 3501 §5.1.3, RFC 9051 §5.1, RFC 6855 §3). Names of the store are
 * Unicode in form NFC, parted by "/".
 *
 * @module
 */

import {
  asciiUpper,
  latin1Decode,
  modifiedUtf7Decode,
  modifiedUtf7Encode,
  utf8Encode,
  utf8FromByteString,
} from "../bytes/mod.ts";
import { limits, type Session } from "../wire/mod.ts";
import { allowsUtf8, type ImapSession } from "./imap_session.ts";
import type { Scanner } from "./scanner.ts";
import { no, Refusal } from "./status.ts";

/** What parts the levels of a name. */
export const DELIMITER = "/";

/** Reads a mailbox name (RFC 9051 §9, mailbox). */
export function* readMailbox(
  s: ImapSession,
  scanner: Scanner,
): Session<string> {
  return parseMailbox(s, yield* readSpelling(scanner));
}

/** Reads a mailbox name as the client spells it, a byte string for {@linkcode parseMailbox}. */
export function readSpelling(scanner: Scanner): Session<string> {
  return scanner.astring("a mailbox name");
}

/**
 * The name that `text`, a byte string, stands for.
 *
 * @throws {Refusal} When it stands for none.
 */
export function parseMailbox(s: ImapSession, text: string): string {
  const name = decodeName(s, text)?.normalize("NFC");
  // deno-lint-ignore no-control-regex
  if (name === undefined || /[\x00-\x1f\x7f]/.test(name)) {
    throw new Refusal(no("No mailbox can have that name", "CANNOT"));
  }
  if (name.length > limits.imap.mailboxName) {
    throw new Refusal(no("A mailbox name is too long", "LIMIT"));
  }
  const [first = "", ...rest] = name.split(DELIMITER);
  return asciiUpper(first) === "INBOX"
    ? ["INBOX", ...rest].join(DELIMITER)
    : name;
}

/** True when a name that a client spelled as `text` is in form NFC already. */
export function isNormalized(s: ImapSession, text: string): boolean {
  const name = decodeName(s, text);
  return name === name?.normalize("NFC");
}

/**
 * In IMAP4rev1 clients that send plain UTF-8 are understood, too: no name in modified
 * UTF-7 has octets above 127.
 */
export function decodeName(s: ImapSession, text: string): string | undefined {
  // deno-lint-ignore no-control-regex
  const ascii = /^[\x00-\x7f]*$/.test(text);
  if (allowsUtf8(s) || !ascii) return utf8FromByteString(text);
  return modifiedUtf7Decode(text);
}

/** `name` as this client reads names, as a byte string. */
export function encodeName(s: ImapSession, name: string): string {
  return allowsUtf8(s)
    ? latin1Decode(utf8Encode(name))
    : modifiedUtf7Encode(name);
}

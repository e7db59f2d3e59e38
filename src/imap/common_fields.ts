/**
 * The header fields that mail programs ask for all the time: they are kept, so that
 * nobody has to open a message for them.
 *
 * The list is what Thunderbird, Apple Mail, K-9, FairEmail, Delta Chat, mutt, mbsync,
 * Roundcube and SnappyMail ask for, with all that ENVELOPE, SORT and THREAD read.
 *
 * @module
 */

import { asciiLower, concatBytes } from "../bytes/mod.ts";
import {
  HEADER_SIZE_MAX,
  type HeaderField,
  type HeaderSection,
  readHeader,
} from "../mail/mod.ts";
import type { Session } from "../wire/mod.ts";
import type { Message } from "./message.ts";

const COMMON: ReadonlySet<string> = new Set([
  ...["from", "sender", "reply-to", "to", "cc", "bcc", "date", "subject"],
  ...["message-id", "in-reply-to", "references", "newsgroups", "lines"],
  ...["content-type", "content-description", "content-transfer-encoding"],
  ...["mime-version", "content-disposition", "content-language"],
  ...["priority", "importance", "x-priority", "x-msmail-priority"],
  ...["precedence", "auto-submitted", "return-path", "delivered-to"],
  ...["list-id", "list-post", "list-archive", "list-help", "list-owner"],
  ...["list-subscribe", "list-unsubscribe", "list-unsubscribe-post"],
  ...["mail-followup-to", "mail-reply-to", "disposition-notification-to"],
  ...["return-receipt-to", "resent-from", "resent-to", "resent-date"],
  ...["resent-cc", "resent-message-id", "x-label", "x-keywords", "keywords"],
  ...["x-original-to", "x-draft-info", "x-identity", "x-k9mail-identity"],
  ...["x-spam-flag", "x-spam-status", "x-tuid", "user-agent", "x-mailer"],
  ...["chat-version", "chat-is-post-message", "autocrypt-setup-message"],
  ...["x-microsoft-original-message-id", "x-universally-unique-identifier"],
]);

/** True for a field that {@linkcode commonHeader} has wherever the message has it. */
export function isCommonField(name: string): boolean {
  return COMMON.has(asciiLower(name));
}

/** A header section with nothing but the common fields of `message`, octet by octet as they are, in their order. */
export function* commonHeader(message: Message): Session<Uint8Array> {
  const found = yield* message.found("h1");
  if (found !== undefined) return found;
  const header = yield* message.header();
  const common = commonOctets(header, yield* message.section());
  // Of a longer one not all fields were read: who asks for more than is kept gets it from there.
  if (header.length < HEADER_SIZE_MAX) message.keep("h1", common);
  return common;
}

/** The common fields of `message`, and perhaps others, for whoever keeps what he makes of them. */
export function* commonFields(
  message: Message,
): Session<readonly HeaderField[]> {
  const found = yield* message.found("h1");
  const section = found ? readHeader(found) : yield* message.section();
  return section.fields;
}

/** The common fields of a header section, and its blank line. */
function commonOctets(header: Uint8Array, section: HeaderSection): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (const { name, start, end } of section.fields) {
    if (isCommonField(name)) pieces.push(header.subarray(start, end));
  }
  pieces.push(header.subarray(section.fieldsEnd, section.end));
  return concatBytes(pieces);
}

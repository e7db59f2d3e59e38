/**
 * The part of a report that programs read: message/delivery-status (RFC 3464 §2), and
 * message/global-delivery-status (RFC 6533 §4).
 *
 * @module
 */

import { asciiLower, isAscii, utf8Encode } from "../bytes/mod.ts";
import { formatDate } from "./date.ts";
import type {
  DeliveryReport,
  FutureRelease,
  ReportAction,
  ReportRecipient,
} from "./dsn.ts";
import { oneLine, peerName, replyWords } from "./dsn_words.ts";
import { formatField } from "./header.ts";
import type { Reply } from "./reply.ts";

/** An address that is longer fits no line, and no envelope (RFC 5321 §4.5.3.1.3). */
const ESCAPED_MAX = 900;

/** A part of a multipart: its header section, and its body without the line end before the boundary. */
export interface Part {
  readonly head: string;
  readonly body: Uint8Array;
}

/** @param utf8 Whether UTF-8 may stand in fields. */
export function statusPart(report: DeliveryReport, utf8: boolean): Part {
  const blocks = [
    messageFields(report),
    ...report.recipients.map((one) => recipientFields(one, utf8)),
  ];
  const type = utf8
    ? "message/global-delivery-status"
    : "message/delivery-status";
  const head = formatField("Content-Type", type) +
    (utf8 ? formatField("Content-Transfer-Encoding", "8bit") : "");
  return { head, body: utf8Encode(blocks.join("\r\n")) };
}

/** RFC 3464 §2.2. */
function messageFields(
  { serverName, envid, arrival, deliverBy, held }: DeliveryReport,
): string {
  return [
    envid === undefined
      ? ""
      : formatField("Original-Envelope-Id", oneLine(envid)),
    formatField("Reporting-MTA", `dns; ${serverName}`),
    formatField("Arrival-Date", formatDate(arrival)),
    deliverBy === undefined
      ? ""
      : formatField("Deliver-By-Date", formatDate(deliverBy)),
    held === undefined
      ? ""
      : formatField("Future-Release-Request", releaseRequest(held)),
  ].join("");
}

/** RFC 4865, which adds the field to RFC 3464. */
function releaseRequest(held: FutureRelease): string {
  if ("seconds" in held) return `for;${held.seconds}`;
  return `until;${new Date(held.until).toISOString().replace(/\.\d+Z$/, "Z")}`;
}

/** RFC 3464 §2.3. */
function recipientFields(recipient: ReportRecipient, utf8: boolean): string {
  const { orcpt, address, action, peer, reply } = recipient;
  const { lastAttempt, retryUntil } = recipient;
  const words = replyWords(reply);
  // RFC 3464 §2.3.6: our own words are no SMTP.
  const type = peer === undefined ? "x-local" : "smtp";
  return [
    orcpt === undefined
      ? ""
      : formatField("Original-Recipient", typedAddress(orcpt, utf8)),
    formatField("Final-Recipient", finalRecipient(address, utf8)),
    formatField("Action", action),
    formatField("Status", reportStatus(action, reply)),
    peer === undefined
      ? ""
      : formatField("Remote-MTA", `dns; ${ascii(peerName(peer))}`),
    formatField("Diagnostic-Code", `${type}; ${utf8 ? words : ascii(words)}`),
    lastAttempt === undefined
      ? ""
      : formatField("Last-Attempt-Date", formatDate(lastAttempt)),
    retryUntil === undefined || action !== "delayed"
      ? ""
      : formatField("Will-Retry-Until", formatDate(retryUntil)),
  ].join("");
}

/**
 * RFC 3464 §2.3.4: the reply's own status, unless it says something else than the action.
 * What failed because time ran out keeps its 4 (RFC 3463 §2).
 */
export function reportStatus(action: ReportAction, reply: Reply): string {
  const classes = action === "failed" ? "45" : action === "delayed" ? "4" : "2";
  const { enhanced, code } = reply;
  if (enhanced !== undefined && classes.includes(enhanced[0]!)) return enhanced;
  const digit = String(code)[0]!;
  return `${classes.includes(digit) ? digit : classes.at(-1)}.0.0`;
}

/** RFC 6533 §3: an address beyond US-ASCII has a type of its own. */
function finalRecipient(address: string, utf8: boolean): string {
  const clean = oneLine(address);
  return isAscii(clean)
    ? `rfc822; ${clean}`
    : `utf-8; ${utf8 ? clean : escapeUtf8(clean)}`;
}

function typedAddress(orcpt: string, utf8: boolean): string {
  const { type, address } = originalAddress(orcpt);
  if (type !== "utf-8") return `${type}; ${ascii(address)}`;
  return `utf-8; ${utf8 ? address : escapeUtf8(address)}`;
}

/** What ORCPT said, on one line; the type in lower case (RFC 3461 §4.2, RFC 6533 §3). */
export function originalAddress(
  orcpt: string,
): { type: string; address: string } {
  const at = orcpt.indexOf(";");
  const type = ascii(asciiLower(oneLine(orcpt.slice(0, at))));
  const address = oneLine(orcpt.slice(at + 1));
  return { type, address: type === "utf-8" ? unescapeUtf8(address) : address };
}

/** RFC 6533 §3 `utf-8-addr-xtext`: what is not plain as "\x{20AC}". */
function escapeUtf8(text: string): string {
  const escaped = Array.from(text, (char) => {
    if (/[\x21-\x2a\x2c-\x3c\x3e-\x5b\x5d-\x7e]/.test(char)) return char;
    const hex = char.codePointAt(0)!.toString(16).toUpperCase();
    return `\\x{${hex.padStart(2, "0")}}`;
  });
  return escaped.join("").slice(0, ESCAPED_MAX);
}

/** What cannot be a character, or would end a line, stays as it was. */
function unescapeUtf8(text: string): string {
  return text.replace(/\\x\{([0-9A-Fa-f]{2,6})\}/g, (whole, hex) => {
    const code = parseInt(hex, 16);
    const surrogate = code >= 0xd800 && code <= 0xdfff;
    if (code < 0x21 || code > 0x10ffff || surrogate) return whole;
    return oneLine(String.fromCodePoint(code)) || whole;
  });
}

function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/gu, "?");
}

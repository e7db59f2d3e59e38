/**
 * Delivery reports as messages: what became of mail, told to who sent it (RFC 3461 §6,
 * RFC 3464, RFC 6522; RFC 6533 for addresses in UTF-8).
 *
 * A report is a multipart/report of three parts: words for people (`dsn_text.ts`),
 * fields for programs (`dsn_fields.ts`), and the message or its header section
 * (`dsn_original.ts`). Nothing of what peers said or senders wrote can add a field or
 * a line here, and no line is longer than 998 octets.
 *
 * Leaves out whether a report is due (RFC 3461 §5.2) and where it is sent: its
 * reverse-path is null, so that no report answers a report (RFC 5321 §6.1).
 *
 * @module
 */

import { concatBytes, isAscii, utf8Encode } from "../bytes/mod.ts";
import { formatDate } from "./date.ts";
import { statusPart } from "./dsn_fields.ts";
import { returnedPart } from "./dsn_original.ts";
import { subjectOf, textPart } from "./dsn_text.ts";
import { encodeWords } from "./encoded_word.ts";
import {
  findField,
  formatField,
  type HeaderSection,
  readHeader,
} from "./header.ts";
import { formatMessageId, parseMessageIds } from "./message_id.ts";
import type { Reply } from "./reply.ts";

/** RFC 3464 §2.3.3. */
export type ReportAction =
  | "failed"
  | "delayed"
  | "delivered"
  /** Handed to a server that sends no reports of its own. */
  | "relayed"
  /** Delivered to several by an alias; further reports may come. */
  | "expanded";

/** What became of one recipient. Addresses are text, without angle brackets. */
export interface ReportRecipient {
  /** Where it was tried. */
  readonly address: string;
  /** RFC 3461 §4.2: what the sender called the recipient; "type;address", decoded. */
  readonly orcpt?: string;
  readonly action: ReportAction;
  /** The words that decided, as a byte string: a peer's where `peer` is there, else ours. */
  readonly reply: Reply;
  /** Who said `reply`: "mx.example.org[192.0.2.1]:25". */
  readonly peer?: string;
  /** Milliseconds since 1970. */
  readonly lastAttempt?: number;
  /** For what is delayed: until when it is tried. Milliseconds since 1970. */
  readonly retryUntil?: number;
}

/** HOLDFOR, in seconds, or HOLDUNTIL, in milliseconds since 1970. */
export type FutureRelease =
  | { readonly seconds: number }
  | { readonly until: number };

export interface DeliveryReport {
  /** Of the server that reports. */
  readonly serverName: string;
  /** Who answers to replies; by default postmaster at `serverName`. */
  readonly postmaster?: string;
  /** The reverse-path of the message. */
  readonly to: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** 16 octets that nobody can guess: they make the Message-ID and the boundary. */
  readonly random: Uint8Array;
  /** When the message was accepted here, milliseconds since 1970. */
  readonly arrival: number;
  /** RFC 3461 §4.4, decoded. */
  readonly envid?: string;
  /** RFC 2852 §5: the time by which its sender wanted it delivered, milliseconds since 1970. */
  readonly deliverBy?: number;
  /** RFC 4865: how long its sender had it held, as the submission said it. */
  readonly held?: FutureRelease;
  /** At least one. */
  readonly recipients: readonly ReportRecipient[];
  /** The message, from its first octet: {@linkcode REPORT_ORIGINAL_MAX} octets of it are enough. */
  readonly original: Uint8Array;
  /** Octets of the whole message. */
  readonly originalSize: number;
  /** RFC 3461 §4.3; what is not asked for is the choice of this server: all of it. */
  readonly ret?: "FULL" | "HDRS";
  /** The message came with SMTPUTF8 (RFC 6531). */
  readonly smtputf8: boolean;
  /** Whether 8-bit octets are sure to reach `to` (RFC 6152): its mailbox is here. */
  readonly eightBit: boolean;
}

/** A report as a message, and how it has to be sent. */
export interface ComposedReport {
  readonly octets: Uint8Array;
  readonly body: "7BIT" | "8BITMIME";
  readonly smtputf8: boolean;
}

/** Octets of a message that are returned at most; of a larger one only the header section is. */
export const REPORT_ORIGINAL_MAX = 128 * 1024;

/** Identifiers in References: the first one and the last ones (RFC 5322 §3.6.4 lets the list grow for ever). */
const REFERENCES_MAX = 20;
/** Octets of one of them; a longer one would not fit a line. */
const ID_MAX = 500;

/** The report as a message from the null reverse-path to `report.to`. */
export function composeReport(report: DeliveryReport): ComposedReport {
  // RFC 6533 §3: only who has such an address is sure to understand UTF-8 in fields.
  const utf8 = !isAscii(report.to);
  const header = readHeader(report.original);
  const returned = returnedPart(report, header, utf8);
  const boundary = `=_${report.random.toHex()}`;
  const parts = [
    textPart(report, header, returned.whole),
    statusPart(report, utf8),
    returned,
  ];
  const octets = concatBytes([
    utf8Encode(fieldsOf(report, header, boundary, utf8 || returned.eightBit)),
    utf8Encode("\r\nThis is a delivery report in MIME format.\r\n"),
    ...parts.flatMap(({ head, body }) => [
      utf8Encode(`\r\n--${boundary}\r\n${head}\r\n`),
      body,
    ]),
    utf8Encode(`\r\n--${boundary}--\r\n`),
  ]);
  const sevenBit = octets.every((octet) => octet < 0x80);
  return { octets, body: sevenBit ? "7BIT" : "8BITMIME", smtputf8: utf8 };
}

function fieldsOf(
  report: DeliveryReport,
  header: HeaderSection,
  boundary: string,
  eightBit: boolean,
): string {
  const { serverName, to, now, random } = report;
  const postmaster = report.postmaster ?? `postmaster@${serverName}`;
  const references = referencesOf(header);
  return [
    formatField("Date", formatDate(now)),
    formatField("From", `Mail Delivery System <${postmaster}>`),
    formatField("To", `<${to}>`),
    formatField("Subject", encodeWords(subjectOf(report, header))),
    formatField("Message-ID", formatMessageId(random, serverName)),
    // RFC 3834 §3.1.5.
    references === "" ? "" : formatField("In-Reply-To", lastWord(references)),
    references === "" ? "" : formatField("References", references),
    // RFC 3834 §5: so that nothing that answers by itself answers this.
    formatField("Auto-Submitted", "auto-replied"),
    formatField("MIME-Version", "1.0"),
    formatField(
      "Content-Type",
      `multipart/report; report-type=delivery-status; boundary="${boundary}"`,
    ),
    eightBit ? formatField("Content-Transfer-Encoding", "8bit") : "",
  ].join("");
}

/** What the message was about and its own identifier, as RFC 5322 §3.6.4 wants it of a reply. */
function referencesOf({ fields }: HeaderSection): string {
  const ids = (name: string) =>
    parseMessageIds(findField(fields, name)?.value ?? "")
      .filter((id) => id.length <= ID_MAX && /^[\x21-\x7e]+$/.test(id));
  const [own] = ids("Message-ID");
  if (own === undefined) return "";
  const before = ids("References");
  const kept = before.length > REFERENCES_MAX
    ? [before[0]!, ...before.slice(1 - REFERENCES_MAX)]
    : before;
  return [...kept, own].join(" ");
}

function lastWord(text: string): string {
  return text.slice(text.lastIndexOf(" ") + 1);
}

/**
 * The part of a report that returns the message, or its header section (RFC 3461 §6.2,
 * RFC 6522 §4, RFC 6533 §5).
 *
 * What is returned is octet for octet what came. A message/rfc822 may not be encoded
 * (RFC 2046 §5.2.1): where its 8-bit octets are not sure to arrive, the header section
 * goes alone, and that may be.
 *
 * @module
 */

import { CR, LF, NUL, utf8Encode } from "../bytes/mod.ts";
import { type DeliveryReport, REPORT_ORIGINAL_MAX } from "./dsn.ts";
import type { Part } from "./dsn_fields.ts";
import { formatField, type HeaderSection } from "./header.ts";
import { quotedPrintableEncode } from "./quoted_printable.ts";

export interface ReturnedPart extends Part {
  /** Whether it is the message, and not only its header section. */
  readonly whole: boolean;
  /** Whether it makes its multipart 8-bit. */
  readonly eightBit: boolean;
}

/** Octets of a header section that are returned at most. */
const HEADER_MAX = 64 * 1024;
/** Octets of a line without its CRLF (RFC 5321 §4.5.3.1.6). */
const LINE_MAX = 998;

/** @param utf8 Whether the report is sent with SMTPUTF8. */
export function returnedPart(
  report: DeliveryReport,
  header: HeaderSection,
  utf8: boolean,
): ReturnedPart {
  const whole = wholeMessage(report, utf8);
  return whole ?? headerPart(report, header, utf8);
}

function wholeMessage(
  report: DeliveryReport,
  utf8: boolean,
): ReturnedPart | undefined {
  const { original, originalSize, ret, recipients, smtputf8 } = report;
  // RFC 3461 §4.3: RET is for failures; other reports have the header section only.
  const failed = recipients.some(({ action }) => action === "failed");
  const complete = original.length >= originalSize &&
    originalSize <= REPORT_ORIGINAL_MAX;
  if (!failed || ret === "HDRS" || !complete) return undefined;
  const lines = lineKind(original);
  const eightBit = lines === "8bit";
  if (lines === "neither" || eightBit && !utf8 && !report.eightBit) {
    return undefined;
  }
  // RFC 6532 §3.7: header fields in UTF-8 make it a message/global.
  const type = smtputf8 && eightBit ? "message/global" : "message/rfc822";
  return { ...part(type, original, eightBit), whole: true };
}

function headerPart(
  { original, smtputf8 }: DeliveryReport,
  { start, fieldsEnd, fields }: HeaderSection,
  utf8: boolean,
): ReturnedPart {
  // Of a header section that is too long, whole fields.
  const end = fieldsEnd - start <= HEADER_MAX
    ? fieldsEnd
    : fields.findLast((field) => field.end - start <= HEADER_MAX)?.end ?? start;
  const octets = original.subarray(start, end);
  const lines = lineKind(octets);
  const global = smtputf8 && lines !== "7bit";
  const type = global ? "message/global-headers" : "text/rfc822-headers";
  if (lines === "7bit") return part(type, octets, false);
  if (lines === "8bit" && utf8) return part(type, octets, true);
  const encoded = utf8Encode(quotedPrintableEncode(octets));
  return {
    head: formatField("Content-Type", type) +
      formatField("Content-Transfer-Encoding", "quoted-printable"),
    body: encoded,
    whole: false,
    eightBit: false,
  };
}

function part(type: string, body: Uint8Array, eightBit: boolean): ReturnedPart {
  const head = formatField("Content-Type", type) +
    (eightBit ? formatField("Content-Transfer-Encoding", "8bit") : "");
  return { head, body, whole: false, eightBit };
}

/** RFC 2045 §2.7, §2.8: what octets may be sent as. */
function lineKind(octets: Uint8Array): "7bit" | "8bit" | "neither" {
  let high = false;
  let line = 0;
  for (let at = 0; at < octets.length; at++) {
    const octet = octets[at]!;
    if (octet === LF) {
      if (octets[at - 1] !== CR) return "neither";
      line = 0;
      continue;
    }
    if (octet === NUL || octets[at - 1] === CR && at > 0) return "neither";
    if (octet >= 0x80) high = true;
    if (octet !== CR && ++line > LINE_MAX) return "neither";
  }
  if (octets.at(-1) === CR) return "neither";
  return high ? "8bit" : "7bit";
}

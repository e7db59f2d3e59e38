/**
 * The part of a report that people read: what happened, why in the peer's words, and
 * what happens next (RFC 6522 §3).
 *
 * @module
 */

import { isAscii, utf8Encode } from "../bytes/mod.ts";
import { formatDate } from "./date.ts";
import type { DeliveryReport, ReportAction, ReportRecipient } from "./dsn.ts";
import { originalAddress, type Part } from "./dsn_fields.ts";
import { oneLine, replyWords } from "./dsn_words.ts";
import { decodeEncodedWords } from "./encoded_word.ts";
import { findField, formatField, type HeaderSection } from "./header.ts";
import { quotedPrintableEncode } from "./quoted_printable.ts";
import { unfold } from "./white_space.ts";

/** The worst first: one report may tell of several. */
const ACTIONS: readonly ReportAction[] = [
  "failed",
  "delayed",
  "relayed",
  "expanded",
  "delivered",
];

const TITLES: Readonly<Record<ReportAction, string>> = {
  failed: "Not delivered",
  delayed: "Not delivered yet",
  relayed: "Passed on",
  expanded: "Delivered to a list",
  delivered: "Delivered",
};

const SAID: Readonly<Record<ReportAction, string>> = {
  failed: "Your message could not be delivered to",
  delayed: "Your message could not be delivered yet to",
  relayed:
    "Your message was passed on to a server that sends no reports of its own, for",
  expanded: "Your message was delivered to the members of",
  delivered: "Your message was delivered to",
};

/** Characters of the message's subject that are repeated. */
const SUBJECT_MAX = 120;
const COLUMNS = 76;

/** "Not delivered: Lunch on Friday". */
export function subjectOf(
  { recipients }: DeliveryReport,
  header: HeaderSection,
): string {
  const worst = ACTIONS.find((action) =>
    recipients.some((one) => one.action === action)
  )!;
  const subject = originalSubject(header);
  return subject === "" ? TITLES[worst] : `${TITLES[worst]}: ${subject}`;
}

/** @param whole Whether the whole message is returned. */
export function textPart(
  report: DeliveryReport,
  header: HeaderSection,
  whole: boolean,
): Part {
  const text = [
    `This is the mail server ${report.serverName}.`,
    ...ACTIONS.flatMap((action) => sectionOf(report, action)),
    aboutMessage(report, header, whole),
  ].join("\r\n\r\n") + "\r\n";
  const plain = isAscii(text);
  const octets = utf8Encode(text);
  return {
    head: formatField(
      "Content-Type",
      `text/plain; charset=${plain ? "us-ascii" : "utf-8"}`,
    ) +
      (plain
        ? ""
        : formatField("Content-Transfer-Encoding", "quoted-printable")),
    body: plain ? octets : utf8Encode(quotedPrintableEncode(octets)),
  };
}

/** All recipients with the same fate. */
function sectionOf(report: DeliveryReport, action: ReportAction): string[] {
  const some = report.recipients.filter((one) => one.action === action);
  if (some.length === 0) return [];
  return [
    `${SAID[action]}:`,
    ...some.map(recipientText),
    nextText(action, some),
  ];
}

function recipientText(recipient: ReportRecipient): string {
  const { address, orcpt, reply, peer } = recipient;
  const clean = oneLine(address);
  const asked = orcpt === undefined ? "" : originalAddress(orcpt).address;
  const sentTo = asked === "" || asked.toLowerCase() === clean.toLowerCase()
    ? ""
    : ` (which you wrote as <${asked}>)`;
  const words = replyWords(reply);
  const said = peer === undefined ? words : `${oneLine(peer)} said: ${words}`;
  return [...wrap(`<${clean}>${sentTo}`, "  "), ...wrap(said, "    ")]
    .join("\r\n");
}

/** What happens next, and what the reader can do. */
function nextText(
  action: ReportAction,
  recipients: readonly ReportRecipient[],
): string {
  switch (action) {
    case "failed":
      return "It will not be tried again. If you want it to arrive, correct what is\r\nwrong and send it once more.";
    case "delayed": {
      const until = Math.max(...recipients.map((one) => one.retryUntil ?? 0));
      const when = until > 0 ? ` until ${formatDate(until)}` : "";
      return wrap(
        `It is tried again and again${when}. You need not send it once more; you will be told if it cannot be delivered by then.`,
        "",
      ).join("\r\n");
    }
    case "relayed":
      return "Whether it arrives there is not known here.";
    case "expanded":
    case "delivered":
      return "There is nothing that you need to do.";
  }
}

function aboutMessage(
  report: DeliveryReport,
  header: HeaderSection,
  whole: boolean,
): string {
  const subject = originalSubject(header);
  const date = formatDate(report.arrival);
  const lines = [
    `The message came to this server on ${date}.`,
    ...(subject === "" ? [] : wrap(`Its subject is: ${subject}`, "")),
    whole ? "It is attached." : "Its header is attached.",
  ];
  return lines.join("\r\n");
}

function originalSubject({ fields }: HeaderSection): string {
  const value = unfold(findField(fields, "Subject")?.value ?? "");
  const text = decodeEncodedWords(value).toWellFormed()
    // deno-lint-ignore no-control-regex
    .replace(/[\x00-\x20\x7f-\x9f\u2028\u2029]+/g, " ").trim();
  const characters = [...text];
  if (characters.length <= SUBJECT_MAX) return text;
  return `${characters.slice(0, SUBJECT_MAX).join("")}…`;
}

/** Lines of at most 76 characters, where there are blanks to break at. */
function wrap(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(" ")) {
    const joined = line === indent ? indent + word : `${line} ${word}`;
    if (joined.length > COLUMNS && line !== indent) {
      lines.push(line);
      line = indent + word;
    } else line = joined;
  }
  return [...lines, line];
}

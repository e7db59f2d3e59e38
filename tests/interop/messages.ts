/** Messages that a transport likes to damage, as byte strings. */

/** Fields that keep clients and submission servers from adding their own. */
function header(subject: string, from = "sender@example.org"): string {
  return [
    `Subject: ${subject}`,
    `From: Sender <${from}>`,
    "To: Bob <bob@example.test>",
    "Date: Fri, 02 Jan 2026 03:04:05 +0000",
    `Message-ID: <${subject}@client.example.org>`,
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: 8bit",
    "",
    "",
  ].join("\r\n");
}

export interface Sample {
  readonly name: string;
  /** CRLF line breaks, a byte a code unit. */
  readonly text: string;
}

const DOTS = [".", "..", "...", ".a", "a.", ". ", " .", "", ".", "", "", "z"];

/** 8-bit text: UTF-8, and every octet from 0x80 that is no text at all. */
const EIGHT_BIT = "gr\xc3\xbc\xc3\x9fe \xe2\x9c\x93\r\n" +
  Array.from({ length: 128 }, (_, i) => String.fromCharCode(128 + i)).join("") +
  "\r\n";

export const SIMPLE: Sample = {
  name: "simple",
  text: `${header("simple")}one line\r\n`,
};

/** What alice may submit: the From field is hers. */
export const SUBMITTED: Sample = {
  name: "submitted",
  text: `${header("submitted", "alice@example.test")}one line\r\n`,
};

/** Five megabytes of short lines, some of them dots. */
export const BIG: Sample = {
  name: "big",
  text: header("big") +
    (".".repeat(9) + "0123456789".repeat(6) + "\r\n.\r\n").repeat(70_000)
      .slice(0, 5_000_000) +
    "\r\nend\r\n",
};

/** Each ends in CRLF: what clients can send unchanged. */
export const SAMPLES: readonly Sample[] = [
  SIMPLE,
  { name: "dots", text: header("dots") + DOTS.join("\r\n") + "\r\n" },
  { name: "dot-before-end", text: header("dot-before-end") + "x\r\n.\r\n" },
  { name: "eight-bit", text: header("eight-bit") + EIGHT_BIT },
  {
    name: "long-lines",
    // RFC 5321 §4.5.3.1.6: 1000 octets with CRLF, and a dot that is doubled on the way.
    text: header("long-lines") + "x".repeat(998) + "\r\n." + "y".repeat(997) +
      "\r\n",
  },
  { name: "empty-lines", text: header("empty-lines") + "\r\n\r\n\r\n" },
  {
    name: "folded",
    text: "X-Folded: a\r\n  b\r\n\tc\r\n" + header("folded") + "x\r\n",
  },
  { name: "no-body", text: header("no-body") },
  BIG,
];

/** Without a final line break, which SMTP cannot say: the client adds it. */
export const UNFINISHED: Sample = {
  name: "unfinished",
  text: `${header("unfinished")}no line break here`,
};

/** `text` with line breaks as programs on Unix want them. */
export function withLf(text: string): string {
  return text.replaceAll("\r\n", "\n");
}

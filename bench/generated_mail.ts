/**
 * Messages as a mailbox has them, made at random but always the same: people's mails of
 * some lines, newsletters in HTML, mailing lists with patches, now and then a file.
 *
 * @module
 */

import { concatBytes, utf8Encode } from "../src/bytes/mod.ts";

/** Deterministic numbers from 0 up to, not including, 1 (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = state + 0x6d2b79f5 >>> 0;
    let t = state;
    t = Math.imul(t ^ t >>> 15, t | 1);
    t ^= t + Math.imul(t ^ t >>> 7, t | 61);
    return ((t ^ t >>> 14) >>> 0) / 2 ** 32;
  };
}

const SYLLABLES =
  "an ber che do en fi gra ha in jo ka lo mi nor on pe qui re sa te un ver wa xi yo zu st er ing ly"
    .split(" ");

/** A vocabulary as large as that of a person, the common words first (Zipf). */
function vocabulary(size: number): string[] {
  const random = randomFrom(7);
  const words = new Set<string>();
  while (words.size < size) {
    const syllables = 1 + Math.floor(random() * 4);
    words.add(
      Array.from(
        { length: syllables },
        () => SYLLABLES[Math.floor(random() * SYLLABLES.length)],
      ).join(""),
    );
  }
  return [...words];
}

const WORDS = vocabulary(20_000);
const PEOPLE = WORDS.slice(3000, 3400).map((name, i) =>
  `${name} ${WORDS[5000 + i]} <${name}@${WORDS[400 + i % 60]}.example>`
);

class Writer {
  readonly random: () => number;

  constructor(seed: number) {
    this.random = randomFrom(seed);
  }

  below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  word(): string {
    const rank = Math.floor(Math.exp(this.random() * Math.log(WORDS.length)));
    return WORDS[Math.min(rank, WORDS.length) - 1]!;
  }

  words(count: number): string {
    return Array.from({ length: count }, () => this.word()).join(" ");
  }

  person(): string {
    return PEOPLE[this.below(PEOPLE.length)]!;
  }

  octets(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.below(256));
  }

  base64(count: number): string {
    return this.octets(count).toBase64().replace(/.{76}/g, "$&\r\n");
  }

  paragraphs(count: number): string {
    return Array.from(
      { length: count },
      () =>
        Array.from(
          { length: 2 + this.below(6) },
          () => this.words(9 + this.below(4)),
        ).join("\r\n"),
    ).join(".\r\n\r\n");
  }
}

/** Octets of a file that comes with a message, before Base64. */
interface FileSizes {
  readonly least: number;
  readonly most: number;
}

const FILES: FileSizes = { least: 20_000, most: 100_000 };

/** The message of that number, in CRLF. */
export function generatedMail(
  number: number,
  files: FileSizes = FILES,
): Uint8Array {
  const writer = new Writer(number + 1);
  const body = bodyOf(writer, files);
  return concatBytes([
    utf8Encode(headerOf(writer, number)),
    utf8Encode(body),
  ]);
}

function idOf(number: number): string {
  return `<${(number * 2654435761 >>> 0).toString(36)}.${number}@mx.example>`;
}

/** Bodies are what takes long: messages with a header of their own may share them. */
export function generatedBodies(count: number, files: FileSizes): string[] {
  return Array.from(
    { length: count },
    (_, number) => bodyOf(new Writer(number + 1), files),
  );
}

export function generatedHeader(number: number): string {
  return headerOf(new Writer(number + 1), number);
}

function headerOf(writer: Writer, number: number): string {
  const date = new Date(Date.UTC(2020, 0, 1) + number * 1_800_000).toUTCString()
    .replace("GMT", "+0000");
  const parent = number - 1 - writer.below(50);
  const answers = writer.random() < 0.5 && parent >= 0;
  const subject = writer.words(3 + writer.below(5));
  return [
    `Return-Path: <${writer.word()}@bounce.example>`,
    `Received: from mx${writer.below(9)}.example (mx.example [192.0.2.${
      writer.below(255)
    }])`,
    `\tby mx.example.org with ESMTPS id ${writer.octets(9).toHex()}`,
    `\tfor <me@example.org>; ${date}`,
    `Received: from [192.0.2.${writer.below(255)}] by ${writer.word()}.example`,
    `\twith ESMTPSA id ${writer.octets(12).toHex()}; ${date}`,
    `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example; s=s1;`,
    `\th=from:to:subject:date:message-id; bh=${writer.octets(32).toBase64()};`,
    `\tb=${writer.octets(256).toBase64()}`,
    `From: ${writer.person()}`,
    `To: ${writer.person()}`,
    ...writer.random() < 0.3
      ? [`Cc: ${writer.person()},`, ` ${writer.person()}`]
      : [],
    `Subject: ${answers ? "Re: " : ""}${subject}`,
    `Date: ${date}`,
    `Message-ID: ${idOf(number)}`,
    ...answers
      ? [`In-Reply-To: ${idOf(parent)}`, `References: ${idOf(parent)}`]
      : [],
    ...writer.random() < 0.3
      ? [`List-Id: <${writer.word()}.lists.example>`, "Precedence: list"]
      : [],
    "MIME-Version: 1.0",
    "",
  ].join("\r\n");
}

function bodyOf(writer: Writer, { least, most }: FileSizes): string {
  const kind = writer.random();
  if (kind < 0.5) return plainPart(writer, 2 + writer.below(6));
  if (kind < 0.85) return newsletter(writer);
  return multipart("mixed", [
    plainPart(writer, 2),
    "Content-Type: application/pdf; name=file.pdf\r\n" +
    "Content-Disposition: attachment; filename=file.pdf\r\n" +
    "Content-Transfer-Encoding: base64\r\n\r\n" +
    writer.base64(least + writer.below(most - least)) + "\r\n",
  ]);
}

function plainPart(writer: Writer, paragraphs: number): string {
  return "Content-Type: text/plain; charset=utf-8\r\n" +
    `Content-Transfer-Encoding: 8bit\r\n\r\n${
      writer.paragraphs(paragraphs)
    }\r\n`;
}

/** Text and HTML; most of the HTML is tags and addresses. */
function newsletter(writer: Writer): string {
  const cells = Array.from(
    { length: 10 + writer.below(30) },
    () =>
      '<tr><td style="font-family:Helvetica,Arial,sans-serif;font-size:14px;padding:10px 20px">' +
      `<a href="https://news.example/click/${
        writer.octets(24).toBase64({ alphabet: "base64url" })
      }">` +
      `${writer.words(12)}</a></td></tr>\r\n`,
  ).join("");
  return multipart("alternative", [
    plainPart(writer, 5),
    "Content-Type: text/html; charset=utf-8\r\n" +
    `Content-Transfer-Encoding: 8bit\r\n\r\n<html><body><table>\r\n${cells}</table></body></html>\r\n`,
  ]);
}

function multipart(kind: string, parts: readonly string[]): string {
  const boundary = "=_boundary_of_parts";
  return `Content-Type: multipart/${kind}; boundary="${boundary}"\r\n\r\n` +
    parts.map((part) => `--${boundary}\r\n${part}`).join("") +
    `--${boundary}--\r\n`;
}

/**
 * PREVIEW: the first words of a message (RFC 8970).
 *
 * @module
 */

import { latin1Decode, utf8Encode } from "../../bytes/mod.ts";
import {
  decodeCharset,
  decodeTransferEncoding,
  type Entity,
  findParameter,
  parseTransferEncoding,
} from "../../mail/mod.ts";
import type { Session } from "../../wire/mod.ts";
import type { Message } from "../message.ts";
import type { FetchItem } from "../rows.ts";
import { partsOf } from "./parts.ts";
import { readRange } from "./read_octets.ts";

/** RFC 8970 §3.1: characters of a preview. */
const CHARACTERS = 200;
/** Octets of the part that are looked at: markup may come before the first words. */
const OCTETS = 16 * 1024;
/** Octets of a message for which LAZY is worth a look (RFC 8970 §3.2). */
const LAZY_MAX = 64 * 1024;

/** PREVIEW, and `PREVIEW (LAZY)`: NIL where it would take long. */
export const preview: FetchItem = {
  name: "PREVIEW",
  parse: (scanner) => {
    const lazy = scanner.tryWord(" (LAZY)");
    return {
      name: "PREVIEW",
      needs: "body",
      *write(out, message) {
        const skips = lazy && message.meta.size > LAZY_MAX;
        const text = yield* keptPreview(message, skips);
        out.words("PREVIEW ");
        out.nstring(text && latin1Decode(text));
      },
    };
  },
};

/** RFC 8970 §3.1: in UTF-8, whatever was enabled. Undefined where it is not known yet and nobody wants to wait. */
function* keptPreview(
  message: Message,
  onlyKnown: boolean,
): Session<Uint8Array | undefined> {
  const found = yield* message.found("p1");
  if (found !== undefined || onlyKnown) return found;
  const text = utf8Encode(yield* previewOf(message));
  message.keep("p1", text);
  return text;
}

/** The first words of the text that people would read first; "" where there is none. */
function* previewOf(message: Message): Session<string> {
  const part = firstText(yield* message.structure());
  if (part === undefined) return "";
  const { start, end } = part.body;
  const range = { start, end: Math.min(end, start + OCTETS) };
  const octets = yield* readRange(message, range);
  const encoding = parseTransferEncoding(part.encoding);
  if (encoding === undefined) return "";
  const charset = findParameter(part.params, "charset") ?? "";
  const text = decodeCharset(decodeTransferEncoding(octets, encoding), charset);
  const words = part.subtype === "html" ? htmlWords(text) : plainWords(text);
  return firstCharacters(words, CHARACTERS);
}

/** The first text/plain, else the first text/html, that is no attachment. */
function firstText(root: Entity): Entity | undefined {
  const texts: Entity[] = [];
  collectTexts(root, texts);
  return texts.find(({ subtype }) => subtype === "plain") ??
    texts.find(({ subtype }) => subtype === "html");
}

function collectTexts(entity: Entity, into: Entity[]): void {
  if (entity.type === "multipart") {
    for (const part of partsOf(entity)) collectTexts(part, into);
  } else if (
    entity.type === "text" && entity.disposition?.kind !== "attachment"
  ) into.push(entity);
}

/** Without what is quoted from another message. */
function plainWords(text: string): string {
  return text.split(/\r?\n/).filter((line) => !line.startsWith(">"))
    .join(" ");
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
};

/** What stands between tags. */
function htmlWords(html: string): string {
  return html
    .replace(/<!--.*?(?:-->|$)/gs, " ")
    .replace(/<(style|script|head|title)\b.*?(?:<\/\1\s*>|$)/gis, " ")
    .replace(/<[^>]*(?:>|$)/g, " ")
    .replace(/&(#x?[0-9a-f]{1,6}|[a-z]{2,6});/gi, entityText);
}

function entityText(whole: string, name: string): string {
  if (!name.startsWith("#")) return ENTITIES[name.toLowerCase()] ?? whole;
  const code = Number(name.replace(/^#x?/i, (sign) => sign[1] ? "0x" : ""));
  const isText = code >= 0x20 && code <= 0x10ffff &&
    (code < 0xd800 || code > 0xdfff);
  return isText ? String.fromCodePoint(code) : " ";
}

/** One line of at most `most` characters, none of them cut in two. */
function firstCharacters(text: string, most: number): string {
  // deno-lint-ignore no-control-regex
  const line = text.toWellFormed().replace(/[\s\x00-\x1f\x7f]+/g, " ").trim();
  return [...line.slice(0, 2 * most)].slice(0, most).join("").trimEnd();
}

/**
 * What peers said, made fit for reports: one line, bounded, no control characters.
 *
 * @module
 */

import { decodeText } from "./encoded_word.ts";
import type { Reply } from "./reply.ts";

/** Characters of a peer's words that are repeated. */
const WORDS_MAX = 2000;
/** A domain (RFC 5321 §4.5.3.1.2), and nothing longer. */
const NAME_MAX = 255;
/** Characters without a blank: a line has to be folded somewhere (RFC 5322 §2.1.1). */
const WORD_MAX = 200;

/** What was said, by a peer in a byte string or by us in text, as one line for people. */
export function spokenWords(said: string): string {
  // deno-lint-ignore no-control-regex
  const isByteString = !/[^\x00-\xff]/.test(said);
  return oneLine(isByteString ? decodeText(said) : said);
}

/** `text` on one line that is not too long. */
export function oneLine(text: string): string {
  const line = text.toWellFormed()
    // deno-lint-ignore no-control-regex
    .replace(/[\x00-\x20\x7f-\xa0\u2028\u2029]+/g, " ")
    .trim();
  const cut = line.length > WORDS_MAX ? `${line.slice(0, WORDS_MAX)}…` : line;
  return cut.toWellFormed().replace(LONG_WORD, "$& ").trim();
}

const LONG_WORD = new RegExp(`[^ ]{${WORD_MAX}}(?=[^ ])`, "gu");

/** A reply on one line: "550 5.1.1 No such user". */
export function replyWords({ code, enhanced, lines }: Reply): string {
  return spokenWords([code, enhanced ?? "", ...lines].join(" "));
}

/** "mx.example.org" of "mx.example.org[192.0.2.1]:25"; the address in brackets where there is no name. */
export function peerName(peer: string): string {
  const name = oneLine(peer).replace(/ /g, "").slice(0, NAME_MAX);
  const bracket = name.indexOf("[");
  if (bracket > 0) return name.slice(0, bracket);
  return bracket === 0 ? name.slice(0, name.indexOf("]") + 1) || name : name;
}

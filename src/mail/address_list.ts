/**
 * Addresses in header fields: From, To, Cc, Reply-To and their kin (RFC 5322 §3.4, obsolete forms of §4.4).
 *
 * Display names may hold encoded words (RFC 2047 §5) and UTF-8 (RFC 6532 §3.2).
 * Total: whatever the value, a list comes back, each piece read as well as it can be.
 *
 * @module
 */

import { type Address, formatAddress, parseMailbox } from "./address.ts";
import { decodeEncodedWords, decodeText } from "./encoded_word.ts";
import { Lexer } from "./lexer.ts";
import { unfold } from "./white_space.ts";

export interface HeaderMailbox {
  readonly kind: "mailbox";
  /** The display name as text; of "a@b (Name)" the comment. "" when there is none. */
  readonly name: string;
  /** The same as a byte string, encoded words as they stand (IMAP's ENVELOPE wants it so). */
  readonly rawName: string;
  /** A byte string without quotes and backslashes. */
  readonly localPart: string;
  /** A byte string as written; "" when there is no "@". */
  readonly domain: string;
  /** The two put together, when they are an address that mail can be sent to. */
  readonly address: Address | undefined;
}

export interface HeaderGroup {
  readonly kind: "group";
  readonly name: string;
  readonly rawName: string;
  readonly members: readonly HeaderMailbox[];
}

/** Reads a field body, a byte string; folding is taken out first. Linear time. */
export function parseAddressList(
  value: string,
): (HeaderMailbox | HeaderGroup)[] {
  const tokens = tokenize(unfold(value));
  const list: (HeaderMailbox | HeaderGroup)[] = [];
  let group: Group | undefined;
  let piece: Token[] = [];
  let angle: Token[] | undefined;
  // An "@" was seen in `piece`; to look for it at each colon would be quadratic.
  let spec = false;
  const finish = () => {
    const mailbox = mailboxOf(piece, angle);
    piece = [];
    angle = undefined;
    spec = false;
    if (mailbox) (group?.members ?? list).push(mailbox);
  };
  const endGroup = () => {
    if (group) list.push({ kind: "group", ...group });
    group = undefined;
  };
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (isSpecial(token, "<") && !angle) {
      const end = angleEnd(tokens, at);
      angle = tokens.slice(at + 1, end);
      // An unclosed angle stops before the separator, which the loop has to see.
      at = isSpecial(tokens[end], ">") ? end : end - 1;
    } else if (isSpecial(token, ",")) finish();
    else if (isSpecial(token, ";")) {
      finish();
      endGroup();
    } else if (isSpecial(token, ":") && !group && !angle && !spec) {
      group = { ...nameOf(piece), members: [] };
      piece = [];
    } else {
      piece.push(token);
      spec ||= isSpecial(token, "@");
    }
  }
  finish();
  endGroup();
  return list;
}

interface Group {
  name: string;
  rawName: string;
  members: HeaderMailbox[];
}

interface Token {
  readonly kind: "atom" | "quoted" | "literal" | "comment" | "special";
  readonly text: string;
}

// Dots belong to atoms here: phrases may have them (RFC 5322 §4.1, `obs-phrase`).
const ATOM = /[^ \t\r\n()<>[\]:;@\\,"]*/y;
const SPECIALS = ")<>]:;@\\,";
const LITERAL = /\[[^[\]]*\]?/y;

function tokenize(text: string): Token[] {
  const lexer = new Lexer(text);
  const tokens: Token[] = [];
  for (lexer.skipBlanks(); lexer.at < text.length; lexer.skipBlanks()) {
    tokens.push(nextToken(lexer));
  }
  return tokens;
}

function nextToken(lexer: Lexer): Token {
  const char = lexer.next;
  if (char === '"') return { kind: "quoted", text: lexer.quoted() };
  if (char === "(") return { kind: "comment", text: lexer.comment() };
  if (char === "[") return { kind: "literal", text: lexer.take(LITERAL) };
  if (!SPECIALS.includes(char)) return { kind: "atom", text: lexer.take(ATOM) };
  lexer.at++;
  return { kind: "special", text: char };
}

function isSpecial(token: Token | undefined, char: string): boolean {
  return token?.kind === "special" && token.text === char;
}

/** The index of the ">" that closes the "<" at `start`; without one, of the first separator or the end. */
function angleEnd(tokens: readonly Token[], start: number): number {
  let separator: number | undefined;
  let at = start + 1;
  for (; at < tokens.length && !isSpecial(tokens[at], "<"); at++) {
    if (isSpecial(tokens[at], ">")) return at;
    if (isSpecial(tokens[at], ",") || isSpecial(tokens[at], ";")) {
      separator ??= at;
    }
  }
  return separator ?? at;
}

/** One element of the list; undefined when nothing stands between two commas (RFC 5322 §4.4). */
function mailboxOf(
  piece: readonly Token[],
  angle: readonly Token[] | undefined,
): HeaderMailbox | undefined {
  if (angle) return mailbox(nameOf(piece), specOf(withoutRoute(angle)));
  const words = piece.filter((token) => token.kind !== "comment");
  const comment = piece.findLast((token) => token.kind === "comment");
  if (words.length === 0) return undefined;
  const start = specStart(words);
  const name = start > 0 || !comment
    ? nameOf(words.slice(0, start))
    : named(decodeEncodedWords(comment.text), comment.text);
  return mailbox(name, specOf(words.slice(start)));
}

interface Name {
  readonly name: string;
  readonly rawName: string;
}

interface Spec {
  readonly localPart: string;
  readonly domain: string;
}

function mailbox(name: Name, spec: Spec): HeaderMailbox {
  const localPart = decodeText(spec.localPart);
  const domain = decodeText(spec.domain);
  const address = domain === ""
    ? undefined
    : parseMailbox(formatAddress({ localPart, domain }));
  return { kind: "mailbox", ...name, ...spec, address };
}

/** RFC 5322 §4.4: "@a,@b:" before the address in angle brackets is a route; it is ignored. */
function withoutRoute(tokens: readonly Token[]): readonly Token[] {
  const colon = tokens.findIndex((token) => isSpecial(token, ":"));
  return isSpecial(tokens[0], "@") ? tokens.slice(colon + 1) : tokens;
}

/** Splits at the last "@"; blanks and comments between the tokens fall away. */
function specOf(tokens: readonly Token[]): Spec {
  const words = tokens.filter((token) => token.kind !== "comment");
  const at = words.findLastIndex((token) => isSpecial(token, "@"));
  if (at < 0) return { localPart: joined(words, " "), domain: "" };
  return {
    localPart: joined(words.slice(0, at), ""),
    domain: joined(words.slice(at + 1), ""),
  };
}

function joined(tokens: readonly Token[], glue: string): string {
  return tokens.map((token) => token.text).join(glue);
}

/**
 * Where the address starts in words without angle brackets: the word before "@",
 * and those that dots tie to it (`a . b@c`). What stands before is taken as a name.
 */
function specStart(words: readonly Token[]): number {
  const at = words.findLastIndex((token) => isSpecial(token, "@"));
  if (at < 0) return 0;
  let start = Math.max(at - 1, 0);
  while (
    start > 0 &&
    (words[start]!.text.startsWith(".") || words[start - 1]!.text.endsWith("."))
  ) start--;
  return start;
}

function nameOf(tokens: readonly Token[]): Name {
  const words = tokens.filter((token) => token.kind !== "comment");
  const texts: string[] = [];
  for (let i = 0, end = 0; i < words.length; i = end) {
    if (words[i]!.kind === "quoted") {
      // No encoded word inside of quotes (RFC 2047 §5 (3)).
      texts.push(decodeText(words[i]!.text));
      end = i + 1;
      continue;
    }
    while (end < words.length && words[end]!.kind !== "quoted") end++;
    texts.push(decodeEncodedWords(joined(words.slice(i, end), " ")));
  }
  return named(texts.join(" "), joined(words, " "));
}

function named(name: string, rawName: string): Name {
  return { name, rawName };
}

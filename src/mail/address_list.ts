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

/** A mailbox as it is written: byte strings, encoded words as they stand (IMAP's ENVELOPE wants it so). */
export interface WrittenMailbox {
  readonly kind: "mailbox";
  /** The display name; of "a@b (Name)" the comment. "" when there is none. */
  readonly rawName: string;
  /** Without quotes and backslashes. */
  readonly localPart: string;
  /** "" when there is no "@". */
  readonly domain: string;
}

export interface WrittenGroup {
  readonly kind: "group";
  readonly rawName: string;
  readonly members: readonly WrittenMailbox[];
}

export interface HeaderMailbox extends WrittenMailbox {
  /** The display name as text. */
  readonly name: string;
  /** Local part and domain put together, when they are an address that mail can be sent to. */
  readonly address: Address | undefined;
}

export interface HeaderGroup extends WrittenGroup {
  readonly name: string;
  readonly members: readonly HeaderMailbox[];
}

/** Reads a field body, a byte string; folding is taken out first. Linear time. */
export function parseAddressList(
  value: string,
): (HeaderMailbox | HeaderGroup)[] {
  return new ListReader(tokenize(unfold(value)), DECODED).read();
}

/** As {@linkcode parseAddressList}, without a look at what the octets mean: in half the time. */
export function parseWrittenAddresses(
  value: string,
): (WrittenMailbox | WrittenGroup)[] {
  return new ListReader(tokenize(unfold(value)), WRITTEN).read();
}

/** What names and mailboxes are read as. */
interface Reading<N, M> {
  readonly phrase: (tokens: readonly Token[]) => N;
  readonly comment: (text: string) => N;
  readonly mailbox: (name: N, spec: Spec) => M;
}

const DECODED: Reading<Name, HeaderMailbox> = {
  phrase: nameOf,
  comment: (text) => ({ name: decodeEncodedWords(text), rawName: text }),
  mailbox: (name, { localPart, domain, quoted }) => {
    const address = domain === "" ? undefined : parseMailbox(
      formatLocal(decodeText(localPart), quoted) + `@${decodeText(domain)}`,
    );
    return { kind: "mailbox", ...name, localPart, domain, address };
  },
};

const WRITTEN: Reading<WrittenName, WrittenMailbox> = {
  phrase: (tokens) => ({ rawName: joined(withoutComments(tokens)) }),
  comment: (text) => ({ rawName: text }),
  mailbox: ({ rawName }, { localPart, domain }) => (
    { kind: "mailbox", rawName, localPart, domain }
  ),
};

/** Walks the tokens once; what is between two separators becomes a mailbox. */
class ListReader<N, M> {
  readonly #tokens: readonly Token[];
  readonly #reading: Reading<N, M>;
  readonly #list: (M | Group<N, M>)[] = [];
  #group: Group<N, M> | undefined;
  /** Tokens of the element so far, those after its angle brackets if it has them. */
  #piece: Token[] = [];
  /** What stood before the angle brackets, and what is in them. */
  #name: Token[] = [];
  #angle: Token[] | undefined;
  /** An "@" is in `#piece`: to look for it at each colon would be quadratic. */
  #spec = false;

  constructor(tokens: readonly Token[], reading: Reading<N, M>) {
    this.#tokens = tokens;
    this.#reading = reading;
  }

  read(): (M | Group<N, M>)[] {
    for (let at = 0; at < this.#tokens.length; at++) {
      const token = this.#tokens[at]!;
      if (isSpecial(token, "<")) at = this.#openAngle(at);
      else if (isSpecial(token, ",")) this.#endElement();
      else if (isSpecial(token, ";")) this.#endGroup();
      else if (isSpecial(token, ":") && this.#startsGroup()) this.#openGroup();
      else {
        this.#piece.push(token);
        this.#spec ||= isSpecial(token, "@");
      }
    }
    this.#endGroup();
    return this.#list;
  }

  /** Takes an address in angle brackets: the index of its last token. */
  #openAngle(at: number): number {
    const name = this.#piece;
    // A comma was forgotten between two addresses.
    if (this.#angle && this.#angle.length > 0) this.#endElement();
    const end = angleEnd(this.#tokens, at);
    this.#name = name;
    this.#piece = [];
    this.#angle = this.#tokens.slice(at + 1, end);
    // An unclosed angle stops before the separator, which the loop has to see.
    return isSpecial(this.#tokens[end], ">") ? end : end - 1;
  }

  #startsGroup(): boolean {
    return !this.#group && !this.#angle && !this.#spec;
  }

  #openGroup(): void {
    const name = this.#reading.phrase(this.#piece);
    this.#group = { kind: "group", ...name, members: [] };
    this.#piece = [];
  }

  #endElement(): void {
    const found = this.#angle
      ? this.#reading.mailbox(
        this.#reading.phrase(this.#name),
        specOf(withoutRoute(this.#angle)),
      )
      : bareMailbox(this.#piece, this.#reading);
    if (found) (this.#group?.members ?? this.#list).push(found);
    this.#piece = [];
    this.#name = [];
    this.#angle = undefined;
    this.#spec = false;
  }

  #endGroup(): void {
    this.#endElement();
    if (this.#group) this.#list.push(this.#group);
    this.#group = undefined;
  }
}

type Group<N, M> = N & { readonly kind: "group"; readonly members: M[] };

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

/** An address without angle brackets; undefined when nothing stands between two commas (RFC 5322 §4.4). */
function bareMailbox<N, M>(
  piece: readonly Token[],
  reading: Reading<N, M>,
): M | undefined {
  const words = withoutComments(piece);
  const comment = piece.findLast((token) => token.kind === "comment");
  if (words.length === 0) return undefined;
  const start = specStart(words);
  const name = start > 0 || !comment
    ? reading.phrase(words.slice(0, start))
    : reading.comment(comment.text);
  return reading.mailbox(name, specOf(words.slice(start)));
}

function withoutComments(tokens: readonly Token[]): readonly Token[] {
  return tokens.filter((token) => token.kind !== "comment");
}

interface WrittenName {
  readonly rawName: string;
}

interface Name extends WrittenName {
  readonly name: string;
}

interface Spec {
  readonly localPart: string;
  readonly domain: string;
  /** The local part is one quoted string. */
  readonly quoted: boolean;
}

/** What was not quoted must stand without quotes: `a@b@c` and `a b@c` are no addresses. */
function formatLocal(localPart: string, quoted: boolean): string {
  return quoted ? formatAddress({ localPart, domain: "" }) : localPart;
}

/** RFC 5322 §4.4: "@a,@b:" before the address in angle brackets is a route; it is ignored. */
function withoutRoute(tokens: readonly Token[]): readonly Token[] {
  const colon = tokens.findIndex((token) => isSpecial(token, ":"));
  return isSpecial(tokens[0], "@") ? tokens.slice(colon + 1) : tokens;
}

/** Splits at the last "@". Comments fall away, and blanks beside dots (RFC 5322 §4.4). */
function specOf(tokens: readonly Token[]): Spec {
  const words = withoutComments(tokens);
  const at = words.findLastIndex((token) => isSpecial(token, "@"));
  const local = at < 0 ? words : words.slice(0, at);
  return {
    localPart: joinDotted(local),
    domain: at < 0 ? "" : joinDotted(words.slice(at + 1)),
    quoted: local.length === 1 && local[0]!.kind === "quoted",
  };
}

function joinDotted(words: readonly Token[]): string {
  return words.map((word, i) => {
    const glue = i === 0 || isTied(words[i - 1]!, word) ? "" : " ";
    return glue + word.text;
  }).join("");
}

/** True when a dot or an "@" stands between two words, so that blanks there mean nothing. */
function isTied(left: Token, right: Token): boolean {
  return left.kind !== "quoted" && left.text.endsWith(".") ||
    right.kind !== "quoted" && right.text.startsWith(".") ||
    isSpecial(left, "@") || isSpecial(right, "@");
}

/**
 * Where the address starts in words without angle brackets: the word before "@",
 * and those that dots tie to it (`a . b@c`). What stands before is taken as a name.
 */
function specStart(words: readonly Token[]): number {
  const at = words.findLastIndex((token) => isSpecial(token, "@"));
  if (at < 0) return 0;
  let start = Math.max(at - 1, 0);
  while (start > 0 && isTied(words[start - 1]!, words[start]!)) start--;
  return start;
}

function nameOf(tokens: readonly Token[]): Name {
  const words = withoutComments(tokens);
  const texts: string[] = [];
  for (let i = 0, end = 0; i < words.length; i = end) {
    if (words[i]!.kind === "quoted") {
      // No encoded word inside of quotes (RFC 2047 §5 (3)).
      texts.push(decodeText(words[i]!.text));
      end = i + 1;
      continue;
    }
    while (end < words.length && words[end]!.kind !== "quoted") end++;
    texts.push(decodeEncodedWords(joined(words.slice(i, end))));
  }
  return { name: texts.join(" "), rawName: joined(words) };
}

function joined(tokens: readonly Token[]): string {
  return tokens.map((token) => token.text).join(" ");
}

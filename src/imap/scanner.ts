/**
 * Reads one command (RFC 9051 §9; RFC 3501 §9; RFC 7888 for literals).
 *
 * Only `astring`, `string`, `nstring` and `literal` may wait: they ask the client for a
 * literal's octets. Texts are byte strings, each character one octet. Everything that
 * is not in the grammar throws {@linkcode BadSyntax} with what was expected.
 *
 * Leaves out what words mean: names of flags, mailboxes, items.
 *
 * @module
 */

import { asciiUpper, latin1Decode } from "../bytes/mod.ts";
import { limits, type Session, type Wire } from "../wire/mod.ts";
import { parseDateTime } from "./date_time.ts";
import { type NumberRange, type SequenceSet, STAR } from "./sequence_set.ts";
import { bad, BadSyntax, no, Refusal } from "./status.ts";

// RFC 9051 §9: ATOM-CHAR, ASTRING-CHAR, list-char, and a tag's characters. Octets above
// 127 are none of them; they are let through where UTF-8 may stand (RFC 6855 §3).
// deno-lint-ignore no-control-regex
const ATOM = /[^\x00-\x20(){%*"\\\]\x7f-\xff]+/y;
// deno-lint-ignore no-control-regex
const ASTRING = /[^\x00-\x20(){%*"\\\x7f]+/y;
// deno-lint-ignore no-control-regex
const LIST_MAILBOX = /[^\x00-\x20(){"\\\x7f]+/y;
// deno-lint-ignore no-control-regex
const TAG = /[^\x00-\x20(){%*"\\\x7f-\xff+]+/y;
// deno-lint-ignore no-control-regex
const QUOTED = /"((?:[^"\\\x00\r\n]|\\["\\])*)"/y;
const LITERAL = /(~?)\{(\d{1,20})(\+?)\}$/y;
const BASE64 = /[A-Za-z0-9+/]+={0,2}|=/y;
const NUMBER = /\d+/y;
const SET = /(?:\d+|\*)(?::(?:\d+|\*))?(?:,(?:\d+|\*)(?::(?:\d+|\*))?)*/y;
/** A word of letters, digits and what names of items have: "BODY.PEEK", "X-GM-LABELS". */
const WORD = /[A-Za-z0-9.\-=_+]+/y;
const ANNOUNCED = /\{(\d{1,20})\+\}$/;

/** The announcement of a literal: its octets have still to come. */
export interface LiteralHead {
  readonly size: number;
  /** The client waits for "+" before it sends. */
  readonly waits: boolean;
  /** A literal8: it may hold NUL (RFC 3516). */
  readonly binary: boolean;
}

/** What commands may hold; less before login. */
export interface CommandLimits {
  /** Octets of one line. */
  readonly line: number;
  /** Octets of one literal that is a string. */
  readonly literal: number;
  /** Octets of all literals of a command that are strings. */
  readonly literals: number;
  /** Octets of a literal that comes without asking (RFC 7888 §5); messages have a limit of their own. */
  readonly unasked: number;
}

/** A cursor over one command, whose literals it fetches from the wire. */
export class Scanner {
  readonly #wire: Wire;
  readonly #limits: CommandLimits;
  #line: string;
  #at = 0;
  #depth = 0;
  #literals = 0;
  /** True from a literal's announcement until its octets were read. */
  #owesLiteral = false;

  constructor(wire: Wire, line: string, limits: CommandLimits) {
    this.#wire = wire;
    this.#line = line;
    this.#limits = limits;
  }

  // ── what may not wait ────────────────────────────────────────────────

  /** The tag (RFC 9051 §2.2.1). */
  tag(): string {
    const tag = this.#match(TAG)?.[0] ?? "";
    if (tag === "" || tag.length > limits.imap.tag) throw expected("a tag");
    return tag;
  }

  /** True at the end of the command. */
  get atEnd(): boolean {
    return this.#at === this.#line.length;
  }

  /** The next character, "" at the end; it is not taken. */
  peek(): string {
    return this.#line.charAt(this.#at);
  }

  /** Takes `text` if it comes next, in this case. */
  tryTake(text: string): boolean {
    if (!this.#line.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  /** Takes `word` if it comes next, in any case. */
  tryWord(word: string): boolean {
    const next = this.#line.substr(this.#at, word.length);
    if (asciiUpper(next) !== word) return false;
    this.#at += word.length;
    return true;
  }

  take(text: string): void {
    if (!this.tryTake(text)) throw expected(`"${text}"`);
  }

  /** One space (RFC 9051 §9: never more, never less). */
  space(): void {
    if (!this.tryTake(" ")) throw expected("a space");
  }

  /** The end of the command. */
  end(): void {
    if (!this.atEnd) throw expected("the end of the command");
  }

  atom(): string {
    return this.#need(ATOM, "an atom");
  }

  /** A word of a command, such as the name of an item; in upper case. */
  word(what = "a word"): string {
    return asciiUpper(this.#need(WORD, what));
  }

  /** Base 64, or "=" for nothing (RFC 4959 §3); it is not decoded. */
  base64(): string {
    return this.#need(BASE64, "base 64");
  }

  /** A keyword or a flag with its backslash (RFC 9051 §9, flag). */
  flag(): string {
    return this.tryTake("\\") ? `\\${this.atom()}` : this.atom();
  }

  /** Flags in parentheses, perhaps none. */
  flagList(): string[] {
    return this.list(() => this.flag(), true);
  }

  /** A number of at most 32 bits. */
  number(what = "a number"): number {
    const value = Number(this.#need(NUMBER, what));
    if (value > 0xffffffff) throw new BadSyntax("a number is too large");
    return value;
  }

  /** A number above 0. */
  positive(what = "a number above 0"): number {
    const value = this.number(what);
    if (value === 0) throw expected(what);
    return value;
  }

  /** A number of at most 63 bits; what no one can count to is taken for the largest we know. */
  number64(what = "a number"): number {
    const digits = this.#need(NUMBER, what);
    if (BigInt(digits.slice(0, 20)) > MAX_63 || digits.length > 19) {
      throw new BadSyntax("a number is too large");
    }
    return Math.min(Number(digits), Number.MAX_SAFE_INTEGER);
  }

  /** Message numbers or UIDs (RFC 9051 §9, sequence-set). */
  sequenceSet(): SequenceSet {
    if (this.tryTake("$")) return { kind: "saved" };
    const text = this.#need(SET, "a sequence set");
    const ranges: NumberRange[] = [];
    let from = 0;
    while (from < text.length) {
      const comma = text.indexOf(",", from);
      const end = comma < 0 ? text.length : comma;
      ranges.push(parseRange(text.slice(from, end)));
      if (ranges.length > limits.imap.setRanges) {
        throw new Refusal(no("Too many ranges in a sequence set", "LIMIT"));
      }
      from = end + 1;
    }
    return { kind: "ranges", ranges };
  }

  /** A date and time in quotes (RFC 9051 §9, date-time); milliseconds since 1970. */
  dateTime(): number {
    const text = this.#match(QUOTED)?.[1];
    const value = text === undefined ? undefined : parseDateTime(text);
    if (value === undefined) throw expected("a date and time");
    return value;
  }

  /** Items in parentheses with one space between them. */
  list<T>(item: () => T, mayBeEmpty = false): T[] {
    const items: T[] = [];
    this.open();
    if (mayBeEmpty && this.tryClose()) return items;
    do items.push(item()); while (this.tryTake(" "));
    this.close();
    return items;
  }

  /** Takes "("; what is nested too deep is refused. */
  open(): void {
    if (this.#depth === limits.imap.listDepth) {
      throw new BadSyntax("lists are nested too deep");
    }
    this.take("(");
    this.#depth++;
  }

  tryClose(): boolean {
    if (!this.tryTake(")")) return false;
    this.#depth--;
    return true;
  }

  close(): void {
    if (!this.tryClose()) throw expected('")"');
  }

  // ── what may wait ────────────────────────────────────────────────────

  /** As {@linkcode list}, for items that may wait. */
  *sessionList<T>(item: () => Session<T>, mayBeEmpty = false): Session<T[]> {
    const items: T[] = [];
    this.open();
    if (mayBeEmpty && this.tryClose()) return items;
    do items.push(yield* item()); while (this.tryTake(" "));
    this.close();
    return items;
  }

  /** An atom or a string. */
  *astring(what = "an atom or a string"): Session<string> {
    return this.#match(ASTRING)?.[0] ?? (yield* this.string(what));
  }

  /** A mailbox name with wildcards (RFC 9051 §9, list-mailbox). */
  *listMailbox(): Session<string> {
    return this.#match(LIST_MAILBOX)?.[0] ??
      (yield* this.string("a mailbox pattern"));
  }

  /** A quoted string or a literal. */
  *string(what = "a string"): Session<string> {
    const quoted = this.#match(QUOTED);
    if (quoted) return quoted[1]!.replace(/\\(.)/g, "$1");
    if (this.peek() !== "{" && this.peek() !== "~") throw expected(what);
    return latin1Decode(yield* this.literal());
  }

  /** A string, or undefined for NIL. */
  *nstring(what = "a string or NIL"): Session<string | undefined> {
    return this.tryWord("NIL") ? undefined : yield* this.string(what);
  }

  /** A literal, whole in memory. */
  *literal(): Session<Uint8Array> {
    const { size, waits, binary } = this.literalHead();
    if (binary) throw expected("a literal without NUL");
    this.#literals += size;
    const { literal, literals, unasked } = this.#limits;
    if (!waits && size > unasked) {
      throw new Refusal(bad("A literal is too long to come unasked", "TOOBIG"));
    }
    if (size > literal || this.#literals > literals) {
      throw new Refusal(no("A literal is too long", "TOOBIG"));
    }
    if (waits) this.askForLiteral();
    const bytes = yield* this.#wire.exactly(size);
    yield* this.continueAfterLiteral();
    // RFC 9051 §9, literal: CHAR8 is any octet but NUL.
    if (bytes.includes(0)) throw new BadSyntax("a literal holds NUL");
    return bytes;
  }

  /**
   * The announcement of a literal, whose octets the caller reads from the wire, after
   * {@linkcode askForLiteral} where the client waits, and before
   * {@linkcode continueAfterLiteral}.
   */
  literalHead(): LiteralHead {
    const match = this.#match(LITERAL);
    if (!match) throw expected("a literal");
    const size = Number(match[2]);
    if (!Number.isSafeInteger(size)) {
      throw new BadSyntax("a literal is too long");
    }
    this.#owesLiteral = match[3] === "+";
    return { size, waits: !this.#owesLiteral, binary: match[1] === "~" };
  }

  /** Asks for the octets that the client holds back (RFC 9051 §7.6). */
  askForLiteral(): void {
    this.#wire.sendLine("+ go on");
  }

  /** Reads the line that follows a literal's octets. */
  *continueAfterLiteral(): Session<void> {
    this.#owesLiteral = false;
    this.#line = yield* this.#wire.line(this.#limits.line);
    this.#at = 0;
  }

  /**
   * Reads to the end of a command that is refused: what the client sends without
   * waiting (RFC 7888 §4) belongs to it.
   *
   * @returns false when that is so much that the connection had better end.
   */
  *skipRest(): Session<boolean> {
    while (true) {
      const rest = this.#owesLiteral ? this.#line : this.#line.slice(this.#at);
      const size = Number(ANNOUNCED.exec(rest)?.[1] ?? 0);
      if (!this.#owesLiteral && !ANNOUNCED.test(rest)) return true;
      if (size > limits.imap.skippedLiteral) return false;
      let left = size;
      while (left > 0) left -= (yield* this.#wire.some(left)).length;
      yield* this.continueAfterLiteral();
    }
  }

  // ── inside ───────────────────────────────────────────────────────────

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#line);
    if (match) this.#at = pattern.lastIndex;
    return match;
  }

  #need(pattern: RegExp, what: string): string {
    const match = this.#match(pattern);
    if (!match) throw expected(what);
    return match[0];
  }
}

const MAX_63 = 2n ** 63n - 1n;

function expected(what: string): BadSyntax {
  return new BadSyntax(`expected ${what}`);
}

function parseRange(text: string): NumberRange {
  const colon = text.indexOf(":");
  if (colon < 0) {
    const number = parseSetNumber(text);
    return [number, number];
  }
  return [
    parseSetNumber(text.slice(0, colon)),
    parseSetNumber(text.slice(colon + 1)),
  ];
}

function parseSetNumber(text: string): number {
  if (text === "*") return STAR;
  const number = Number(text);
  if (number === 0 || number > 0xffffffff) {
    throw new BadSyntax("a sequence set holds numbers from 1 to 4294967295");
  }
  return number;
}

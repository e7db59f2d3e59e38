/**
 * A cursor over the lexical tokens of structured header fields (RFC 5322 §3.2).
 *
 * Total: what is not closed ends with the text. Every read moves forward only.
 *
 * @module
 */

import { trimWhiteSpace } from "./white_space.ts";

const WHITE_SPACE = /[ \t\r\n]*/y;
const COMMENT_SPECIALS = "()\\";
const QUOTED_SPECIALS = '"\\';
const BEFORE_COMMENT = /[^("]*/y;

/** Reads `text`, unfolded; `at` is where the next token starts. */
export class Lexer {
  at = 0;

  constructor(readonly text: string) {}

  /** The character at the cursor; "" at the end. */
  get next(): string {
    return this.text.charAt(this.at);
  }

  /** Takes what a sticky `pattern` matches at the cursor; "" when it does not. */
  take(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const token = pattern.exec(this.text)?.[0] ?? "";
    this.at += token.length;
    return token;
  }

  /** Takes `char` when it is next. */
  accept(char: string): boolean {
    if (this.next !== char) return false;
    this.at++;
    return true;
  }

  /** Skips white space and comments (RFC 5322 §3.2.2, `CFWS`). */
  skip(): void {
    this.skipBlanks();
    while (this.next === "(") {
      this.comment();
      this.skipBlanks();
    }
  }

  /** Skips white space alone. */
  skipBlanks(): void {
    if (this.text.charCodeAt(this.at) <= 0x20) this.take(WHITE_SPACE);
  }

  /** Takes a comment, nested ones included; its text without the outer brackets and backslashes. */
  comment(): string {
    const pieces: string[] = [];
    let depth = 0;
    do {
      const char = this.next;
      if (char === "(" && depth++ > 0) pieces.push(char);
      if (char === ")" && --depth > 0) pieces.push(char);
      this.at++;
      if (char === "\\") pieces.push(this.escaped());
      if (depth > 0) pieces.push(this.until(COMMENT_SPECIALS));
    } while (depth > 0 && this.at < this.text.length);
    return pieces.join("");
  }

  /** Takes a quoted string that starts at the cursor; its text without quotes and backslashes. */
  quoted(): string {
    const pieces: string[] = [];
    this.at++;
    while (this.at < this.text.length) {
      pieces.push(this.until(QUOTED_SPECIALS));
      if (this.accept('"')) break;
      this.at++;
      pieces.push(this.escaped());
    }
    return pieces.join("");
  }

  /** Takes what stands before the next of `specials`, or before the end. */
  private until(specials: string): string {
    const start = this.at;
    const { text } = this;
    while (this.at < text.length && !specials.includes(text[this.at]!)) {
      this.at++;
    }
    return text.slice(start, this.at);
  }

  private escaped(): string {
    const char = this.next;
    this.at++;
    return char;
  }
}

/** `text` with each comment outside of quoted strings turned into a blank, trimmed. */
export function stripComments(text: string): string {
  if (!text.includes("(")) return trimWhiteSpace(text);
  const lexer = new Lexer(text);
  const pieces: string[] = [];
  while (lexer.at < text.length) {
    pieces.push(lexer.take(BEFORE_COMMENT));
    const start = lexer.at;
    if (lexer.next === '"') {
      lexer.quoted();
      pieces.push(text.slice(start, lexer.at));
    } else if (lexer.next === "(") {
      lexer.comment();
      pieces.push(" ");
    }
  }
  return trimWhiteSpace(pieces.join(""));
}

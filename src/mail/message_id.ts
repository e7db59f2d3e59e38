/**
 * Message identifiers (RFC 5322 §3.6.4).
 *
 * @module
 */

import { Lexer } from "./lexer.ts";
import { unfold } from "./white_space.ts";

/**
 * A new Message-ID, with its angle brackets.
 *
 * @param random At least 16 octets that nobody can guess: uniqueness rests on them alone.
 * @param domain The server's name, A-labels.
 */
export function formatMessageId(random: Uint8Array, domain: string): string {
  return `<${random.toHex()}@${domain}>`;
}

/** The first identifier in a Message-ID value, with its angle brackets and nothing else around it. */
export function parseMessageId(value: string): string | undefined {
  return parseMessageIds(value)[0];
}

/**
 * All identifiers in a value of References or In-Reply-To, in their order, without
 * comments and without blanks inside. What is not in angle brackets is passed over.
 */
export function parseMessageIds(value: string): string[] {
  const lexer = new Lexer(unfold(value));
  const ids: string[] = [];
  while (lexer.next !== "") {
    lexer.skip();
    if (lexer.next === '"') lexer.quoted();
    else if (lexer.accept("<")) {
      const id = identifier(lexer);
      if (id !== "") ids.push(`<${id}>`);
    } else lexer.take(OTHER) || lexer.at++;
  }
  return ids;
}

const OTHER = /[^<("]*/y;
const INNER = /[^<>("]*/y;

/** What stands up to ">"; "" when it is empty or not closed. */
function identifier(lexer: Lexer): string {
  const pieces: string[] = [];
  for (;;) {
    pieces.push(lexer.take(INNER).replace(/[ \t\r]+/g, ""));
    const start = lexer.at;
    if (lexer.next === "(") lexer.comment();
    else if (lexer.next === '"') {
      lexer.quoted();
      pieces.push(lexer.text.slice(start, lexer.at));
    } else return lexer.accept(">") ? pieces.join("") : "";
  }
}

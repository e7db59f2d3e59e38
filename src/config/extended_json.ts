/**
 * Extended JSON (RFC 8259 with comments and trailing commas), read with places and duplicates kept.
 *
 * `@std/jsonc` judges the grammar. It knows neither gomaild's "#" comments nor where
 * a value stands, and of a key that is named twice it keeps the last: these three are
 * added here, on text that it has found to be right.
 *
 * @module
 */

import { parse } from "@std/jsonc";
import { type Place, type Problem, problemAt, type Source } from "./place.ts";

/** A value with its place. */
export type Tree = ObjectTree | ArrayTree | ScalarTree;

export interface ObjectTree {
  readonly kind: "object";
  readonly place: Place;
  /** In the order of the text; a key may come twice. */
  readonly entries: readonly Entry[];
}

export interface Entry {
  readonly key: string;
  readonly place: Place;
  readonly value: Tree;
}

export interface ArrayTree {
  readonly kind: "array";
  readonly place: Place;
  readonly items: readonly Tree[];
}

export interface ScalarTree {
  readonly kind: "scalar";
  readonly place: Place;
  readonly value: string | number | boolean | null;
}

/** Reads a file; when its grammar is wrong, tells where. */
export function parseExtendedJson(source: Source): Tree | Problem {
  const text = blankHashComments(source.text);
  try {
    parse(text);
  } catch (error) {
    return syntaxProblem(source, text, error);
  }
  return new Reader({ ...source, text }, source).value();
}

const STRING = '"(?:[^"\\\\]|\\\\[^])*"?';
const COMMENT = "//[^\\r\\n]*|/\\*[^]*?(?:\\*/|$)";
const STRING_COMMENT_OR_HASH = new RegExp(
  `${STRING}|${COMMENT}|#[^\\r\\n]*`,
  "g",
);

/**
 * Puts spaces in the place of "#" comments, so that all else keeps its offset.
 *
 * A byte order mark at the start (RFC 8259 §8.1 lets a reader ignore it) goes the same way.
 */
function blankHashComments(text: string): string {
  return text.replace(/^\ufeff/, " ").replace(
    STRING_COMMENT_OR_HASH,
    (found) => found.startsWith("#") ? " ".repeat(found.length) : found,
  );
}

function syntaxProblem(source: Source, text: string, error: unknown): Problem {
  const message = error instanceof Error ? error.message : String(error);
  const found = /unexpected token "([^]*)" in JSONC at position (\d+)$/.exec(
    message,
  );
  if (!found) {
    return problemAt(
      { source, offset: text.trimEnd().length },
      error instanceof RangeError
        ? "the nesting is too deep"
        : 'the file ends too early; a closing "}", "]", quote or "*/" was meant',
    );
  }
  const offset = Number(found[2]);
  const token = found[1]!.split(/[\r\n]/)[0]!;
  return problemAt({ source, offset }, whatWasMeant(text, offset, token));
}

function whatWasMeant(text: string, offset: number, token: string): string {
  if (token.startsWith('"')) {
    const previous = text.slice(0, offset).trimEnd().at(-1);
    return previous !== undefined && !"{[,:".includes(previous)
      ? `unexpected ${token}; a comma before it was meant`
      : `${token} is no JSON string; a closing quote or an escape (\\", \\\\, \\n) was meant`;
  }
  if (/^[A-Za-z']/.test(token)) {
    return `unexpected ${token}; "…" in double quotes, a number, true or false was meant`;
  }
  return `unexpected ${token}`;
}

const TOKEN = new RegExp(
  `(?:\\s|${COMMENT})*(${STRING}|[{}\\[\\],:]|[^\\s{}\\[\\],:"/]+)`,
  "y",
);

/** Walks text whose grammar is known to be right. */
class Reader {
  #offset = 0;
  #token = "";
  #next = 0;

  constructor(readonly text: Source, readonly source: Source) {
    this.#advance();
  }

  value(): Tree {
    const place = this.#place();
    if (this.#token === "{") {
      return {
        kind: "object",
        place,
        entries: this.#list("}", () => this.#entry()),
      };
    }
    if (this.#token === "[") {
      return {
        kind: "array",
        place,
        items: this.#list("]", () => this.value()),
      };
    }
    return { kind: "scalar", place, value: JSON.parse(this.#take()) };
  }

  #entry(): Entry {
    const place = this.#place();
    const key = JSON.parse(this.#take()) as string;
    this.#take(); // the colon
    return { key, place, value: this.value() };
  }

  #list<T>(end: string, read: () => T): T[] {
    const all: T[] = [];
    this.#take();
    while (this.#token !== end) {
      all.push(read());
      if (this.#token === ",") this.#take();
    }
    this.#take();
    return all;
  }

  #place(): Place {
    return { source: this.source, offset: this.#offset };
  }

  #take(): string {
    const token = this.#token;
    this.#advance();
    return token;
  }

  #advance(): void {
    TOKEN.lastIndex = this.#next;
    const found = TOKEN.exec(this.text.text);
    this.#token = found?.[1] ?? "";
    this.#next = TOKEN.lastIndex;
    this.#offset = this.#next - this.#token.length;
  }
}

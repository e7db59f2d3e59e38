/**
 * How texts are compared: without regard to case and to ways of writing a character
 * (i;unicode-casemap, RFC 5051; RFC 5255 §4.2 wants it for I18NLEVEL=1).
 *
 * @module
 */

/**
 * The form in which texts are compared: decomposed, in upper case. Upper case and not
 * lower, because it does not depend on neighbours ("Σ" has two small forms).
 */
export function fold(text: string): string {
  // deno-lint-ignore no-control-regex
  return /^[\x00-\x7f]*$/.test(text)
    ? text.toUpperCase()
    : text.normalize("NFKD").toUpperCase().normalize("NFKD");
}

/**
 * A text that {@linkcode fold} made, in a form whose plain order is that of code points
 * (RFC 5051 §2): surrogates, which stand for what comes after U+FFFF, change places with
 * what comes after them. Made once a text, so that comparing costs nothing.
 */
export function orderKey(folded: string): string {
  return folded.replace(AFTER, (unit) => {
    const code = unit.charCodeAt(0);
    return String.fromCharCode(code < 0xe000 ? code + 0x2000 : code - 0x800);
  });
}

/** Code units from the first surrogate on. */
const AFTER = /[\ud800-\uffff]/g;

/** Characters held back at most, for what the next piece may combine with. */
const HELD_MAX = 4096;

/** What takes texts that come in pieces. */
export interface TextTaker {
  /** True when nothing more is wanted. */
  readonly done: boolean;
  push(text: string): void;
  /** Ends a text, which stood there: what follows is another one. */
  end(where: Place): void;
}

/** Where texts stand. */
export type Place = "headers" | "bodies";

/** Folds texts that come in pieces: always in the same places, so that all who read a text read the same. */
class PieceFolder {
  #held = "";

  /** What can be folded by now. */
  push(text: string): string {
    const all = this.#held + text;
    // A character combines only with what follows it: a blank ends what can be folded.
    const cut = Math.max(all.lastIndexOf(" "), all.lastIndexOf("\n"));
    const end = cut >= 0 ? cut : all.length > HELD_MAX ? all.length : 0;
    this.#held = all.slice(end);
    return end > 0 ? fold(all.slice(0, end)) : "";
  }

  /** The rest. */
  end(): string {
    const rest = fold(this.#held);
    this.#held = "";
    return rest;
  }
}

/** Looks for texts in texts. */
export class Finder implements TextTaker {
  readonly #needles: Set<string>;
  readonly #overlap: number;
  readonly #folder = new PieceFolder();
  #tail = "";

  /** @param needles Folded; an empty one is found at once. */
  constructor(needles: Iterable<string>) {
    this.#needles = new Set(needles);
    this.#needles.delete("");
    this.#overlap = Math.max(0, ...[...this.#needles].map((n) => n.length - 1));
  }

  /** True when all were found. */
  get done(): boolean {
    return this.#needles.size === 0;
  }

  /** True when `needle` was found. */
  has(needle: string): boolean {
    return !this.#needles.has(needle);
  }

  /** True when what is looked for, and not found yet, has a line end in it. */
  get spansLines(): boolean {
    return [...this.#needles].some((needle) => needle.includes("\n"));
  }

  push(text: string): void {
    this.#look(this.#folder.push(text));
  }

  /** Ends a text. */
  end(): void {
    this.#look(this.#folder.end());
    this.#tail = "";
  }

  #look(text: string): void {
    const folded = this.#tail + text;
    for (const needle of this.#needles) {
      if (folded.includes(needle)) this.#needles.delete(needle);
    }
    this.#tail = this.#overlap > 0 ? folded.slice(-this.#overlap) : "";
  }
}

/** Gathers texts, folded, as far as they have at most `most` characters together. */
export class Gatherer implements TextTaker {
  readonly #most: number;
  readonly #folder = new PieceFolder();
  readonly #texts = { headers: "", bodies: "" };
  #text = "";
  #length = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** True when there is more than was wanted. */
  get done(): boolean {
    return this.#length + this.#text.length > this.#most;
  }

  /** All that came, a line end between two; undefined when that is more than was wanted. */
  get texts(): Readonly<Record<Place, string>> | undefined {
    return this.done ? undefined : this.#texts;
  }

  push(text: string): void {
    this.#text += this.#folder.push(text);
  }

  end(where: Place): void {
    const text = `${this.#text}${this.#folder.end()}\n`;
    this.#texts[where] += text;
    this.#length += text.length;
    this.#text = "";
  }
}

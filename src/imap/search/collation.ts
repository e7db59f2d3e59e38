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

/** The order of two texts that {@linkcode fold} made: by code points, as RFC 5051 §2 has it. */
export function compareFolded(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  let i = 0;
  while (i < length && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  if (i === length) return a.length - b.length;
  return codePointOrder(a.charCodeAt(i)) - codePointOrder(b.charCodeAt(i));
}

/** Surrogates stand for what comes after U+FFFF. */
function codePointOrder(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** Characters held back at most, for what the next piece may combine with. */
const HELD_MAX = 4096;

/** Looks for texts in a text that comes in pieces. */
export class Finder {
  readonly #needles: Set<string>;
  readonly #overlap: number;
  #held = "";
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

  push(text: string): void {
    const all = this.#held + text;
    // A character combines only with what follows it: a blank ends what can be folded.
    const cut = Math.max(all.lastIndexOf(" "), all.lastIndexOf("\n"));
    const end = cut >= 0 ? cut : all.length > HELD_MAX ? all.length : 0;
    this.#held = all.slice(end);
    if (end > 0) this.#look(all.slice(0, end));
  }

  /** Ends a text: what follows is another one. */
  end(): void {
    this.#look(this.#held);
    this.#held = "";
    this.#tail = "";
  }

  #look(text: string): void {
    const folded = this.#tail + fold(text);
    for (const needle of this.#needles) {
      if (folded.includes(needle)) this.#needles.delete(needle);
    }
    this.#tail = this.#overlap > 0 ? folded.slice(-this.#overlap) : "";
  }
}

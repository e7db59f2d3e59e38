/**
 * The keywords of a mailbox and their letters in file names: "a" to "z", and characters
 * from U+0100 on, for which Maildir has none (`file_name.ts` says where those stand).
 *
 * The first 26 are kept as Dovecot keeps them, in `dovecot-keywords`: a line "<number>
 * <keyword>" each, so that a Dovecot next door sees the same ones. The others are in
 * `denomaild-keywords`.
 *
 * @module
 */

import { asciiLower } from "../bytes/mod.ts";
import { FIRST_BEYOND, MOST_BITS } from "./file_name.ts";
import { LETTER_FLAGS, normalFlags } from "./flags.ts";
import { readSmallFile, replaceFile } from "./replace_file.ts";
import { type Flag, TooManyKeywords } from "./store.ts";
import type { Surroundings } from "./surroundings.ts";

const DOVECOT_FILE = "dovecot-keywords";
const OUR_FILE = "denomaild-keywords";
const MOST_LETTERS = 26;

/** Keywords of one mailbox. */
export const MOST_KEYWORDS = MOST_LETTERS + MOST_BITS;
const FIRST_LETTER = "a".charCodeAt(0);

const LETTERS = new Map([...LETTER_FLAGS].map(([letter, f]) => [f, letter]));

/** Letters and flags, both ways. */
export class Keywords {
  readonly #surroundings: Surroundings;
  readonly #path: string;
  #names: (string | undefined)[] = [];
  /** Places by folded names. */
  #places = new Map<string, number>();
  /** Flags by letters: messages with equal flags share one list. */
  #flags = new Map<string, readonly Flag[]>();

  constructor(surroundings: Surroundings, path: string) {
    this.#surroundings = surroundings;
    this.#path = path;
  }

  /** Reads the files; without them there are no keywords. */
  async load(): Promise<void> {
    const names: (string | undefined)[] = [];
    for (const file of [DOVECOT_FILE, OUR_FILE]) {
      const path = `${this.#path}/${file}`;
      const text = await readSmallFile(this.#surroundings, path);
      for (const line of text?.split("\n") ?? []) {
        const [, number, name] = /^(\d{1,3}) (\S+)$/.exec(line) ?? [];
        const place = Number(number);
        const isHere = (place < MOST_LETTERS) === (file === DOVECOT_FILE);
        if (name && isHere && place < MOST_KEYWORDS) names[place] = name;
      }
    }
    this.#know(names);
  }

  #know(names: (string | undefined)[]): void {
    this.#names = names;
    this.#flags.clear();
    this.#places.clear();
    for (const [place, name] of names.entries()) {
      const folded = asciiLower(name ?? "");
      if (name && !this.#places.has(folded)) this.#places.set(folded, place);
    }
  }

  /** As they were first spelled, sorted. */
  get all(): readonly Flag[] {
    return this.#names.filter((name) => name !== undefined).sort();
  }

  /** The flags that letters stand for; those that nobody has named are passed over. */
  flagsOf(letters: string): readonly Flag[] {
    let flags = this.#flags.get(letters);
    if (flags === undefined) {
      const named = [...letters].map((letter) => this.#flagOf(letter));
      flags = normalFlags(named.filter((flag) => flag !== undefined));
      this.#flags.set(letters, flags);
    }
    return flags;
  }

  #flagOf(letter: string): Flag | undefined {
    return LETTER_FLAGS.get(letter) ?? this.#names[placeOf(letter)];
  }

  /** True when each of `flags` has a letter. */
  hasAll(flags: readonly Flag[]): boolean {
    return flags.every((flag) => this.#letterOf(flag) !== "");
  }

  /** True when a letter among `letters` stands for a keyword that nobody has named. */
  isStrange(letters: string): boolean {
    return [...letters].some((letter) =>
      placeOf(letter) >= 0 && !this.#flagOf(letter)
    );
  }

  /** The letters for `flags`, in order, with those of `old` that stand for nothing we know. */
  lettersOf(flags: readonly Flag[], old = ""): string {
    const strange = [...old].filter((letter) => !this.#flagOf(letter));
    const letters = flags.map((flag) => this.#letterOf(flag));
    return [...new Set([...letters, ...strange])].sort().join("");
  }

  #letterOf(flag: Flag): string {
    const letter = LETTERS.get(flag);
    if (letter !== undefined) return letter;
    const place = this.#places.get(asciiLower(flag));
    return place === undefined ? "" : letterAt(place);
  }

  /**
   * Gives every keyword among `flags` a letter, durably. Its calls must not overlap.
   *
   * @throws {TooManyKeywords} When the mailbox has as many as it can.
   * @throws {RangeError} For what is no atom.
   */
  async add(flags: readonly Flag[]): Promise<void> {
    const strange = flags.filter((flag) => this.#letterOf(flag) === "");
    if (strange.length === 0) return;
    const names = [...this.#names];
    const taken = new Set<string>();
    for (const keyword of strange) {
      if (/\s/.test(keyword)) {
        throw new RangeError(`Cannot keep keyword "${keyword}": not an atom`);
      }
      const free = Array.from({ length: MOST_KEYWORDS })
        .findIndex((_, i) => !names[i]);
      if (free < 0) {
        throw new TooManyKeywords(
          `Cannot keep keyword "${keyword}": the mailbox has ${MOST_KEYWORDS} already`,
        );
      }
      names[free] = keyword;
      taken.add(fileOf(free));
    }
    for (const file of taken) await this.#save(file, names);
    this.#know(names);
  }

  async #save(file: string, names: (string | undefined)[]): Promise<void> {
    const lines = names.map((name, place) =>
      name && fileOf(place) === file ? `${place} ${name}\n` : ""
    );
    await replaceFile(
      this.#surroundings,
      this.#path,
      file,
      lines.join(""),
      "store.keywords",
    );
  }
}

function fileOf(place: number): string {
  return place < MOST_LETTERS ? DOVECOT_FILE : OUR_FILE;
}

function letterAt(place: number): string {
  return String.fromCharCode(
    place < MOST_LETTERS
      ? FIRST_LETTER + place
      : FIRST_BEYOND + place - MOST_LETTERS,
  );
}

/** The place of the keyword that `letter` stands for; negative when it can be none. */
function placeOf(letter: string): number {
  const code = letter.charCodeAt(0);
  if (code >= FIRST_BEYOND) return code - FIRST_BEYOND + MOST_LETTERS;
  const place = code - FIRST_LETTER;
  return place < MOST_LETTERS ? place : -1;
}

/**
 * The keywords of a mailbox and their letters "a" to "z" in file names.
 *
 * Kept as Dovecot keeps them, in `dovecot-keywords`: a line "<number> <keyword>" each,
 * so that a Dovecot next door sees the same ones.
 *
 * @module
 */

import { asciiLower } from "../bytes/mod.ts";
import { LETTER_FLAGS, normalFlags } from "./flags.ts";
import { readSmallFile, replaceFile } from "./replace_file.ts";
import type { Flag } from "./store.ts";
import type { Surroundings } from "./surroundings.ts";

const KEYWORDS_FILE = "dovecot-keywords";
const MOST = 26;
const FIRST_LETTER = "a".charCodeAt(0);

/** Letters and flags, both ways. */
export class Keywords {
  readonly #surroundings: Surroundings;
  readonly #path: string;
  #names: (string | undefined)[] = [];
  /** Flags by letters: messages with equal flags share one list. */
  #flags = new Map<string, readonly Flag[]>();

  constructor(surroundings: Surroundings, path: string) {
    this.#surroundings = surroundings;
    this.#path = path;
  }

  /** Reads the file; without one there are no keywords. */
  async load(): Promise<void> {
    const text = await readSmallFile(
      this.#surroundings,
      `${this.#path}/${KEYWORDS_FILE}`,
    );
    this.#flags.clear();
    this.#names = [];
    for (const line of text?.split("\n") ?? []) {
      const [, place, name] = /^(\d{1,2}) (\S+)$/.exec(line) ?? [];
      if (name && Number(place) < MOST) this.#names[Number(place)] = name;
    }
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
    return LETTER_FLAGS.get(letter) ??
      this.#names[letter.charCodeAt(0) - FIRST_LETTER];
  }

  /** True when each of `flags` has a letter. */
  hasAll(flags: readonly Flag[]): boolean {
    return flags.every((flag) => this.#letterOf(flag) !== "");
  }

  /** True when a letter among `letters` stands for a keyword that nobody has named. */
  isStrange(letters: string): boolean {
    return /[a-z]/.test(letters) &&
      [...letters].some((letter) => !this.#flagOf(letter));
  }

  /** The letters for `flags`, in order, with those of `old` that stand for nothing we know. */
  lettersOf(flags: readonly Flag[], old = ""): string {
    const strange = [...old].filter((letter) => !this.#flagOf(letter));
    const letters = flags.map((flag) => this.#letterOf(flag));
    return [...new Set([...letters, ...strange])].sort().join("");
  }

  #letterOf(flag: Flag): string {
    for (const [letter, known] of LETTER_FLAGS) {
      if (known === flag) return letter;
    }
    const place = this.#placeOf(flag);
    return place < 0 ? "" : String.fromCharCode(FIRST_LETTER + place);
  }

  #placeOf(keyword: string): number {
    const folded = asciiLower(keyword);
    return this.#names.findIndex((name) =>
      name !== undefined && asciiLower(name) === folded
    );
  }

  /**
   * Gives every keyword among `flags` a letter, durably. Its calls must not overlap.
   *
   * @throws {RangeError} When the mailbox has 26 keywords already.
   */
  async add(flags: readonly Flag[]): Promise<void> {
    const strange = flags.filter((flag) => this.#letterOf(flag) === "");
    if (strange.length === 0) return;
    const names = [...this.#names];
    for (const keyword of strange) {
      if (/[\s:/]/.test(keyword)) {
        throw new RangeError(`Cannot keep keyword "${keyword}": not an atom`);
      }
      const free = Array.from({ length: MOST }).findIndex((_, i) => !names[i]);
      if (free < 0) {
        throw new RangeError(
          `Cannot keep keyword "${keyword}": the mailbox has ${MOST} already`,
        );
      }
      names[free] = keyword;
    }
    await this.#save(names);
  }

  async #save(names: (string | undefined)[]): Promise<void> {
    const lines = names.flatMap((name, i) => name ? [`${i} ${name}\n`] : []);
    await replaceFile(
      this.#surroundings,
      this.#path,
      KEYWORDS_FILE,
      lines.join(""),
      "store.keywords",
    );
    this.#names = names;
    this.#flags.clear();
  }
}

/**
 * How texts are cut up to be found again: into words that are kept whole, and the rest,
 * of which only trigrams are kept. Pure.
 *
 * Letter case and punctuation are left out, character by character, so that what has a
 * text has its plain form, too: a word is what stands between two blanks of it.
 *
 * @module
 */

/** UTF-16 units of a word that is kept whole. */
const WORD_MAX = 24;
/** FTS5's trigrams find nothing shorter. */
const SHORTEST = 3;
/** More pieces of a text make the answer hardly shorter. */
const PIECES_MAX = 4;
/** More trigrams do neither. */
const TRIGRAMS_MAX = 16;

/** A text cut up. */
export interface CutText {
  /** Each once. */
  readonly words: readonly string[];
  /** Each once, a blank before and behind each: numbers, identifiers, what is written without blanks. */
  readonly rest: string;
}

/** Lower case where it is ASCII, a blank for all ASCII that is neither letter nor digit. (FTS5 also ends a text at U+0000.) */
function plain(text: string): string {
  return text.replace(/[\0-/:-`{-\x7f]/g, toSpaceOrLower);
}

function toSpaceOrLower(char: string): string {
  return char >= "A" && char <= "Z" ? char.toLowerCase() : " ";
}

export function cutText(text: string): CutText {
  const words: string[] = [];
  let rest = " ";
  for (const word of new Set(plain(text).split(" "))) {
    if (word === "") continue;
    if (isWord(word)) words.push(word);
    else rest += `${word} `;
  }
  return { words, rest };
}

/**
 * Words that hardly any other message has would take more room whole than in trigrams.
 * SQLite would read half a surrogate pair as another character.
 */
function isWord(word: string): boolean {
  return word.length <= WORD_MAX && !/[0-9]/.test(word) && word.isWellFormed();
}

/** What is looked for, in a form that can be looked up. */
export interface Wanted {
  /** Parts of words, the longest first; a blank stands where a word has to begin or end. All of them are in what has the text. */
  readonly pieces: readonly string[];
  /** The text is one part of one word: what has the piece has the text. */
  readonly isExact: boolean;
}

/** Undefined for a text that has no piece of three characters. */
export function wantedOf(text: string): Wanted | undefined {
  const whole = plain(text);
  const pieces = [...whole.matchAll(/[^ ]+/g)]
    .map(({ 0: word, index }) =>
      whole.slice(Math.max(0, index - 1), index + word.length + 1)
    )
    .filter((piece) => [...piece].length >= SHORTEST)
    .sort((a, b) => b.length - a.length);
  if (pieces.length === 0) return undefined;
  const isExact = !whole.includes(" ") && text.isWellFormed();
  return { pieces: pieces.slice(0, PIECES_MAX), isExact };
}

/** All trigrams of `text`, as far as they are not too many. */
export function trigramsOf(text: string): string[] {
  const characters = [...text];
  const all = new Set<string>();
  for (let i = 0; i + SHORTEST <= characters.length; i++) {
    all.add(characters.slice(i, i + SHORTEST).join(""));
  }
  const step = Math.max(1, all.size / TRIGRAMS_MAX);
  const some: string[] = [];
  const list = [...all];
  for (let i = 0; i < list.length; i += step) some.push(list[Math.floor(i)]!);
  return some;
}

/** Texts that many have, each kept once, under a number, while somebody has it. */

/** So many are found again; of others there may be several copies. */
const MOST = 1000;

export class SharedTexts {
  readonly #texts: (string | undefined)[] = [];
  /** How many have it. */
  readonly #uses: number[] = [];
  readonly #free: number[] = [];
  readonly #known = new Map<string, number>();

  /** The number of a text, for one more who has it. */
  take(text: string): number {
    let number = this.#known.get(text);
    if (number === undefined) {
      number = this.#free.pop() ?? this.#texts.length;
      this.#texts[number] = text;
      this.#uses[number] = 0;
      if (this.#known.size >= MOST) this.#known.clear();
      this.#known.set(text, number);
    }
    this.#uses[number]!++;
    return number;
  }

  get(number: number): string {
    return this.#texts[number]!;
  }

  /** One less has it. */
  release(number: number): void {
    if (--this.#uses[number]! > 0) return;
    const text = this.#texts[number]!;
    if (this.#known.get(text) === number) this.#known.delete(text);
    this.#texts[number] = undefined;
    this.#free.push(number);
  }
}

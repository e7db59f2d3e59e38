/** Comparing lines with what a script says of them, and the names that it captures. */

import type { BlockLine } from "./transcript.ts";

/** What a script expected, and what there was. */
export class Mismatch extends Error {
  override name = "Mismatch";
  /** The script's line, where it is not that of the step. */
  line: number | undefined;

  constructor(readonly expected: string, readonly actual: string | undefined) {
    super(`expected ${expected}\n  but got  ${actual ?? "nothing"}`);
  }

  at(line: number): this {
    this.line ??= line;
    return this;
  }
}

const NAME = /\{([a-z][a-z_]*)\}/g;

export class Captures {
  #values = new Map<string, string>();

  /** True when every name in `text` is known. */
  canFill(text: string): boolean {
    return [...text.matchAll(NAME)].every((name) => this.#values.has(name[1]!));
  }

  /** `text` with the names replaced that are known. */
  fill(text: string): string {
    return text.replace(
      NAME,
      (whole, name) => this.#values.get(name) ?? whole,
    );
  }

  match(
    how: BlockLine["how"],
    expected: string,
    actual: string | undefined,
  ): void {
    const found = actual === undefined
      ? null
      : this.#pattern(how, expected).exec(actual);
    if (!found) throw new Mismatch(this.fill(expected), actual);
    for (const [name, value] of Object.entries(found.groups ?? {})) {
      if (value !== undefined) this.#values.set(name, value);
    }
  }

  /** S*: one of `lines` is `text`; S!: none of them matches it. Whether a line is the reply's last is no matter. */
  matchAmong(
    how: "*" | "!",
    text: string,
    lines: readonly string[],
    line: number,
  ): void {
    const plain = lines.map((one) => one.replace(/^(\d{3})-/, "$1 "));
    if (how === "!") {
      const hit = plain.find((one) => new RegExp(text, "u").test(one));
      if (hit !== undefined) {
        throw new Mismatch(`no line like ${text}`, hit).at(line);
      }
      return;
    }
    const pattern = this.#pattern("exact", text);
    const hit = plain.find((one) => pattern.test(one));
    if (hit === undefined) throw new Mismatch(text, lines.join("\n")).at(line);
    this.match("exact", text, hit);
  }

  matchBlock(block: readonly BlockLine[], actual: readonly string[]): void {
    for (const [i, { how, text }] of block.entries()) {
      this.match(how, text, actual[i]);
    }
    if (actual.length > block.length) {
      throw new Mismatch("nothing more", actual[block.length]);
    }
  }

  #pattern(how: BlockLine["how"], expected: string): RegExp {
    if (how === "pattern") {
      return new RegExp(`^(?:${this.fill(expected)})$`, "su");
    }
    let source = "";
    let from = 0;
    for (const found of expected.matchAll(NAME)) {
      source += RegExp.escape(expected.slice(from, found.index));
      const known = this.#values.get(found[1]!);
      source += known === undefined
        ? `(?<${found[1]}>\\S+)`
        : RegExp.escape(known);
      from = found.index + found[0].length;
    }
    return new RegExp(
      `^${source}${RegExp.escape(expected.slice(from))}$`,
      "su",
    );
  }
}

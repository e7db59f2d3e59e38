/**
 * The keys of SEARCH, and how a list of them is read (RFC 9051 §6.4.4, §9 search-key).
 *
 * @module
 */

import type { Session } from "../../wire/mod.ts";
import type { Criterion, SearchKey, SearchOptions } from "../rows.ts";
import { run } from "../run_row.ts";
import type { Scanner } from "../scanner.ts";
import { bad, BadSyntax, no, Refusal } from "../status.ts";
import { all, any, not } from "./criteria.ts";
import { dateKeys } from "./date_keys.ts";
import { flagKeys } from "./flag_keys.ts";
import { inSet, numberKeys } from "./number_keys.ts";
import { textKeys } from "./text_keys.ts";

export const searchKeys: readonly SearchKey[] = [
  ...dateKeys,
  ...flagKeys,
  ...numberKeys,
  ...textKeys,
];

const BY_NAME = new Map(searchKeys.map((key) => [key.name, key]));

/** Keys within keys (NOT, OR, parentheses). */
const DEPTH_MAX = 100;
/** Keys of one search. */
const KEYS_MAX = 10_000;

/** Reads keys with spaces between them, up to the end or a closing parenthesis: a message has to match all. */
export function parseCriteria(
  scanner: Scanner,
  options: SearchOptions,
): Session<Criterion> {
  return new CriteriaReader(scanner, options).criteria(0);
}

class CriteriaReader {
  readonly #scanner: Scanner;
  readonly #options: SearchOptions;
  #count = 0;

  constructor(scanner: Scanner, options: SearchOptions) {
    this.#scanner = scanner;
    this.#options = options;
  }

  *criteria(depth: number): Session<Criterion> {
    const found: Criterion[] = [];
    do found.push(yield* this.#key(depth)); while (this.#scanner.tryTake(" "));
    return all(found);
  }

  *#key(depth: number): Session<Criterion> {
    if (depth > DEPTH_MAX || ++this.#count > KEYS_MAX) {
      throw new Refusal(no("The search has too many keys", "LIMIT"));
    }
    const scanner = this.#scanner;
    if (/[\d*$]/.test(scanner.peek())) return this.#set();
    if (scanner.peek() === "(") return yield* this.#group(depth);
    const name = scanner.word("a search key");
    if (name === "NOT") {
      scanner.space();
      return not(yield* this.#key(depth + 1));
    }
    if (name === "OR") return yield* this.#or(depth);
    const key = BY_NAME.get(name);
    if (key === undefined) {
      throw new BadSyntax(`there is no search key "${name}"`);
    }
    return yield* run(key.parse(scanner, this.#options));
  }

  /** `$` stands for UIDs and may be said always. */
  #set(): Criterion {
    const set = this.#scanner.sequenceSet();
    if (set.kind === "ranges" && this.#options.uidOnly) {
      throw new Refusal(bad("Sequence numbers are not in use", "UIDREQUIRED"));
    }
    return inSet(set, "sequence");
  }

  *#group(depth: number): Session<Criterion> {
    this.#scanner.open();
    const criterion = yield* this.criteria(depth + 1);
    this.#scanner.close();
    return criterion;
  }

  /** Clients write long alternatives as `OR a OR b OR c d`: those do not nest. */
  *#or(depth: number): Session<Criterion> {
    const either: Criterion[] = [];
    this.#scanner.space();
    do either.push(yield* this.#key(depth + 1)); while (
      this.#scanner.tryWord(" OR ")
    );
    this.#scanner.space();
    either.push(yield* this.#key(depth + 1));
    return any(either);
  }
}

/**
 * What an account has beside its mailboxes: `denomaild-account`, a small text file that
 * is made when there is something to say.
 *
 * @module
 */

import { readSmallFile, replaceFile } from "./replace_file.ts";
import { Serial } from "./serial.ts";
import type { QuotaLimits } from "./store.ts";
import type { Surroundings } from "./surroundings.ts";

const FILE = "denomaild-account";
const HEAD = "denomaild-account 1";

export interface AccountFacts {
  /** No mailbox ever had a higher one. */
  readonly uidValidity: number;
  readonly hasDefaults: boolean;
  readonly limits: QuotaLimits;
  readonly hasTextIndex: boolean;
  /** Mailboxes that are being renamed, old and new name: whoever finds it goes on with it. */
  readonly renaming?: readonly [string, string] | undefined;
}

const NOTHING: AccountFacts = {
  uidValidity: 0,
  hasDefaults: false,
  limits: { octets: undefined, messages: undefined },
  hasTextIndex: true,
};

export class AccountFile {
  readonly #surroundings: Surroundings;
  readonly #path: string;
  readonly #serial = new Serial();
  #facts: AccountFacts = NOTHING;

  constructor(surroundings: Surroundings, path: string) {
    this.#surroundings = surroundings;
    this.#path = path;
  }

  get facts(): AccountFacts {
    return this.#facts;
  }

  /** @throws {DiskError} */
  async load(): Promise<void> {
    const file = `${this.#path}/${FILE}`;
    const text = await readSmallFile(this.#surroundings, file);
    if (text === undefined) return;
    const facts = parseFacts(text);
    if (facts) this.#facts = facts;
    else this.#surroundings.log("store.account-damaged", { path: file });
  }

  /** Durable when it resolves. @throws {DiskError} */
  change(facts: Partial<AccountFacts>): Promise<void> {
    return this.#serial.run(() => this.#change(facts));
  }

  /** Takes in what another process changed. @throws {DiskError} */
  reload(): Promise<void> {
    return this.#serial.run(() => this.load());
  }

  async #change(facts: Partial<AccountFacts>): Promise<void> {
    await this.load();
    const changed = { ...this.#facts, ...facts };
    await replaceFile(
      this.#surroundings,
      this.#path,
      FILE,
      formatFacts(changed),
      "store.account",
    );
    this.#facts = changed;
  }
}

export function formatFacts(facts: AccountFacts): string {
  const { uidValidity, hasDefaults, limits, hasTextIndex, renaming } = facts;
  const lines = [
    HEAD,
    `uidvalidity ${uidValidity}`,
    ...hasDefaults ? ["defaults made"] : [],
    ...limits.octets === undefined ? [] : [`octets ${limits.octets}`],
    ...limits.messages === undefined ? [] : [`messages ${limits.messages}`],
    ...hasTextIndex ? [] : ["text off"],
    ...renaming ? [`renaming ${JSON.stringify(renaming)}`] : [],
    "end\n",
  ];
  return lines.join("\n");
}

/** Reads the file's text, or undefined when it is damaged. */
export function parseFacts(text: string): AccountFacts | undefined {
  const lines = text.split("\n");
  if (lines[0] !== HEAD || lines.at(-2) !== "end") return undefined;
  const told = new Map(
    lines.slice(1, -2).map((line) => {
      const space = line.indexOf(" ");
      return [line.slice(0, space), line.slice(space + 1)];
    }),
  );
  const number = (name: string) => {
    const digits = told.get(name);
    return digits && /^\d{1,16}$/.test(digits) ? Number(digits) : undefined;
  };
  return {
    uidValidity: number("uidvalidity") ?? 0,
    hasDefaults: told.has("defaults"),
    limits: { octets: number("octets"), messages: number("messages") },
    hasTextIndex: !told.has("text"),
    renaming: pairIn(told.get("renaming")),
  };
}

function pairIn(text: string | undefined): [string, string] | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

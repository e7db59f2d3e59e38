/** What the parts of the conformance suite share. */

import { assert } from "@std/assert";
import type {
  AccountsSetting,
  ManagedAccounts,
  PasswordsOptions,
  Resolution,
} from "../../src/accounts/mod.ts";
import { latin1Decode, utf8Encode } from "../../src/bytes/mod.ts";
import { type Address, parsePath } from "../../src/mail/mod.ts";
import {
  type CountingDerivation,
  countingDerivation,
} from "./counting_derivation.ts";

/** What a test may look at and turn. */
export interface Fixtures {
  readonly derivation: CountingDerivation;
  readonly clock: { now: number };
  readonly options: PasswordsOptions;
}

/** Registers one test: its claim, its configuration, and what it does. */
export type Test = (
  claim: string,
  setting: AccountsSetting,
  use: (accounts: ManagedAccounts, fixtures: Fixtures) => Promise<void>,
) => void;

/** Cheap enough for tests. */
export const COST = { ln: 4, r: 8, p: 1 };

export const BASE: AccountsSetting = {
  domains: ["example.test", "other.test"],
  accounts: { "alice@example.test": "wonder land" },
};

export function fixtures(): Fixtures {
  const derivation = countingDerivation();
  const clock = { now: 1_700_000_000_000 };
  const options = { derivation, cost: COST, now: () => clock.now };
  return { derivation, clock, options };
}

export const mailbox = (account: string, detail?: string) => ({
  kind: "mailbox" as const,
  account,
  ...(detail === undefined ? {} : { detail }),
});
export const ALICE = mailbox("alice@example.test");
export const BOB = mailbox("bob@example.test");
export const FAR = {
  kind: "remote" as const,
  address: "Someone@elsewhere.example",
};
export const found = (
  ...targets: (typeof ALICE | typeof FAR)[]
): Resolution => ({
  kind: "found",
  targets,
});

/** Reads an address as RCPT does. */
export function at(text: string): Address {
  const path = parsePath(`<${latin1Decode(utf8Encode(text))}>`, { utf8: true });
  assert(path?.address, `${text} is no path`);
  return path.address;
}

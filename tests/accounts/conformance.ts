/** What every implementation of `Accounts` and `AccountsAdmin` has to do. */

import type {
  AccountsSetting,
  ManagedAccounts,
  PasswordsOptions,
} from "../../src/accounts/mod.ts";
import { testChanges, testReconfiguration } from "./conformance_changes.ts";
import { testDestinations } from "./conformance_destinations.ts";
import { testLogins, testScram, testSecrets } from "./conformance_logins.ts";
import { fixtures, type Test } from "./fixtures.ts";

/** Opens accounts on a place of their own, runs `use`, and clears away. */
export type WithAccounts = (
  setting: AccountsSetting,
  options: PasswordsOptions,
  use: (accounts: ManagedAccounts) => Promise<void>,
) => Promise<void>;

/** Runs the suite; `name` stands in front of each claim. */
export function testAccounts(name: string, open: WithAccounts): void {
  const test: Test = (claim, setting, use) =>
    Deno.test(`${name} ${claim}`, async () => {
      const given = fixtures();
      await open(setting, given.options, (accounts) => use(accounts, given));
    });
  testLogins(test);
  testScram(test);
  testSecrets(test);
  testDestinations(test);
  testChanges(test);
  testReconfiguration(test);
}

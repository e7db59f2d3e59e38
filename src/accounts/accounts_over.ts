/** Puts the rules of accounts on top of a configuration and a registry. */

import type { Accounts } from "./accounts.ts";
import type { AccountsAdmin } from "./administration.ts";
import { changes } from "./changes.ts";
import { destinations } from "./destinations.ts";
import { logins } from "./logins.ts";
import type { Passwords } from "./passwords.ts";
import type { Registry } from "./registry.ts";
import { type AccountsSetting, checkSetting } from "./setting.ts";

/** Accounts, those who change them, and their end. */
export interface ManagedAccounts extends Accounts, AccountsAdmin {
  /**
   * Replaces what the configuration says. The old one stays when the new one is refused.
   *
   * @throws {BadAccountsSetting}
   */
  reconfigure(setting: AccountsSetting): void;
  close(): void;
}

/** @throws {BadAccountsSetting} */
export function accountsOver(
  registry: Registry,
  passwords: Passwords,
  setting: AccountsSetting,
): ManagedAccounts {
  const configured = checkSetting(setting);
  const directory = { configured, registry, passwords };
  return {
    ...logins(directory),
    ...destinations(directory),
    ...changes(directory),
    reconfigure(next) {
      directory.configured = checkSetting(next);
    },
    close: () => registry.close(),
  };
}

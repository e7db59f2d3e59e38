/** Accounts in memory: the rows of a registry in two maps, gone with the process. For tests. */

import { randomBytes } from "node:crypto";
import { accountsOver, type ManagedAccounts } from "./accounts_over.ts";
import { Passwords, type PasswordsOptions } from "./passwords.ts";
import type { AccountRow, Registry } from "./registry.ts";
import { type AccountsSetting, domainOf } from "./setting.ts";

/** @throws {BadAccountsSetting} */
export function memoryAccounts(
  setting: AccountsSetting,
  options: PasswordsOptions = {},
): ManagedAccounts {
  const key = randomBytes(32);
  const passwords = new Passwords(() => key, options);
  return accountsOver(memoryRegistry(), passwords, setting);
}

function memoryRegistry(): Registry {
  return { ...memoryRows(), ...memoryAliases(), close() {} };
}

type Aliases = "targets" | "aliases" | "insertTargets" | "deleteTargets";

function memoryRows(): Omit<Registry, Aliases | "close"> {
  const rows = new Map<string, AccountRow>();
  const found = <T>(value: T): Promise<T> => Promise.resolve(value);
  return {
    account: (address) => found(rows.get(address)),
    accounts: () => found([...rows.values()]),
    insertAccount(row) {
      if (rows.has(row.address)) return found(false);
      rows.set(row.address, row);
      return found(true);
    },
    updateAccount(address, change) {
      const row = rows.get(address);
      if (row) rows.set(address, { ...row, ...change });
      return found(row !== undefined);
    },
    deleteAccount: (address) => found(rows.delete(address)),
    firstAccount(domain) {
      const first = [...rows.values()].find(({ address, enabled }) =>
        enabled && (domain === undefined || domainOf(address) === domain)
      );
      return found(first?.address);
    },
    hasSealed: () =>
      found([...rows.values()].some((row) => row.enabled && row.sealed)),
  };
}

function memoryAliases(): Pick<Registry, Aliases> {
  const aliases = new Map<string, string[]>();
  return {
    targets: (address) => Promise.resolve([...aliases.get(address) ?? []]),
    aliases() {
      const rows = Array.from(aliases, ([address, targets]) => ({
        address,
        targets: [...targets],
      }));
      return Promise.resolve(rows);
    },
    insertTargets(address, targets) {
      const before = aliases.get(address) ?? [];
      const all = [...new Set([...before, ...targets])];
      aliases.set(address, all);
      return Promise.resolve(all.length > before.length);
    },
    deleteTargets(address, target) {
      const targets = aliases.get(address) ?? [];
      const left = targets.filter((one) =>
        target !== undefined && one !== target
      );
      if (left.length > 0) aliases.set(address, left);
      else aliases.delete(address);
      return Promise.resolve(left.length < targets.length);
    },
  };
}

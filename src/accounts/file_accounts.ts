/**
 * Accounts in `accounts.db` (SQLite) beside those of the configuration.
 *
 * The command line and the server open the same file at once: every look goes to
 * the file, where a write-ahead log lets readers and a writer work side by side.
 * Nothing that could grow old is kept in memory (proofs and derived keys are kept
 * under the stored line that they belong to), so a change by another process
 * counts from the next look on.
 *
 * @module
 */

import { join } from "node:path";
import { accountsOver, type ManagedAccounts } from "./accounts_over.ts";
import { Passwords, type PasswordsOptions } from "./passwords.ts";
import { loadServerKey } from "./server_key.ts";
import type { AccountsSetting } from "./setting.ts";
import { openSqliteRegistry } from "./sqlite_registry.ts";

export interface FileAccountsOptions extends AccountsSetting, PasswordsOptions {
  /** Holds `accounts.db` and `secret.key`; made (0700) when missing. */
  readonly folder: string;
}

/**
 * Opens, or makes, the accounts of a data folder.
 *
 * @throws {BadAccountsSetting}
 * @throws {Error} When a file cannot be opened, or is from a newer version.
 */
export function openFileAccounts(
  options: FileAccountsOptions,
): ManagedAccounts {
  const { folder } = options;
  Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  let key: Uint8Array | undefined;
  const serverKey = () => key ??= loadServerKey(join(folder, "secret.key"));
  const registry = openSqliteRegistry(join(folder, "accounts.db"));
  try {
    return accountsOver(registry, new Passwords(serverKey, options), options);
  } catch (error) {
    registry.close();
    throw error;
  }
}

/** The accounts that a command line is about: those of the configuration and of `accounts.db`. */

import type { ManagedAccounts } from "../accounts/mod.ts";
import type { Configuration } from "../config/mod.ts";
import {
  configFolder,
  dataFolder,
  openConfiguration,
} from "./open_configuration.ts";
import { CommandFailed, type Invocation } from "./subcommand.ts";

/** What a command line is about. */
export interface Site {
  readonly configuration: Configuration;
  /** The data folder. */
  readonly folder: string;
}

/**
 * Opens the accounts, does `act` with them, and closes them.
 *
 * @throws {CommandFailed} When the configuration or what `act` wants is refused.
 */
export async function withAccounts<T>(
  invocation: Invocation,
  act: (accounts: ManagedAccounts, site: Site) => Promise<T>,
): Promise<T> {
  const { configuration } = await openConfiguration(configFolder(invocation));
  const { accountsSettingOf } = await import("../settings.ts");
  const { openFileAccounts } = await import("../accounts/mod.ts");
  const folder = dataFolder(invocation, configuration.data_folder);
  const setting = accountsSettingOf(configuration);
  let accounts: ManagedAccounts | undefined;
  try {
    accounts = openFileAccounts({ folder, ...setting });
    return await act(accounts, { configuration, folder });
  } catch (error) {
    throw await refusalOf(error, accounts === undefined);
  } finally {
    accounts?.close();
  }
}

/** What `error` says, where it was made for people to read. */
async function refusalOf(error: unknown, isOpening: boolean): Promise<unknown> {
  const { AccountError } = await import("../accounts/mod.ts");
  if (!(error instanceof Error) || error instanceof CommandFailed) return error;
  // The other's lock on the database, or a full disk.
  const isSqlite = (error as { code?: unknown }).code === "ERR_SQLITE_ERROR";
  if (isSqlite) {
    return new CommandFailed(`Cannot use the accounts: ${error.message}`, {
      cause: error,
    });
  }
  return isOpening || error instanceof AccountError
    ? new CommandFailed(error.message, { cause: error })
    : error;
}

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
  const { AccountError, BadAccountsSetting, openFileAccounts } = await import(
    "../accounts/mod.ts"
  );
  const folder = dataFolder(invocation, configuration.data_folder);
  let accounts: ManagedAccounts | undefined;
  try {
    accounts = openFileAccounts({
      folder,
      ...accountsSettingOf(configuration),
    });
    return await act(accounts, { configuration, folder });
  } catch (error) {
    if (error instanceof AccountError || error instanceof BadAccountsSetting) {
      throw new CommandFailed(error.message, { cause: error });
    }
    throw error;
  } finally {
    accounts?.close();
  }
}

/** The port for those who change accounts: the command line, later a web page. */

import type { DetailRule } from "./accounts.ts";

/** An account as lists show it. */
export interface AccountListing {
  readonly address: string;
  readonly enabled: boolean;
  readonly receives: boolean;
  readonly legacy: boolean;
  readonly details: DetailRule;
  readonly source: AccountSource;
}

export interface AliasListing {
  /** An address, or "@domain" for the catch-all of a domain. */
  readonly address: string;
  readonly targets: readonly string[];
  readonly source: AccountSource;
}

/** Where it stands: in the configuration (which nobody else may change) or in the database. */
export type AccountSource = "configuration" | "database";

/**
 * All take addresses as people write them, give them back in canonical form, and
 * throw {@linkcode AccountError}. What they did is durable when they resolve.
 */
export interface AccountsAdmin {
  /** Faults: already-exists, bad-address, bad-password, configured-elsewhere, domain-not-local. */
  addUser(
    address: string,
    password: string,
    options?: { readonly legacy?: boolean },
  ): Promise<AccountListing>;
  /** The account alone; its mail stays. Faults: not-found, configured-elsewhere, bad-address. */
  removeUser(address: string): Promise<void>;
  /**
   * Also turns the legacy mechanisms on or off where `legacy` is given.
   * Faults: not-found, configured-elsewhere, bad-address, bad-password.
   */
  setPassword(
    address: string,
    password: string,
    options?: { readonly legacy?: boolean },
  ): Promise<void>;
  /**
   * @param receives Whether it receives mail while disabled; without it, as before.
   * Faults: not-found, configured-elsewhere, bad-address.
   */
  setEnabled(
    address: string,
    enabled: boolean,
    receives?: boolean,
  ): Promise<void>;
  /**
   * @param details What becomes of mail with a detail; undefined as the configuration has it for all.
   * Faults: not-found, configured-elsewhere, bad-address.
   */
  setDetails(address: string, details: DetailRule | undefined): Promise<void>;
  /** All accounts, those of the configuration first. */
  listUsers(): Promise<readonly AccountListing[]>;
  /**
   * Adds targets to an alias, or makes it. An alias with the address of an account
   * takes its mail; name the account among the targets to keep a copy.
   * Faults: already-exists (all targets were there), bad-address, configured-elsewhere, domain-not-local.
   *
   * @param address An address, or "@domain" for all unknown addresses of a domain.
   */
  addAlias(address: string, targets: readonly string[]): Promise<AliasListing>;
  /** Removes one target, or without `target` the alias. Faults: not-found, configured-elsewhere, bad-address. */
  removeAlias(address: string, target?: string): Promise<void>;
  listAliases(): Promise<readonly AliasListing[]>;
}

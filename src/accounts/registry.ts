/**
 * The accounts and aliases that can be changed while the server runs, as rows.
 *
 * A port below the port: `accountsOver` puts all rules on top of it, so that an
 * implementation only keeps rows. Addresses are canonical. Other processes may
 * change the rows at any time, so nothing above remembers them.
 *
 * @module
 */

import type { DetailRule } from "./accounts.ts";

export interface AccountRow {
  readonly address: string;
  /** A hashed password; see `password.ts`. */
  readonly password: string;
  /** The password sealed, for accounts with legacy mechanisms; see `sealed_secret.ts`. */
  readonly sealed: Uint8Array | undefined;
  readonly enabled: boolean;
  /** undefined: as the configuration has it for all. */
  readonly receives: boolean | undefined;
  /** undefined: as the configuration has it for all. */
  readonly details: DetailRule | undefined;
}

export interface AliasRow {
  /** An address, or "@domain". */
  readonly address: string;
  readonly targets: readonly string[];
}

export interface Registry {
  account(address: string): Promise<AccountRow | undefined>;
  /** In the order in which they were added. */
  accounts(): Promise<readonly AccountRow[]>;
  /** False when the address is taken. */
  insertAccount(row: AccountRow): Promise<boolean>;
  /** False when there is none. */
  updateAccount(
    address: string,
    change: Partial<Omit<AccountRow, "address">>,
  ): Promise<boolean>;
  deleteAccount(address: string): Promise<boolean>;
  /** The enabled account of `domain` (of any without it) that was added first. */
  firstAccount(domain?: string): Promise<string | undefined>;
  /** True when some enabled account has a sealed password. */
  hasSealed(): Promise<boolean>;

  /** Empty where there is no alias. */
  targets(address: string): Promise<readonly string[]>;
  aliases(): Promise<readonly AliasRow[]>;
  /** All or nothing. False when they were there already. `targets` is not empty. */
  insertTargets(
    address: string,
    targets: readonly string[],
  ): Promise<boolean>;
  /** Without `target`, all. False when there was none. */
  deleteTargets(address: string, target?: string): Promise<boolean>;

  close(): void;
}

/** What the configuration says of accounts and addresses, in the form that `accounts/` takes. */

import type { AccountConfiguration, Configuration } from "./configuration.ts";

/** The same shape as `AccountsSetting` of `accounts/`, which this folder does not know. */
export interface ConfiguredAddresses {
  readonly domains: readonly string[];
  readonly domainAliases: Readonly<Record<string, string>>;
  readonly accounts: Readonly<Record<string, AccountConfiguration>>;
  readonly aliases: Readonly<Record<string, readonly string[]>>;
  readonly catchAll: Readonly<Record<string, string>>;
  readonly detailSeparator: string;
  readonly postmaster: string | undefined;
  readonly disabledAccountsReceive: boolean;
}

/** The part of `configuration` that decides who may log in and where an address leads. */
export function accountsSetting(
  configuration: Configuration,
): ConfiguredAddresses {
  const { domain, domains } = configuration;
  return {
    domains: [...(domain === undefined ? [] : [domain]), ...domains],
    domainAliases: configuration.AliasDomains,
    accounts: configuration.Accounts,
    aliases: configuration.Aliases,
    catchAll: configuration.CatchAll,
    detailSeparator: configuration.detail_separator,
    postmaster: configuration.postmaster,
    disabledAccountsReceive: configuration.disabled_accounts_receive,
  };
}

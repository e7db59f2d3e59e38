/**
 * One view of the configured and the changeable accounts; the configured ones win.
 *
 * @module
 */

import { canonicalAddress } from "../mail/mod.ts";
import type { Account } from "./accounts.ts";
import type { AccountListing, AccountSource } from "./administration.ts";
import { parsePassword, type Password } from "./password.ts";
import type { Passwords } from "./passwords.ts";
import { prepareLogin } from "./prepare.ts";
import type { AccountRow, Registry } from "./registry.ts";
import { unseal } from "./sealed_secret.ts";
import { type Configured, domainOf, meantAddress } from "./setting.ts";

/** What all parts of an open set of accounts share. */
export interface Directory {
  /** Replaced as a whole when the configuration is read again. */
  configured: Configured;
  readonly registry: Registry;
  readonly passwords: Passwords;
}

/** An account with what only its own login may see. */
export interface Entry {
  readonly account: Account;
  readonly source: AccountSource;
  /** undefined when what is kept cannot be read; nothing logs in then. */
  readonly password: () => Password | undefined;
  /** The password itself, for accounts with legacy mechanisms. */
  readonly secret: () => string | undefined;
}

/** The account at a canonical address. */
export async function entryAt(
  directory: Directory,
  address: string,
): Promise<Entry | undefined> {
  const configured = configuredEntry(directory.configured, address);
  if (configured) return configured;
  const row = await directory.registry.account(address);
  return row && rowEntry(directory, row);
}

/** Every account. */
export async function allEntries(directory: Directory): Promise<Entry[]> {
  const { configured, registry } = directory;
  const addresses = [...configured.accounts.keys()];
  const rows = await registry.accounts();
  return [
    ...addresses.map((address) => configuredEntry(configured, address)!),
    ...rows.filter((row) => !configured.accounts.has(row.address))
      .map((row) => rowEntry(directory, row)),
  ];
}

/**
 * The canonical address that a login means: "alice" is somebody in the default domain.
 * What cannot be an address means itself.
 */
export function meantLogin(
  { configured }: Directory,
  login: string,
): string {
  const { defaultDomain } = configured;
  const isShort = defaultDomain !== undefined && !/[@＠]/.test(login);
  const address = prepareLogin(isShort ? `${login}@${defaultDomain}` : login);
  if (!address) return login;
  return canonicalAddress(meantAddress(configured, address));
}

/** Where mail for a canonical address (or "@domain") is sent on to; empty where nothing says so. */
export async function aliasTargets(
  { configured, registry }: Directory,
  address: string,
): Promise<readonly string[]> {
  return configured.aliases.get(address) ?? await registry.targets(address);
}

/** The first enabled account of `domain`, of any domain without it. */
export async function firstAccount(
  { configured, registry }: Directory,
  domain?: string,
): Promise<string | undefined> {
  for (const [address, { enabled }] of configured.accounts) {
    const fits = domain === undefined || domainOf(address) === domain;
    if (enabled && fits) return address;
  }
  return await registry.firstAccount(domain);
}

export function listingOf({ account, source }: Entry): AccountListing {
  return { ...account, source };
}

function configuredEntry(
  { accounts, disabledAccountsReceive, details }: Configured,
  address: string,
): Entry | undefined {
  const found = accounts.get(address);
  if (!found) return undefined;
  const { password, enabled, legacy } = found;
  return {
    account: {
      address,
      enabled,
      receives: found.receives ?? disabledAccountsReceive,
      legacy,
      details: found.details ?? details,
    },
    source: "configuration",
    password: () => password,
    secret: () => legacy ? password.text : undefined,
  };
}

function rowEntry(
  { configured, passwords }: Directory,
  row: AccountRow,
): Entry {
  const { address, enabled, sealed } = row;
  return {
    account: {
      address,
      enabled,
      receives: row.receives ?? configured.disabledAccountsReceive,
      legacy: sealed !== undefined,
      details: row.details ?? configured.details,
    },
    source: "database",
    password: () => storedPassword(row.password),
    secret: () => sealed && unseal(passwords.serverKey(), address, sealed),
  };
}

/** Nothing but hashes is ever stored; anything else in a row is damage. */
function storedPassword(text: string): Password | undefined {
  const password = parsePassword(text);
  const sound = typeof password === "object" && password.kind === "hashed";
  return sound ? password : undefined;
}

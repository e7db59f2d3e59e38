/** The rules for changing accounts and aliases: what `AccountsAdmin` promises, over a registry. */

import {
  type Address,
  canonicalAddress,
  formatAddress,
  parseDomain,
  parseMailbox,
} from "../mail/mod.ts";
import { AccountError } from "./account_error.ts";
import type { AccountListing, AccountsAdmin } from "./administration.ts";
import { allEntries, type Directory, entryAt, listingOf } from "./directory.ts";
import { requirePassword } from "./hash_password.ts";
import { prepareAccountAddress } from "./prepare.ts";
import { seal } from "./sealed_secret.ts";
import { domainOf, meantAddress, meantDomain } from "./setting.ts";

export function changes(directory: Directory): AccountsAdmin {
  return { ...accountChanges(directory), ...aliasChanges(directory) };
}

type AliasMethods = "addAlias" | "removeAlias" | "listAliases";

function accountChanges(
  directory: Directory,
): Omit<AccountsAdmin, AliasMethods> {
  const { registry } = directory;
  return {
    async addUser(text, password, { legacy = false } = {}) {
      const address = accountAddress(directory, text);
      requireLocal(directory, address);
      requireFree(directory, address);
      const kept = await keep(directory, address, password);
      const row = {
        address,
        password: kept.password,
        sealed: legacy ? kept.seal() : undefined,
        enabled: true,
        receives: undefined,
        details: undefined,
      };
      if (!await registry.insertAccount(row)) throw exists("account", address);
      return listingAt(directory, address);
    },

    async removeUser(text) {
      const address = changeable(directory, text);
      if (!await registry.deleteAccount(address)) throw noAccount(address);
    },

    async setPassword(text, password, options = {}) {
      const address = changeable(directory, text);
      const row = await registry.account(address);
      if (!row) throw noAccount(address);
      const kept = await keep(directory, address, password);
      const legacy = options.legacy ?? row.sealed !== undefined;
      const sealed = legacy ? kept.seal() : undefined;
      const change = { password: kept.password, sealed };
      const found = await registry.updateAccount(address, change);
      if (!found) throw noAccount(address);
    },

    async setEnabled(text, enabled, receives) {
      const address = changeable(directory, text);
      const change = {
        enabled,
        ...(receives === undefined ? {} : { receives }),
      };
      const found = await registry.updateAccount(address, change);
      if (!found) throw noAccount(address);
    },

    async setDetails(text, details) {
      const address = changeable(directory, text);
      const found = await registry.updateAccount(address, { details });
      if (!found) throw noAccount(address);
    },

    async listUsers() {
      return (await allEntries(directory)).map(listingOf);
    },
  };
}

function aliasChanges(
  directory: Directory,
): Pick<AccountsAdmin, AliasMethods> {
  const { registry } = directory;
  return {
    async addAlias(text, targets) {
      const address = aliasAddress(directory, text);
      requireLocal(directory, address);
      requireFreeAlias(directory, address);
      const parsed = targets.map((target) => targetAddress(directory, target));
      if (parsed.length === 0) throw badAddress("");
      const added = await registry.insertTargets(address, parsed);
      if (!added) throw exists("alias", address);
      const all = await registry.targets(address);
      return { address, targets: all, source: "database" };
    },

    async removeAlias(text, target) {
      const address = aliasAddress(directory, text);
      requireFreeAlias(directory, address);
      const one = target === undefined
        ? undefined
        : targetAddress(directory, target);
      if (await registry.deleteTargets(address, one)) return;
      throw new AccountError(
        "not-found",
        one === undefined
          ? `There is no alias "${address}"`
          : `There is no alias "${address}" to "${one}"`,
      );
    },

    async listAliases() {
      const { aliases } = directory.configured;
      const rows = await registry.aliases();
      return [
        ...Array.from(aliases, ([address, targets]) => ({
          address,
          targets,
          source: "configuration" as const,
        })),
        ...rows.filter(({ address }) => !aliases.has(address))
          .map((row) => ({ ...row, source: "database" as const })),
      ];
    },
  };
}

/** Hashes a new password, and seals it on request. */
async function keep(
  { passwords }: Directory,
  address: string,
  password: string,
): Promise<{ password: string; seal: () => Uint8Array }> {
  const prepared = requirePassword(password);
  return {
    password: await passwords.hash(prepared),
    seal: () => seal(passwords.serverKey(), address, prepared),
  };
}

async function listingAt(
  directory: Directory,
  address: string,
): Promise<AccountListing> {
  const entry = await entryAt(directory, address);
  if (!entry) throw noAccount(address);
  return listingOf(entry);
}

function accountAddress(directory: Directory, text: string): string {
  return meant(directory, text, prepareAccountAddress(text));
}

/** "@domain" names a catch-all. */
function aliasAddress(directory: Directory, text: string): string {
  if (!text.startsWith("@")) return meant(directory, text, parseMailbox(text));
  const domain = parseDomain(text.slice(1));
  if (domain === undefined) throw badAddress(text);
  return `@${meantDomain(directory.configured, domain)}`;
}

/** RFC 5321 §2.4: the local part of another server's address keeps its case. */
function targetAddress({ configured }: Directory, text: string): string {
  const address = parseMailbox(text);
  if (!address) throw badAddress(text);
  const { domain } = meantAddress(configured, address);
  return configured.domains.has(domain)
    ? canonicalAddress(address)
    : formatAddress(address);
}

function meant(
  { configured }: Directory,
  text: string,
  address: Address | undefined,
): string {
  if (!address) throw badAddress(text);
  return canonicalAddress(meantAddress(configured, address));
}

function changeable(directory: Directory, text: string): string {
  const address = accountAddress(directory, text);
  requireFree(directory, address);
  return address;
}

function requireLocal({ configured }: Directory, address: string): void {
  const domain = domainOf(address);
  if (configured.domains.has(domain)) return;
  throw new AccountError(
    "domain-not-local",
    `Cannot add "${address}": "${domain}" is not among the configured domains`,
  );
}

function requireFree({ configured }: Directory, address: string): void {
  if (configured.accounts.has(address)) throw configuredElsewhere(address);
}

function requireFreeAlias({ configured }: Directory, address: string): void {
  if (configured.aliases.has(address)) throw configuredElsewhere(address);
}

function configuredElsewhere(address: string): AccountError {
  return new AccountError(
    "configured-elsewhere",
    `Cannot change "${address}": it stands in the configuration`,
  );
}

function exists(what: string, address: string): AccountError {
  return new AccountError(
    "already-exists",
    `Cannot add ${what} "${address}": it exists already`,
  );
}

function noAccount(address: string): AccountError {
  return new AccountError("not-found", `There is no account "${address}"`);
}

function badAddress(text: string): AccountError {
  return new AccountError("bad-address", `"${text}" is no usable address`);
}

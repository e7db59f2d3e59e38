/**
 * The part of accounts that the configuration has: a plain record in, checked maps out.
 *
 * @module
 */

import {
  type Address,
  canonicalAddress,
  formatAddress,
  parseDomain,
  parseMailbox,
} from "../mail/mod.ts";
import type { DetailRule } from "./accounts.ts";
import { parsePassword, type Password } from "./password.ts";
import { prepareAccountAddress } from "./prepare.ts";

/** What may be configured. Addresses and domains in any form. */
export interface AccountsSetting {
  /** Domains (and address literals) whose mail is kept here; those of accounts, aliases and catch-alls need not be named. */
  readonly domains?: readonly string[];
  /** The domain of logins that name none: "alice". */
  readonly defaultDomain?: string | undefined;
  /** Domain to domain: its addresses mean those of the other. */
  readonly domainAliases?: Readonly<Record<string, string>>;
  /** Address to password (plain or hashed; see `password.ts`), or to all about the account. */
  readonly accounts?: Readonly<Record<string, string | ConfiguredAccount>>;
  /** Address to targets; a text may name several with commas between. */
  readonly aliases?: Readonly<Record<string, string | readonly string[]>>;
  /** Domain to who gets mail for its unknown addresses. */
  readonly catchAll?: Readonly<Record<string, string | readonly string[]>>;
  /** What parts a user from a detail in an address; "" for nothing. By default "+". */
  readonly detailSeparator?: string;
  /** Who gets mail for a "postmaster" that nobody is. */
  readonly postmaster?: string | undefined;
  /** Whether disabled accounts receive where nothing else is said; by default true. */
  readonly disabledAccountsReceive?: boolean;
  /** What becomes of mail with a detail where an account says nothing; by default "inbox". */
  readonly details?: DetailRule;
}

export interface ConfiguredAccount {
  readonly password: string;
  readonly enabled?: boolean | undefined;
  readonly receives?: boolean | undefined;
  /** Lets CRAM-MD5 and APOP work; needs a plain password. */
  readonly legacy?: boolean | undefined;
  readonly details?: DetailRule | undefined;
}

/** The setting in canonical form. */
export interface Configured {
  readonly domains: ReadonlySet<string>;
  readonly defaultDomain: string | undefined;
  readonly domainAliases: ReadonlyMap<string, string>;
  readonly accounts: ReadonlyMap<string, CheckedAccount>;
  /** By address, or by "@domain" for a catch-all. */
  readonly aliases: ReadonlyMap<string, readonly string[]>;
  readonly detailSeparator: string;
  readonly postmaster: string | undefined;
  readonly disabledAccountsReceive: boolean;
  readonly details: DetailRule;
}

export interface CheckedAccount {
  readonly password: Password;
  readonly enabled: boolean;
  readonly receives: boolean | undefined;
  readonly legacy: boolean;
  readonly details: DetailRule | undefined;
}

/** A setting that cannot be meant; all that is wrong with it. */
export class BadAccountsSetting extends Error {
  override name = "BadAccountsSetting";
  constructor(readonly problems: readonly string[]) {
    super(problems.join("; "));
  }
}

/**
 * Checks a setting. Cheap: no password is hashed here.
 *
 * @throws {BadAccountsSetting}
 */
export function checkSetting(setting: AccountsSetting): Configured {
  const problems: string[] = [];
  const domainAliases = checkDomainAliases(
    setting.domainAliases ?? {},
    problems,
  );
  const canonical = (address: Address) =>
    canonicalAddress(meantAddress({ domainAliases }, address));
  const accounts = checkAccounts(setting.accounts ?? {}, canonical, problems);
  const aliases = new Map([
    ...checkAliases(setting.aliases ?? {}, canonical, problems),
    ...checkCatchAlls(setting.catchAll ?? {}, domainAliases, problems),
  ]);
  const [defaultDomain] = checkDomains(
    setting.defaultDomain === undefined ? [] : [setting.defaultDomain],
    problems,
  );
  const domains = new Set([
    ...checkDomains(setting.domains ?? [], problems),
    ...[...accounts.keys(), ...aliases.keys()].map(domainOf),
  ]);
  const [postmaster] = setting.postmaster === undefined
    ? []
    : checkTargets("postmaster", setting.postmaster, problems);
  if (problems.length > 0) throw new BadAccountsSetting(problems);
  return {
    domains,
    defaultDomain,
    domainAliases,
    accounts,
    aliases,
    detailSeparator: setting.detailSeparator ?? "+",
    postmaster,
    disabledAccountsReceive: setting.disabledAccountsReceive ?? true,
    details: setting.details ?? "inbox",
  };
}

/** What follows the last "@" of a canonical address. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1);
}

/** The domain that `domain` means: alias domains mean others, perhaps over several steps. */
export function meantDomain(
  { domainAliases }: Pick<Configured, "domainAliases">,
  domain: string,
): string {
  let meant = domain;
  for (let steps = 0; steps <= domainAliases.size; steps++) {
    const next = domainAliases.get(meant);
    if (next === undefined) return meant;
    meant = next;
  }
  return domain;
}

/** `address` in the domain that its domain means. */
export function meantAddress(
  configured: Pick<Configured, "domainAliases">,
  { localPart, domain }: Address,
): Address {
  return { localPart, domain: meantDomain(configured, domain) };
}

function checkAccounts(
  accounts: Readonly<Record<string, string | ConfiguredAccount>>,
  canonical: (address: Address) => string,
  problems: string[],
): Map<string, CheckedAccount> {
  const checked = new Map<string, CheckedAccount>();
  for (const [key, value] of Object.entries(accounts)) {
    const given = typeof value === "string" ? { password: value } : value;
    const address = prepareAccountAddress(key);
    const password = parsePassword(given.password);
    const wrong = accountProblem(key, address, password, given.legacy);
    if (wrong !== undefined) problems.push(wrong);
    if (!address || typeof password === "string") continue;
    checked.set(canonical(address), {
      password,
      enabled: given.enabled ?? true,
      receives: given.receives,
      legacy: given.legacy ?? false,
      details: given.details,
    });
  }
  return checked;
}

function accountProblem(
  key: string,
  address: Address | undefined,
  password: Password | string,
  legacy: boolean | undefined,
): string | undefined {
  if (!address) return `Account "${key}" is no address that a user may have`;
  if (typeof password === "string") {
    return `The password of account "${key}" ${password}`;
  }
  if (legacy && password.kind === "hashed") {
    return `Account "${key}" cannot have legacy mechanisms with a hashed password`;
  }
  return undefined;
}

function checkAliases(
  aliases: Readonly<Record<string, string | readonly string[]>>,
  canonical: (address: Address) => string,
  problems: string[],
): [string, readonly string[]][] {
  return Object.entries(aliases).flatMap(([key, value]) => {
    const address = parseMailbox(key);
    if (!address) problems.push(`Alias "${key}" is no address`);
    const targets = checkTargets(`alias "${key}"`, value, problems);
    return address ? [[canonical(address), targets]] : [];
  });
}

function checkCatchAlls(
  catchAll: Readonly<Record<string, string | readonly string[]>>,
  domainAliases: ReadonlyMap<string, string>,
  problems: string[],
): [string, readonly string[]][] {
  return Object.entries(catchAll).flatMap(([key, value]) => {
    const [domain] = checkDomains([key.replace(/^@/, "")], problems);
    const targets = checkTargets(`catch-all "${key}"`, value, problems);
    if (domain === undefined) return [];
    return [[`@${meantDomain({ domainAliases }, domain)}`, targets]];
  });
}

function checkDomainAliases(
  aliases: Readonly<Record<string, string>>,
  problems: string[],
): Map<string, string> {
  const checked = new Map<string, string>();
  for (const pair of Object.entries(aliases)) {
    const [from, to] = checkDomains(pair, problems);
    if (from !== undefined && to !== undefined) checked.set(from, to);
  }
  return checked;
}

function checkDomains(
  domains: readonly string[],
  problems: string[],
): string[] {
  return domains.flatMap((text) => {
    const domain = parseDomain(text);
    if (domain === undefined) problems.push(`"${text}" is no domain`);
    return domain ?? [];
  });
}

function checkTargets(
  whose: string,
  value: string | readonly string[],
  problems: string[],
): string[] {
  return splitTargets(value).flatMap((text) => {
    const address = parseMailbox(text);
    // RFC 5321 §2.4: what is before the "@" of another server's address keeps its case.
    if (address) return formatAddress(address);
    problems.push(`Target "${text}" of ${whose} is no address`);
    return [];
  });
}

/** A comma parts targets, except in a quoted local part. */
function splitTargets(value: string | readonly string[]): readonly string[] {
  if (typeof value !== "string") return value;
  const parts = value.match(/(?:"(?:[^"\\]|\\.)*"|[^",])+/g) ?? [value];
  return parts.map((part) => part.trim());
}

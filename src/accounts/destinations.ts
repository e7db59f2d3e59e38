/**
 * Where an address leads: aliases, details, alias domains, catch-alls, postmaster.
 *
 * For one address the first of these answers: an alias or account of just that
 * address; one without its "+detail"; postmaster (RFC 5321 §4.5.1); the domain's
 * catch-all. Aliases lead to further addresses until only mailboxes and addresses
 * elsewhere are left. An alias goes before an account of the same address; where
 * its targets come back to the address, the account itself is meant.
 *
 * @module
 */

import { asciiLower } from "../bytes/mod.ts";
import {
  type Address,
  canonicalAddress,
  formatAddress,
  parseMailbox,
} from "../mail/mod.ts";
import type { Account, Accounts, Resolution, Target } from "./accounts.ts";
import {
  aliasTargets,
  type Directory,
  entryAt,
  firstAccount,
  meantLogin,
} from "./directory.ts";
import { type Configured, meantAddress, meantDomain } from "./setting.ts";

export function destinations(
  directory: Directory,
): Pick<Accounts, "resolve" | "owns" | "isLocal"> {
  const resolve = (address: Address) => resolveAddress(directory, address);
  return {
    resolve,
    async owns(account, address) {
      const own = meantLogin(directory, account);
      if (isOwnName(directory.configured, own, address)) return true;
      const found = await resolve(address);
      return found.kind === "found" &&
        found.targets.some((target) =>
          target.kind === "mailbox" && target.account === own
        );
    },
    isLocal: (domain) => isLocalDomain(directory.configured, domain),
  };
}

/** What a walk through aliases has come by. */
interface Walk {
  readonly directory: Directory;
  /** By mailbox or remote address, so that nobody gets a message twice. */
  readonly targets: Map<string, Target>;
  /** Aliases that were followed. */
  readonly seen: Set<string>;
  disabled: boolean;
  looped: boolean;
}

/** An address on the way. */
interface Stop {
  readonly address: Address;
  /** The detail of the address that led here. */
  readonly detail: string | undefined;
  /** The aliases that led here. */
  readonly trail: readonly string[];
}

async function resolveAddress(
  directory: Directory,
  given: Address,
): Promise<Resolution> {
  const address = withDomain(directory.configured, given);
  if (!isLocalDomain(directory.configured, address.domain)) {
    // Only `<Postmaster>` has no domain, and always means us.
    return { kind: address.domain === "" ? "unknown" : "remote" };
  }
  const walk = startWalk(directory);
  await follow(walk, { address, detail: undefined, trail: [] });
  const targets = [...walk.targets.values()];
  if (targets.length > 0) return { kind: "found", targets };
  if (walk.disabled) return { kind: "disabled" };
  return { kind: walk.looped ? "loop" : "unknown" };
}

function startWalk(directory: Directory): Walk {
  return {
    directory,
    targets: new Map(),
    seen: new Set(),
    disabled: false,
    looped: false,
  };
}

async function follow(walk: Walk, stop: Stop): Promise<void> {
  const { configured } = walk.directory;
  const address = meantAddress(configured, stop.address);
  if (!isLocalDomain(configured, address.domain)) {
    const remote = formatAddress(address);
    addTarget(walk, canonicalAddress(address), {
      kind: "remote",
      address: remote,
    });
    return;
  }
  for (const name of namesOf(configured, address)) {
    const detail = name.detail ?? stop.detail;
    if (await followName(walk, name.key, { ...stop, detail })) return;
  }
  if (await followPostmaster(walk, address, stop)) return;
  const catchAll = `@${address.domain}`;
  if (!stop.trail.includes(catchAll)) await followAlias(walk, catchAll, stop);
}

/** @returns Whether `key` is the name of an alias or account. */
async function followName(
  walk: Walk,
  key: string,
  stop: Stop,
): Promise<boolean> {
  const back = stop.trail.includes(key);
  if (!back && await followAlias(walk, key, stop)) return true;
  const entry = await entryAt(walk.directory, key);
  if (entry) addMailbox(walk, entry.account, stop.detail);
  else if (back) walk.looped = true;
  return back || entry !== undefined;
}

/** @returns Whether `key` is an alias. */
async function followAlias(
  walk: Walk,
  key: string,
  stop: Stop,
): Promise<boolean> {
  const targets = await aliasTargets(walk.directory, key);
  if (targets.length === 0) return false;
  if (walk.seen.has(key)) return true;
  walk.seen.add(key);
  const trail = [...stop.trail, key];
  for (const target of targets) {
    const address = parseMailbox(target);
    if (address) await follow(walk, { address, detail: stop.detail, trail });
  }
  return true;
}

/**
 * RFC 5321 §4.5.1: postmaster has to be reachable in every domain. So it is whom
 * the configuration names, else the domain's first account, else the first of all:
 * whoever leads anywhere.
 *
 * @returns Whether it led anywhere.
 */
async function followPostmaster(
  walk: Walk,
  address: Address,
  stop: Stop,
): Promise<boolean> {
  const { directory } = walk;
  const name = `postmaster@${address.domain}`;
  const asked = namesOf(directory.configured, address).at(-1)!.key;
  if (asked !== name || stop.trail.includes(name)) return false;
  const trail = [...stop.trail, name];
  const candidates = [
    () => directory.configured.postmaster,
    () => firstAccount(directory, address.domain),
    () => firstAccount(directory),
  ];
  for (const candidate of candidates) {
    const target = parseMailbox(await candidate() ?? "");
    if (!target) continue;
    // A walk of its own: what was found before says nothing about this candidate.
    const own = startWalk(directory);
    await follow(own, { address: target, detail: undefined, trail });
    for (const [key, found] of own.targets) addTarget(walk, key, found);
    if (own.targets.size > 0) return true;
  }
  return false;
}

function addMailbox(
  walk: Walk,
  account: Account,
  detail: string | undefined,
): void {
  if (!account.enabled && !account.receives) {
    walk.disabled = true;
    return;
  }
  addTarget(walk, account.address, {
    kind: "mailbox",
    account: account.address,
    ...(detail === undefined ? {} : { detail }),
  });
}

function addTarget(walk: Walk, key: string, target: Target): void {
  if (!walk.targets.has(key)) walk.targets.set(key, target);
}

/** The names under which an address may be known: itself, and without its detail. */
function namesOf(
  { detailSeparator }: Configured,
  { localPart, domain }: Address,
): { key: string; detail?: string }[] {
  const whole = { key: canonicalAddress({ localPart, domain }) };
  const at = detailSeparator === "" ? -1 : localPart.indexOf(detailSeparator);
  if (at <= 0) return [whole];
  const user = localPart.slice(0, at);
  const detail = localPart.slice(at + detailSeparator.length);
  const key = canonicalAddress({ localPart: user, domain });
  return [whole, detail === "" ? { key } : { key, detail }];
}

/** `<Postmaster>` stands for the postmaster of our first domain (RFC 5321 §4.5.1). */
function withDomain(configured: Configured, address: Address): Address {
  if (address.domain !== "") return meantAddress(configured, address);
  const [domain = ""] = configured.domains;
  const known = asciiLower(address.localPart) === "postmaster";
  return known ? { localPart: "postmaster", domain } : address;
}

/** True for the account's own address, with or without a detail, even where an alias takes its mail. */
function isOwnName(
  configured: Configured,
  account: string,
  address: Address,
): boolean {
  return namesOf(configured, meantAddress(configured, address))
    .some(({ key }) => key === account);
}

function isLocalDomain(configured: Configured, domain: string): boolean {
  return configured.domains.has(meantDomain(configured, asciiLower(domain)));
}

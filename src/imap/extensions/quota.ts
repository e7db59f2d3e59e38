/**
 * QUOTA: one quota root for all mailboxes of an account, called "" (RFC 9208). STORAGE
 * counts units of 1024 octets (RFC 9208 §5.1).
 *
 * Administrators may set limits (QUOTASET): their own, and those of every account by its
 * address, which is the name of its root for them. To all others such roots do not exist.
 */

import type { MailUser, Quota, QuotaLimits } from "../../store/mod.ts";
import { type Session, work } from "../../wire/mod.ts";
import { type ImapSession, logEvent, userOf } from "../imap_session.ts";
import { encodeName, readMailbox } from "../mailbox_name.ts";
import type { Command, Extension } from "../rows.ts";
import type { Scanner } from "../scanner.ts";
import { AFTER_LOGIN } from "../states.ts";
import { no, Refusal } from "../status.ts";

/** The name of the only root. */
const ROOT = "";

/** What has limits, with what one unit of theirs is worth. */
const RESOURCES: ReadonlyMap<string, { key: keyof QuotaLimits; unit: number }> =
  new Map([
    ["STORAGE", { key: "octets", unit: 1024 }],
    ["MESSAGE", { key: "messages", unit: 1 }],
  ]);

const getQuota: Command = {
  name: "GETQUOTA",
  syntax: "GETQUOTA root",
  states: AFTER_LOGIN,
  *run(s, scanner) {
    scanner.space();
    const root = yield* scanner.astring("a quota root");
    scanner.end();
    yield* tellQuota(s, root, yield* ownerOf(s, root));
    return undefined;
  },
};

const getQuotaRoot: Command = {
  name: "GETQUOTAROOT",
  syntax: "GETQUOTAROOT mailbox",
  states: AFTER_LOGIN,
  *run(s, scanner) {
    scanner.space();
    const name = yield* readMailbox(s, scanner);
    scanner.end();
    // RFC 9208 §4.1.2: it tells of mailboxes that are still to be made, too.
    s.out.words("* QUOTAROOT ");
    s.out.string(encodeName(s, name));
    s.out.words(` "${ROOT}"`);
    s.out.end();
    yield* tellQuota(s, ROOT, userOf(s));
    return undefined;
  },
};

const setQuota: Command = {
  name: "SETQUOTA",
  syntax: "SETQUOTA root (resource limit ...)",
  states: AFTER_LOGIN,
  *run(s, scanner) {
    scanner.space();
    const root = yield* scanner.astring("a quota root");
    scanner.space();
    const wanted = readLimits(scanner);
    scanner.end();
    if (!isAdministrator(s)) {
      return no("Limits are set by the administrator", "NOPERM");
    }
    const user = yield* ownerOf(s, root);
    const limits = limitsOf(wanted);
    logEvent(s, "imap.quota_set", { by: s.login?.account, root, ...limits });
    yield* work(() => user.setQuota(limits));
    yield* tellQuota(s, root, user);
    return undefined;
  },
};

function readLimits(scanner: Scanner): readonly [string, number][] {
  return scanner.list((): [string, number] => {
    const resource = scanner.word("a resource");
    scanner.space();
    return [resource, scanner.number64("a limit")];
  }, true);
}

/** RFC 9208 §4.1.3: what is not named has no limit any more. */
function limitsOf(wanted: readonly [string, number][]): QuotaLimits {
  const limits: { -readonly [K in keyof QuotaLimits]: QuotaLimits[K] } = {
    octets: undefined,
    messages: undefined,
  };
  for (const [name, value] of wanted) {
    const resource = RESOURCES.get(name);
    if (resource === undefined) {
      throw new Refusal(no(`${name} has no limits here`, "CANNOT"));
    }
    const { key, unit } = resource;
    limits[key] = Math.min(value * unit, Number.MAX_SAFE_INTEGER);
  }
  return limits;
}

/** Whose mail a root is about. @throws {Refusal} NONEXISTENT. */
function* ownerOf(s: ImapSession, root: string): Session<MailUser> {
  if (root === ROOT) return userOf(s);
  const account = isAdministrator(s)
    ? yield* work(() => s.setting.accounts.find(root))
    : undefined;
  if (account === undefined) {
    throw new Refusal(no("There is no such quota root", "NONEXISTENT"));
  }
  return yield* work(() => s.setting.store.open(account.address));
}

function isAdministrator({ login, setting }: ImapSession): boolean {
  return login !== undefined &&
    setting.administrators.includes(login.account);
}

function* tellQuota(
  s: ImapSession,
  root: string,
  user: MailUser,
): Session<void> {
  const quota = yield* work(() => user.quota());
  s.out.words("* QUOTA ");
  s.out.string(root);
  s.out.words(` (${resourcesOf(quota).join(" ")})`);
  s.out.end();
}

/** Only what has a limit is told (RFC 9208 §4.2.1). */
function resourcesOf({ octets, messages, limits }: Quota): string[] {
  const resources: string[] = [];
  if (limits.octets !== undefined) {
    const [used, most] = [Math.ceil(octets / 1024), limits.octets / 1024];
    resources.push(`STORAGE ${used} ${Math.floor(most)}`);
  }
  if (limits.messages !== undefined) {
    resources.push(`MESSAGE ${messages} ${limits.messages}`);
  }
  return resources;
}

export const quota: Extension = {
  rfc: "RFC 9208",
  announce: (s) =>
    s.login === undefined ? [] : [
      "QUOTA",
      "QUOTA=RES-STORAGE",
      "QUOTA=RES-MESSAGE",
      // RFC 9208 §3.2: where SETQUOTA works.
      ...(isAdministrator(s) ? ["QUOTASET"] : []),
    ],
  commands: [getQuota, getQuotaRoot, setQuota],
};

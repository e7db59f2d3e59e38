/**
 * QUOTA: one quota root for all mailboxes of an account (RFC 9208). STORAGE counts units
 * of 1024 octets (RFC 9208 §5.1). SETQUOTA is for administrators, who do not come here.
 */

import type { Quota } from "../../store/mod.ts";
import { type Session, work } from "../../wire/mod.ts";
import { existingMailbox } from "../existing_mailbox.ts";
import { type ImapSession, userOf } from "../imap_session.ts";
import { encodeName, readMailbox } from "../mailbox_name.ts";
import type { Command, Extension } from "../rows.ts";
import { AFTER_LOGIN } from "../states.ts";
import { no } from "../status.ts";

/** The name of the only root. */
const ROOT = "";

const getQuota: Command = {
  name: "GETQUOTA",
  syntax: "GETQUOTA root",
  states: AFTER_LOGIN,
  *run(s, scanner) {
    scanner.space();
    const root = yield* scanner.astring("a quota root");
    scanner.end();
    if (root !== ROOT) return no("There is no such quota root", "NONEXISTENT");
    yield* tellQuota(s);
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
    yield* existingMailbox(s, name);
    s.out.words("* QUOTAROOT ");
    s.out.string(encodeName(s, name));
    s.out.words(` "${ROOT}"`);
    s.out.end();
    yield* tellQuota(s);
    return undefined;
  },
};

const setQuota: Command = {
  name: "SETQUOTA",
  syntax: "SETQUOTA root (resource limit ...)",
  states: AFTER_LOGIN,
  *run(_s, scanner) {
    scanner.space();
    yield* scanner.astring("a quota root");
    scanner.space();
    scanner.list(() => {
      scanner.word("a resource");
      scanner.space();
      return scanner.number64("a limit");
    }, true);
    scanner.end();
    return no("Limits are set by the administrator", "NOPERM");
  },
};

function* tellQuota(s: ImapSession): Session<void> {
  const user = userOf(s);
  const quota = yield* work(() => user.quota());
  s.out.words(`* QUOTA "${ROOT}" (${resourcesOf(quota).join(" ")})`);
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
    s.login === undefined
      ? []
      : ["QUOTA", "QUOTA=RES-STORAGE", "QUOTA=RES-MESSAGE"],
  commands: [getQuota, getQuotaRoot, setQuota],
};

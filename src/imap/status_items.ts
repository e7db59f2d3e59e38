/**
 * What STATUS tells of a mailbox (RFC 9051 §6.3.11; RFC 8438 SIZE, RFC 7162 HIGHESTMODSEQ,
 * RFC 8474 MAILBOXID, RFC 7889 APPENDLIMIT, RFC 9208 DELETED-STORAGE). A new item is a line here.
 *
 * @module
 */

import type { Mailbox, MailboxStatus } from "../store/mod.ts";
import { type Session, work } from "../wire/mod.ts";
import type { ImapSession } from "./imap_session.ts";
import { encodeName } from "./mailbox_name.ts";
import type { Scanner } from "./scanner.ts";
import { BadSyntax } from "./status.ts";

type Show = (
  status: MailboxStatus,
  mailbox: Mailbox,
  s: ImapSession,
) => string | number;

const ITEMS: ReadonlyMap<string, Show> = new Map<string, Show>([
  ["MESSAGES", ({ messages }) => messages],
  // RFC 3501 only; IMAP4rev2 has no \Recent.
  [
    "RECENT",
    ({ recentFrom, uidNext, messages }) =>
      Math.min(messages, Math.max(0, uidNext - recentFrom)),
  ],
  ["UIDNEXT", ({ uidNext }) => uidNext],
  ["UIDVALIDITY", (_, { uidValidity }) => uidValidity],
  ["UNSEEN", ({ unseen }) => unseen],
  ["DELETED", ({ deleted }) => deleted],
  ["SIZE", ({ octets }) => octets],
  ["HIGHESTMODSEQ", ({ highestModseq }) => highestModseq],
  ["MAILBOXID", (_, { id }) => `(${id})`],
  ["APPENDLIMIT", (_, __, s) => s.setting.max_message_size],
]);

/** RFC 9208 §4.1.4: what an EXPUNGE would set free, in the units of STORAGE, as its example has it. */
const DELETED_STORAGE = "DELETED-STORAGE";

/** Reads `(MESSAGES UNSEEN)`. */
export function readStatusItems(s: ImapSession, scanner: Scanner): string[] {
  const names = scanner.list(() => {
    const name = scanner.word("a status item");
    if (!ITEMS.has(name) && name !== DELETED_STORAGE) {
      throw new BadSyntax(`unknown status item ${name}`);
    }
    return name;
  });
  // RFC 7162 §3.1.7: asking for it shows that the client knows of mod-sequences.
  if (names.includes("HIGHESTMODSEQ")) s.enabled.add("CONDSTORE");
  return names;
}

function* deletedStorage(mailbox: Mailbox): Session<number> {
  const metas = yield* work(() => mailbox.metas());
  const octets = metas.filter(({ flags }) => flags.includes("\\Deleted"))
    .reduce((sum, { size }) => sum + size, 0);
  return Math.ceil(octets / 1024);
}

/** Sends one STATUS response. */
export function* tellStatus(
  s: ImapSession,
  mailbox: Mailbox,
  names: readonly string[],
): Session<void> {
  const status = yield* work(() => mailbox.status());
  const items: string[] = [];
  for (const name of names) {
    const value = name === DELETED_STORAGE
      ? yield* deletedStorage(mailbox)
      : ITEMS.get(name)!(status, mailbox, s);
    items.push(`${name} ${value}`);
  }
  s.out.words("* STATUS ");
  s.out.string(encodeName(s, mailbox.name));
  s.out.words(` (${items.join(" ")})`);
  s.out.end();
  yield* s.out.relieve();
}

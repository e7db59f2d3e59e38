/**
 * What STATUS tells of a mailbox (RFC 9051 §6.3.11; RFC 8438 SIZE, RFC 7162 HIGHESTMODSEQ,
 * RFC 8474 MAILBOXID, RFC 7889 APPENDLIMIT). A new item is a line here.
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

/** Reads `(MESSAGES UNSEEN)`. */
export function readStatusItems(s: ImapSession, scanner: Scanner): string[] {
  const names = scanner.list(() => {
    const name = scanner.word("a status item");
    if (!ITEMS.has(name)) throw new BadSyntax(`unknown status item ${name}`);
    return name;
  });
  // RFC 7162 §3.1.7: asking for it shows that the client knows of mod-sequences.
  if (names.includes("HIGHESTMODSEQ")) s.enabled.add("CONDSTORE");
  return names;
}

/** Sends one STATUS response. */
export function* tellStatus(
  s: ImapSession,
  mailbox: Mailbox,
  names: readonly string[],
): Session<void> {
  const status = yield* work(() => mailbox.status());
  const items = names.map((name) =>
    `${name} ${ITEMS.get(name)!(status, mailbox, s)}`
  );
  s.out.words("* STATUS ");
  s.out.string(encodeName(s, mailbox.name));
  s.out.words(` (${items.join(" ")})`);
  s.out.end();
  yield* s.out.relieve();
}

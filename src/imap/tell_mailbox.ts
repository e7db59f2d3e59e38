/**
 * LIST responses: of a name in a list, and of a mailbox that a command of IMAP4rev2 named
 * (RFC 9051 §6.3.2, §6.3.9.7, §7.3.1).
 *
 * @module
 */

import { type Session, work } from "../wire/mod.ts";
import { type ImapSession, userOf } from "./imap_session.ts";
import { listEntries, type ListEntry } from "./list_entries.ts";
import { encodeName, isNormalized } from "./mailbox_name.ts";

/** What is told of a name beside its attributes (RFC 9051 §9, mbox-list-extended-item). */
export interface ExtendedItem {
  readonly name: "CHILDINFO" | "OLDNAME";
  /** Byte strings. */
  readonly values: readonly string[];
}

/** Queues one response; `response` is LIST or LSUB. */
export function tellEntry(
  s: ImapSession,
  response: string,
  { name, attributes }: Pick<ListEntry, "name" | "attributes">,
  item?: ExtendedItem,
): void {
  s.out.words(`* ${response} (${attributes.join(" ")}) "/" `);
  s.out.string(encodeName(s, name));
  if (item) tellItem(s, item);
  s.out.end();
}

function tellItem(s: ImapSession, { name, values }: ExtendedItem): void {
  s.out.words(` ("${name}" (`);
  values.forEach((value, index) => {
    if (index > 0) s.out.words(" ");
    s.out.string(value);
  });
  s.out.words("))");
}

/**
 * Tells a client of IMAP4rev2 what a mailbox is called that it spelled in another form than
 * NFC (RFC 9051 §6.3.4 to §6.3.6).
 *
 * @param spelled The names of the command as it had them; the first is what OLDNAME tells.
 */
export function* tellNormalized(
  s: ImapSession,
  name: string,
  ...spelled: readonly [string, ...string[]]
): Session<void> {
  if (!s.enabled.has("IMAP4REV2")) return;
  if (spelled.every((one) => isNormalized(s, one))) return;
  yield* tellMailbox(s, name, { name: "OLDNAME", values: [spelled[0]] });
}

/** Tells of the mailbox that was opened, in IMAP4rev2 (RFC 9051 §6.3.2). */
export function* tellOpened(
  s: ImapSession,
  name: string,
  spelled: string,
): Session<void> {
  if (!s.enabled.has("IMAP4REV2")) return;
  const item = { name: "OLDNAME", values: [spelled] } as const;
  yield* tellMailbox(s, name, isNormalized(s, spelled) ? undefined : item);
}

/** Tells of one name, with all that is true of it now. */
function* tellMailbox(
  s: ImapSession,
  name: string,
  item?: ExtendedItem,
): Session<void> {
  const user = userOf(s);
  const infos = yield* work(() => user.list());
  const [entry] = listEntries(infos, [], {
    matches: (one) => one === name,
    subscribed: false,
    specialUse: false,
    recursive: false,
    tellSubscribed: true,
    extended: true,
  });
  tellEntry(s, "LIST", entry ?? { name, attributes: ["\\NonExistent"] }, item);
}

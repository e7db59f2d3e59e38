/**
 * The mailbox that a detail names: "Lists" in `alice+Lists@example.org` (RFC 5233).
 *
 * A detail is whatever a stranger wrote. It only ever picks a mailbox that is there, or
 * makes one where the account wants that, within narrow limits; all else goes to INBOX.
 * Mail from others never lands among what the account itself has sent, drafted or
 * thrown away.
 *
 * @module
 */

import type { DetailRule } from "../accounts/mod.ts";
import type {
  Mailbox,
  MailboxInfo,
  MailUser,
  SpecialUse,
} from "../store/mod.ts";

/** An account has no more mailboxes than this once a delivery has made the last. */
const MOST_MAILBOXES = 200;

/** What a name may be that a delivery makes: one level, nothing that only looks like another. */
const NEW_NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._=-]{0,63}$/u;

/** Not for mail that comes from others. */
const OWN_USES: readonly (SpecialUse | undefined)[] = [
  "\\Sent",
  "\\Drafts",
  "\\Trash",
];

/** The mailbox for mail with `detail`; undefined for INBOX. */
export async function detailMailbox(
  user: MailUser,
  detail: string | undefined,
  rule: DetailRule,
): Promise<Mailbox | undefined> {
  if (detail === undefined || rule === "inbox") return undefined;
  const all = await user.list();
  const name = detail.normalize("NFC");
  const found = findName(all, name);
  if (found !== undefined) return await user.mailbox(found);
  const mayMake = rule === "create" && isNew(all, name) &&
    all.length < MOST_MAILBOXES;
  if (!mayMake) return undefined;
  const made = await user.create(name);
  // Else no mail program would show it.
  await user.subscribe(made.name);
  return made;
}

/** In this spelling, or in the only other one: many programs write addresses in small letters. */
function findName(
  all: readonly MailboxInfo[],
  name: string,
): string | undefined {
  const open = all.filter(({ selectable, specialUse }) =>
    selectable && !OWN_USES.includes(specialUse)
  );
  const exact = open.find((info) => info.name === name);
  if (exact !== undefined) return exact.name;
  const alike = open.filter((info) => fold(info.name) === fold(name));
  return alike.length === 1 ? alike[0]!.name : undefined;
}

function isNew(all: readonly MailboxInfo[], name: string): boolean {
  return NEW_NAME.test(name) && fold(name) !== "inbox" &&
    !all.some((info) => fold(info.name) === fold(name));
}

function fold(name: string): string {
  return name.toLowerCase();
}

/**
 * The tree of mailbox names: which are below which, and what they are called after a
 * renaming. Pure.
 *
 * @module
 */

import { INBOX, normalMailboxName } from "./mailbox_name.ts";
import {
  InvalidMailboxName,
  MailboxExists,
  type MailboxInfo,
  NoSuchMailbox,
  type SpecialUse,
} from "./store.ts";

/** What new accounts get, and what for (RFC 6154 §2). */
export const DEFAULT_MAILBOXES: readonly (readonly [string, SpecialUse])[] = [
  ["Drafts", "\\Drafts"],
  ["Sent", "\\Sent"],
  ["Junk", "\\Junk"],
  ["Trash", "\\Trash"],
  ["Archive", "\\Archive"],
];

/** True when `name` is `above`, or below it. */
export function isWithin(name: string, above: string): boolean {
  return name === above || name.startsWith(`${above}/`);
}

/** INBOX first, the others sorted. */
export function inOrder(names: Iterable<string>): string[] {
  const others = new Set(names);
  others.delete(INBOX);
  return [INBOX, ...[...others].sort()];
}

/** The names of mailboxes, and the names above them, with all that LIST tells of them. */
export function infosOf(
  names: readonly string[],
  useOf: (name: string) => SpecialUse | undefined,
  subscribed: ReadonlySet<string>,
): MailboxInfo[] {
  const there = new Set(names);
  const parents = new Set(names.flatMap(namesAbove));
  return inOrder([...there, ...parents]).map((name) => ({
    name,
    selectable: there.has(name),
    hasChildren: parents.has(name),
    specialUse: there.has(name) ? useOf(name) : undefined,
    subscribed: subscribed.has(name),
  }));
}

function namesAbove(name: string): string[] {
  const levels = name.split("/");
  return levels.slice(1).map((_, i) => levels.slice(0, i + 1).join("/"));
}

/**
 * Old and new names of all mailboxes that a renaming touches, the upper ones first.
 *
 * @throws {NoSuchMailbox | MailboxExists | InvalidMailboxName}
 */
export function renamings(
  names: readonly string[],
  from: string,
  to: string,
): [string, string][] {
  const [old, target] = [normalMailboxName(from), normalMailboxName(to)];
  const touched = names.filter((name) => isWithin(name, old));
  if (touched.length === 0) {
    throw new NoSuchMailbox(`Cannot rename mailbox "${from}": not there`);
  }
  if (names.includes(target)) {
    throw new MailboxExists(`Cannot rename to "${to}": it is there`);
  }
  if (isWithin(target, old)) {
    throw new InvalidMailboxName(`Cannot move mailbox "${from}" into itself`);
  }
  return touched.sort().map((name) => {
    const renamed = normalMailboxName(target + name.slice(old.length));
    if (names.includes(renamed) && !touched.includes(renamed)) {
      throw new MailboxExists(`Cannot rename to "${renamed}": it is there`);
    }
    return [name, renamed];
  });
}

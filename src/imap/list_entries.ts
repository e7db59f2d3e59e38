/**
 * What LIST answers: names with their attributes (RFC 9051 §6.3.9, §7.3.1; RFC 5258).
 * Pure.
 *
 * @module
 */

import type { MailboxInfo } from "../store/mod.ts";
import { DELIMITER } from "./mailbox_name.ts";

/** What is asked for. */
export interface ListQuestion {
  readonly matches: (name: string) => boolean;
  /** Selection: subscribed names only, whether or not there are such mailboxes. */
  readonly subscribed: boolean;
  /** Selection: mailboxes with a special use only (RFC 6154 §5.2). */
  readonly specialUse: boolean;
  /** Names above those that are selected are told, too. */
  readonly recursive: boolean;
  /** Subscriptions are to be told. */
  readonly tellSubscribed: boolean;
  /** The attributes of RFC 5258 and RFC 9051; without, those of RFC 3501. */
  readonly extended: boolean;
}

export interface ListEntry {
  readonly name: string;
  readonly attributes: readonly string[];
  /** There is a mailbox that can be opened. */
  readonly selectable: boolean;
  /** Something below the name was selected, and the name itself perhaps not (RFC 5258 §3.5). */
  readonly childInfo: boolean;
}

/** The answer, in the order of `infos`; subscriptions without a mailbox come after. */
export function listEntries(
  infos: readonly MailboxInfo[],
  subscriptions: readonly string[],
  question: ListQuestion,
): ListEntry[] {
  const all = withMissing(infos, subscriptions, question);
  const selected = all.filter((info) => isSelected(info, question));
  const names = new Set(selected.map(({ name }) => name));
  const above = question.recursive
    ? new Set(selected.flatMap(({ name }) => namesAbove(name)))
    : new Set<string>();
  return all
    .filter(({ name }) =>
      question.matches(name) && (names.has(name) || above.has(name))
    )
    .map((info) => entryOf(info, above.has(info.name), question));
}

/** Subscriptions outlive mailboxes (RFC 9051 §6.3.7); names above them may be none at all. */
function withMissing(
  infos: readonly MailboxInfo[],
  subscriptions: readonly string[],
  { subscribed, recursive }: ListQuestion,
): readonly MailboxInfo[] {
  if (!subscribed) return infos;
  const all = new Map(infos.map((info) => [info.name, info]));
  for (const name of subscriptions) {
    for (const above of recursive ? namesAbove(name) : []) {
      if (!all.has(above)) all.set(above, missing(above, false));
    }
    if (!all.has(name)) all.set(name, missing(name, true));
  }
  return [...all.values()];
}

function missing(name: string, subscribed: boolean): MailboxInfo {
  return {
    name,
    selectable: false,
    hasChildren: !subscribed,
    specialUse: undefined,
    subscribed,
  };
}

function isSelected(info: MailboxInfo, question: ListQuestion): boolean {
  return (!question.subscribed || info.subscribed) &&
    (!question.specialUse || info.specialUse !== undefined);
}

/** "a" and "a/b" for "a/b/c". */
export function namesAbove(name: string): string[] {
  const levels = name.split(DELIMITER);
  return levels.slice(1).map((_, i) => levels.slice(0, i + 1).join(DELIMITER));
}

function entryOf(
  info: MailboxInfo,
  childInfo: boolean,
  question: ListQuestion,
): ListEntry {
  const { name, selectable, hasChildren, specialUse, subscribed } = info;
  const attributes: string[] = [];
  // RFC 9051 §7.3.1: \NonExistent says \Noselect, too; RFC 3501 knows the latter only.
  if (!selectable) {
    attributes.push(question.extended ? "\\NonExistent" : "\\Noselect");
  }
  attributes.push(hasChildren ? "\\HasChildren" : "\\HasNoChildren");
  if (subscribed && question.tellSubscribed) attributes.push("\\Subscribed");
  if (specialUse !== undefined) attributes.push(specialUse);
  return { name, attributes, selectable, childInfo };
}

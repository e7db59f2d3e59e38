/**
 * LIST, plain and extended (RFC 9051 §6.3.9; in IMAP4rev1 RFC 5258, RFC 5819 STATUS,
 * RFC 6154 SPECIAL-USE, RFC 3348 CHILDREN), and LSUB (RFC 3501 §6.3.9).
 */

import { type Session, work } from "../../wire/mod.ts";
import { type ImapSession, userOf } from "../imap_session.ts";
import { listEntries, type ListEntry, namesAbove } from "../list_entries.ts";
import { decodeName } from "../mailbox_name.ts";
import { mailboxPattern } from "../mailbox_pattern.ts";
import type { Command } from "../rows.ts";
import type { Scanner } from "../scanner.ts";
import { AFTER_LOGIN } from "../states.ts";
import { BadSyntax } from "../status.ts";
import { readStatusItems, tellStatus } from "../status_items.ts";
import { type ExtendedItem, tellEntry } from "../tell_mailbox.ts";

interface Options {
  readonly selection: ReadonlySet<string>;
  readonly returns: ReadonlySet<string>;
  readonly status: readonly string[] | undefined;
  /** Something was said that only the extended form has. */
  readonly extended: boolean;
}

const SELECTIONS = ["SUBSCRIBED", "REMOTE", "RECURSIVEMATCH", "SPECIAL-USE"];
const RETURNS = ["SUBSCRIBED", "CHILDREN", "SPECIAL-USE"];

export const list: Command = {
  name: "LIST",
  syntax: "LIST [(selection ...)] reference pattern [RETURN (option ...)]",
  states: AFTER_LOGIN,
  *run(s, scanner) {
    scanner.space();
    const selection = readSelection(scanner);
    const reference = yield* readReference(s, scanner);
    scanner.space();
    const several = scanner.peek() === "(";
    const patterns = several
      ? yield* scanner.sessionList(() => scanner.listMailbox())
      : [yield* scanner.listMailbox()];
    const { returns, status } = readReturns(s, scanner);
    scanner.end();
    const extended = selection !== undefined || several ||
      returns !== undefined;
    if (!extended && patterns[0] === "") return tellDelimiter(s);
    yield* answer(s, reference, patterns, {
      selection: selection ?? new Set(),
      returns: returns ?? new Set(),
      status,
      extended: extended || s.enabled.has("IMAP4REV2"),
    });
    return undefined;
  },
};

function readSelection(scanner: Scanner): ReadonlySet<string> | undefined {
  if (scanner.peek() !== "(") return undefined;
  const options = new Set(
    scanner.list(() => oneOf(scanner, SELECTIONS, "selection option"), true),
  );
  // RFC 9051 §6.3.9.1: it widens another selection, and is none by itself.
  if (
    options.has("RECURSIVEMATCH") && !options.has("SUBSCRIBED") &&
    !options.has("SPECIAL-USE")
  ) {
    throw new BadSyntax("RECURSIVEMATCH needs another selection");
  }
  scanner.space();
  return options;
}

function readReturns(
  s: ImapSession,
  scanner: Scanner,
): { returns: ReadonlySet<string> | undefined; status: string[] | undefined } {
  let status: string[] | undefined;
  if (!scanner.tryTake(" ")) return { returns: undefined, status };
  if (scanner.word("RETURN") !== "RETURN") {
    throw new BadSyntax("expected RETURN");
  }
  scanner.space();
  const returns = scanner.list(() => {
    const name = oneOf(scanner, [...RETURNS, "STATUS"], "return option");
    if (name === "STATUS") {
      scanner.space();
      status = readStatusItems(s, scanner);
    }
    return name;
  }, true);
  return { returns: new Set(returns), status };
}

function oneOf(
  scanner: Scanner,
  names: readonly string[],
  what: string,
): string {
  const name = scanner.word(`a ${what}`);
  if (!names.includes(name)) throw new BadSyntax(`unknown ${what} ${name}`);
  return name;
}

/** The reference: what the pattern starts from. It may end in a delimiter, or be empty. */
function* readReference(s: ImapSession, scanner: Scanner): Session<string> {
  return decodeName(s, yield* scanner.astring("a reference")) ?? "";
}

function* answer(
  s: ImapSession,
  reference: string,
  patterns: readonly string[],
  { selection, returns, status, extended }: Options,
): Session<void> {
  const user = userOf(s);
  const infos = yield* work(() => user.list());
  const subscriptions = yield* work(() => user.subscribed());
  const matchers = patterns.flatMap((pattern) => {
    const text = decodeName(s, pattern);
    return text === undefined ? [] : [mailboxPattern(reference + text)];
  });
  const entries = listEntries(infos, subscriptions, {
    matches: (name) => matchers.some((matches) => matches(name)),
    subscribed: selection.has("SUBSCRIBED"),
    specialUse: selection.has("SPECIAL-USE"),
    recursive: selection.has("RECURSIVEMATCH"),
    tellSubscribed: selection.has("SUBSCRIBED") || returns.has("SUBSCRIBED"),
    extended,
  });
  for (const entry of entries) {
    tellEntry(s, "LIST", entry, childInfoOf(entry, selection));
    yield* s.out.relieve();
    if (status !== undefined && entry.selectable) {
      yield* tellStatusOf(s, entry.name, status);
    }
  }
}

/** RFC 5819 §2: a STATUS behind each LIST; a mailbox that went meanwhile has none. */
function* tellStatusOf(
  s: ImapSession,
  name: string,
  items: readonly string[],
): Session<void> {
  const user = userOf(s);
  const mailbox = yield* work(() => user.mailbox(name));
  if (mailbox !== undefined) yield* tellStatus(s, mailbox, items);
}

function childInfoOf(
  { childInfo }: ListEntry,
  selection: ReadonlySet<string>,
): ExtendedItem | undefined {
  if (!childInfo) return undefined;
  const found = ["SUBSCRIBED", "SPECIAL-USE"].filter((one) =>
    selection.has(one)
  );
  return { name: "CHILDINFO", values: found };
}

/** RFC 9051 §6.3.9: an empty pattern asks for the delimiter and the root. */
function tellDelimiter(s: ImapSession): undefined {
  tellEntry(s, "LIST", { name: "", attributes: ["\\Noselect"] });
  return undefined;
}

export const lsub: Command = {
  name: "LSUB",
  syntax: "LSUB reference pattern",
  states: AFTER_LOGIN,
  *run(s, scanner) {
    scanner.space();
    const reference = yield* readReference(s, scanner);
    scanner.space();
    const pattern = decodeName(s, yield* scanner.listMailbox()) ?? "";
    scanner.end();
    const user = userOf(s);
    const subscriptions = yield* work(() => user.subscribed());
    for (const entry of lsubEntries(subscriptions, reference + pattern)) {
      tellEntry(s, "LSUB", entry);
      yield* s.out.relieve();
    }
    return undefined;
  },
};

/** RFC 3501 §6.3.9: where `%` hides a subscribed name, the one above it stands for it. */
function lsubEntries(
  subscriptions: readonly string[],
  pattern: string,
): Pick<ListEntry, "name" | "attributes">[] {
  const matches = mailboxPattern(pattern);
  const entries = new Map<string, string[]>();
  for (const name of subscriptions) {
    if (matches(name)) entries.set(name, []);
    else {
      for (const above of namesAbove(name)) {
        if (matches(above) && !subscriptions.includes(above)) {
          entries.set(above, ["\\Noselect"]);
        }
      }
    }
  }
  return [...entries].map(([name, attributes]) => ({ name, attributes }));
}

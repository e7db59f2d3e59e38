/**
 * What a feature is: one row, in one file, with one line in its list.
 *
 * | row | list |
 * |---|---|
 * | {@linkcode Command} | `commands.ts` |
 * | {@linkcode Extension} | `extensions.ts` |
 * | {@linkcode FetchItem} | `fetch/fetch_items.ts` |
 * | {@linkcode SearchKey} | `search/search_keys.ts` |
 *
 * @module
 */

import type { Session } from "../wire/mod.ts";
import type { Column } from "./column.ts";
import type { ImapSession, State } from "./imap_session.ts";
import type { Message } from "./message.ts";
import type { Output } from "./output.ts";
import type { Scanner } from "./scanner.ts";
import type { SequenceSet } from "./sequence_set.ts";
import type { Status } from "./status.ts";

/** A command's completion; undefined is OK in the usual words. */
export type Outcome = Status | undefined;

export interface Command {
  /** In upper case; "UID FETCH" is a name of its own. */
  readonly name: string;
  /** As a person would write it; it stands in the BAD of a command with wrong arguments. */
  readonly syntax: string;
  /** Where the command is legal; elsewhere it is refused and changes nothing. */
  readonly states: readonly State[];
  /** Sequence numbers must stand until it is completed: no EXPUNGE (RFC 9051 §7.5.1). */
  readonly keepsNumbers?: boolean;
  /**
   * Runs it. The scanner stands right behind the name. It parses all, then checks the
   * state, then calls the store.
   */
  readonly run: (
    s: ImapSession,
    scanner: Scanner,
  ) => Outcome | Session<Outcome>;
}

export interface Extension {
  readonly rfc: string;
  /** What CAPABILITY announces now. */
  readonly announce: (s: ImapSession) => readonly string[];
  /** Names that ENABLE takes (RFC 9051 §6.3.1). */
  readonly enables?: readonly string[];
  readonly commands?: readonly Command[];
}

/** What has to be read to answer, from the least to the most. */
export type Need = "meta" | "header" | "structure" | "body";

/** What writing an item or trying a key may know of the session. */
export interface MessageContext {
  /** IMAP4rev2 is enabled. */
  readonly rev2: boolean;
  /** Quoted strings may hold UTF-8 (rev2, or UTF8=ACCEPT). */
  readonly utf8: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The largest sequence number and UID of the view: what `*` stands for; 0 in an empty mailbox. */
  readonly largestSequence: number;
  readonly largestUid: number;
  /** The UIDs that `$` stands for (RFC 9051 §6.4.4.1). */
  readonly saved: ReadonlySet<number>;
  /** The view's (`view.ts`), to be looked up and filled; absent where there is no view. */
  readonly sentDays?: Column;
}

/** A fetch item with its arguments, ready to be written for many messages. */
export interface FetchAttribute {
  /** As it stands in the command, without arguments: "BODY.PEEK". */
  readonly name: string;
  readonly needs: Need;
  /** Reading it sets \Seen, as BODY[] and RFC822.TEXT do. */
  readonly setsSeen?: boolean;
  /** Writes name, space and value: `ENVELOPE (…)`. */
  readonly write: (
    out: Output,
    message: Message,
    context: MessageContext,
  ) => void | Session<void>;
}

export interface FetchItem {
  /** In upper case, without what stands in brackets: "BODY", "BODY.PEEK", "RFC822.SIZE". */
  readonly name: string;
  /** Reads what follows the name: `[1.MIME]<0.2048>`, ` (LAZY)`, or nothing. */
  readonly parse: (
    scanner: Scanner,
  ) => FetchAttribute | Session<FetchAttribute>;
}

/** What is known of a message before anything is read. */
export type Known = Pick<Message, "meta" | "sequence" | "recent" | "lacks">;

/** A search key with its arguments, ready to be tried on many messages. */
export interface Criterion {
  readonly needs: Need;
  /** What is tried before a message is opened: false for one that cannot match. Where nothing but metadata is needed, it decides. */
  readonly may?: (known: Known, context: MessageContext) => boolean;
  /** True when it speaks of MODSEQ, so that the answer has one (RFC 7162 §3.1.5). */
  readonly usesModseq?: boolean;
  /** Messages outside of it cannot match; spares the look at all others. */
  readonly only?: {
    readonly set: SequenceSet;
    readonly by: "sequence" | "uid";
  };
  readonly matches: (
    message: Message,
    context: MessageContext,
  ) => boolean | Session<boolean>;
}

/** How strings of a search are to be read. */
export interface SearchOptions {
  /** The charset of the command, in upper case: one that `mail/` knows. */
  readonly charset: string;
  /** Sequence numbers are not spoken any more (RFC 9586 §3.1). */
  readonly uidOnly?: boolean;
}

export interface SearchKey {
  /** In upper case: "HEADER". */
  readonly name: string;
  /** Reads what follows the name, from its space on. */
  readonly parse: (
    scanner: Scanner,
    options: SearchOptions,
  ) => Criterion | Session<Criterion>;
}

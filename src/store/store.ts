/**
 * The port of mailboxes: what users have.
 *
 * Two implementations: `memory_store.ts` and `maildir_store.ts`. Every change is
 * durable when its promise resolves, and is announced to watchers after that.
 *
 * @module
 */

/** A flag with its backslash where IMAP has one: "\\Seen", "\\Deleted", "$Forwarded". */
export type Flag = string;

/** What is known of a message without reading it. */
export interface Meta {
  /** Ascending in delivery order, never used twice within one UIDVALIDITY. */
  readonly uid: number;
  /** Octets of the message as it is served. */
  readonly size: number;
  readonly flags: readonly Flag[];
  /** Milliseconds since 1970. */
  readonly internalDate: number;
  readonly modseq: number;
  /** Names the message for its whole life, across index rebuilds and flag changes: printable ASCII without space, at most 70 octets (RFC 1939 §7). */
  readonly uniqueId: string;
  /** When the message came into this mailbox; milliseconds since 1970, in whole seconds (RFC 8514). */
  readonly savedDate: number;
  /** The same for all copies of a message, wherever they are moved (RFC 8474 §5.1): letters, digits, "_" and "-". */
  readonly emailId: string;
}

/** A durable change of a mailbox. */
export type Change =
  | { readonly kind: "appended"; readonly meta: Meta }
  | { readonly kind: "expunged"; readonly uid: number; readonly modseq: number }
  | { readonly kind: "flags"; readonly meta: Meta };

/** The octets of a message, from the first to the last. */
export interface MessageOctets {
  readonly size: number;
  /** The next octets, at most `max`, which nobody changes afterwards; undefined at the end. */
  read(max: number): Promise<Uint8Array | undefined>;
  /** Passes over the next octets without reading them. */
  skip(octets: number): void;
  close(): void;
}

export interface AppendOptions {
  readonly flags?: readonly Flag[];
  /** Milliseconds since 1970; now where absent. */
  readonly internalDate?: number;
  /** Milliseconds since 1970; now where absent. */
  readonly savedDate?: number;
  /**
   * The spool's name of this delivery. An append with a name that the mailbox has
   * already (a replay after a crash) changes nothing and resolves to what is there.
   */
  readonly deliveryId?: string;
}

/** How much is in a mailbox. */
export interface MailboxStatus {
  readonly messages: number;
  readonly octets: number;
  /** Messages without \\Seen. */
  readonly unseen: number;
  /** Messages with \\Deleted. */
  readonly deleted: number;
  /** Keywords that messages have or had, as they were first spelled, sorted. */
  readonly keywords: readonly Flag[];
  /** UIDs from this one on are \\Recent: no session has claimed them yet (RFC 3501 §2.3.2). */
  readonly recentFrom: number;
  /** No message has, or had, this UID or a higher one. */
  readonly uidNext: number;
  /** At least the modseq of the latest change; never goes back (RFC 7162 §3.1.2.1). At least 1. */
  readonly highestModseq: number;
}

/** What a mailbox is now; changes that come after it are told to the listener. */
export interface Followed {
  readonly metas: readonly Meta[];
  readonly status: MailboxStatus;
  /** Ends the telling. */
  end(): void;
}

/** A message and its copy. */
export interface UidPair {
  readonly from: number;
  readonly to: number;
}

/**
 * Messages on their way in, one after the other; all of them are stored, or none
 * (RFC 3502). Its calls must not overlap. Whoever does not commit must abort.
 */
export interface Draft {
  /** Begins the next message. @throws {TooManyKeywords} */
  begin(options?: AppendOptions): Promise<void>;
  /** The next octets of the message that was begun last; they may be overwritten once it resolves. */
  write(octets: Uint8Array): Promise<void>;
  /** Durable when it resolves; on rejection nothing was stored. */
  commit(): Promise<readonly Meta[]>;
  /** Forgets all; harmless after a commit. */
  abort(): Promise<void>;
}

/** Octets by kind and UID. */
export type FindingsByKind = ReadonlyMap<
  string,
  ReadonlyMap<number, Uint8Array>
>;

/**
 * What was found out about messages once, to be had without reading them again. It may
 * be forgotten at any time.
 */
export interface MessageCache {
  /** What is kept as `kind` for those of `uids` for which something is. */
  get(
    uids: readonly number[],
    kind: string,
  ): Promise<ReadonlyMap<number, Uint8Array>>;
  /**
   * Looks for `part` in what is kept as `kind` for `uids`.
   *
   * @param part One octet or more.
   */
  search(
    uids: readonly number[],
    kind: string,
    part: Uint8Array,
  ): Promise<PartMatches>;
  /** Keeps octets by kind and UID, all in one step; they must not change afterwards. UIDs that are gone are passed over. */
  put(found: FindingsByKind): Promise<void>;
}

/** What is in neither of the two is kept and does not have the part. */
export interface PartMatches {
  /** What has it, by UID; and all that is of a single octet or none, and stands for something else. */
  readonly having: ReadonlyMap<number, Uint8Array>;
  /** UIDs for which nothing is kept. */
  readonly unknown: ReadonlySet<number>;
}

/** The text of a message, folded: letter case in ASCII makes no difference to who keeps it. */
export interface MessageText {
  /** Of the message, of its parts, and of enclosed messages. */
  readonly headers: string;
  readonly bodies: string;
}

/** Where a text may be. What is in none of the sets does not have it. */
export interface TextMatches {
  /** UIDs of messages whose bodies have it. */
  readonly inBodies: ReadonlySet<number>;
  /** UIDs of messages whose headers have it. */
  readonly inHeaders: ReadonlySet<number>;
  /** UIDs of messages that have to be read to tell, some of the above perhaps among them. */
  readonly unsure: ReadonlySet<number>;
}

/**
 * The words of a mailbox's messages, to find those that need not be read in a search.
 * It may be behind, or be forgotten, at any time.
 */
export interface TextIndex {
  /** Looks for `text`, which is folded; undefined when it cannot tell: then every message may have it. */
  find(text: string): Promise<TextMatches | undefined>;
  /** UIDs of which nothing is kept, ascending, at most `limit`; none when the index is off. */
  missing(limit: number): Promise<readonly number[]>;
  /**
   * Keeps texts by UID, a dozen at a time: each takes a millisecond or two. A message whose
   * text is undefined has to be read in every search. UIDs that are gone are passed over.
   */
  put(texts: ReadonlyMap<number, MessageText | undefined>): Promise<void>;
  /** True when texts of the account are kept: somebody searched in it, or might have. */
  isBegun(): Promise<boolean>;
}

export interface Mailbox {
  /** Follows renames. */
  readonly name: string;
  readonly uidValidity: number;
  /** Stays when the mailbox is renamed (RFC 8474 §4.1): letters, digits, "_" and "-". */
  readonly id: string;
  readonly specialUse?: SpecialUse | undefined;
  /** All messages, ascending by UID, as of now; the array does not change later. */
  metas(): Promise<readonly Meta[]>;
  status(): Promise<MailboxStatus>;
  /** As `metas`, `status` and `watch` at one moment: the listener hears of all that is changed after what is told here. */
  follow(listener: (change: Change) => void): Promise<Followed>;
  /** Looks whether other programs changed the mailbox, and tells the watchers. */
  refresh(): Promise<void>;
  /**
   * Makes all messages of now no longer \\Recent for other sessions.
   *
   * @returns The UID from which on messages are \\Recent for the caller.
   */
  claimRecent(): Promise<number>;
  /**
   * UIDs of messages that were expunged after `modseq`, ascending, each once; undefined
   * when that is not known (RFC 7162 §3.2.6): then all UIDs that are not there may be.
   */
  expungedSince(modseq: number): Promise<readonly number[] | undefined>;
  /** Rejects with {@linkcode NoSuchMessage} when it was expunged. */
  read(uid: number): Promise<MessageOctets>;
  /** Stores one message; `chunks` is read once. */
  append(
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    options?: AppendOptions,
  ): Promise<Meta>;
  /** Stores many messages, or none. */
  appendAll(
    messages: readonly {
      readonly chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
      readonly options?: AppendOptions;
    }[],
  ): Promise<readonly Meta[]>;
  /** Begins to store messages that come octet by octet. */
  draft(): Draft;
  /**
   * Sets flags; unknown UIDs are passed over.
   *
   * @returns UIDs of messages that were left alone because they changed after `unchangedSince` (RFC 7162 §3.1.3), ascending.
   */
  setFlags(
    uids: readonly number[],
    how: "add" | "remove" | "replace",
    flags: readonly Flag[],
    options?: { readonly unchangedSince?: number | undefined },
  ): Promise<readonly number[]>;
  /** Removes messages for good; unknown UIDs are passed over. */
  expunge(uids: readonly number[]): Promise<void>;
  /** Copies messages, all or none, to another mailbox of the same user or to this one; unknown UIDs are passed over. @throws {NoSuchMailbox} */
  copy(uids: readonly number[], to: string): Promise<readonly UidPair[]>;
  /** Moves messages; each is here or there at any moment, after a power cut perhaps at both. Unknown UIDs are passed over. @throws {NoSuchMailbox} */
  move(uids: readonly number[], to: string): Promise<readonly UidPair[]>;
  readonly cache: MessageCache;
  readonly text: TextIndex;
  /** Tells of every change until the returned function is called. */
  watch(listener: (change: Change) => void): () => void;
}

/** What a mailbox is for (RFC 6154 §2); those that only a view over others could be are left out. */
export type SpecialUse =
  | "\\Archive"
  | "\\Drafts"
  | "\\Junk"
  | "\\Sent"
  | "\\Trash";

/** One name of the hierarchy. */
export interface MailboxInfo {
  readonly name: string;
  /** False for a name that exists only because of those below it. */
  readonly selectable: boolean;
  readonly hasChildren: boolean;
  readonly specialUse?: SpecialUse | undefined;
  readonly subscribed: boolean;
}

/** A durable change of the list of mailboxes. */
export type MailboxListChange =
  | {
    readonly kind: "created" | "deleted" | "subscribed" | "unsubscribed";
    readonly name: string;
  }
  | {
    /** Told once for each mailbox of a tree. */
    readonly kind: "renamed";
    readonly name: string;
    readonly from: string;
  };

/** Limits of an account; what is absent has none. */
export interface QuotaLimits {
  readonly octets?: number | undefined;
  readonly messages?: number | undefined;
}

/** How much an account has in all its mailboxes (RFC 9208), and how much it may. */
export interface Quota {
  readonly octets: number;
  readonly messages: number;
  readonly limits: QuotaLimits;
}

export interface MailUser {
  /** The mailbox `name` ("INBOX", "Sent", "Lists/Deno"), or undefined. */
  mailbox(name: string): Promise<Mailbox | undefined>;
  /** The names of all mailboxes, INBOX first, the others sorted. */
  mailboxes(): Promise<readonly string[]>;
  /** Mailboxes, and the names above them that are none; INBOX first, the others sorted. */
  list(): Promise<readonly MailboxInfo[]>;
  /** Makes a mailbox; returns the one that is there already. @throws {InvalidMailboxName} */
  create(
    name: string,
    options?: { readonly specialUse?: SpecialUse | undefined },
  ): Promise<Mailbox>;
  /**
   * Removes a mailbox with all messages; mailboxes below it stay.
   *
   * @throws {NoSuchMailbox | InvalidMailboxName} For a name that is not there; for INBOX.
   */
  delete(name: string): Promise<void>;
  /**
   * Renames a mailbox, or a name that is none, with all that is below it. Renaming INBOX
   * moves its messages to a new mailbox (RFC 9051 §6.3.6).
   *
   * @throws {NoSuchMailbox | MailboxExists | InvalidMailboxName}
   */
  rename(from: string, to: string): Promise<void>;
  /** Names, sorted; subscriptions outlive their mailboxes (RFC 9051 §6.3.7). */
  subscribed(): Promise<readonly string[]>;
  /** @throws {InvalidMailboxName} */
  subscribe(name: string): Promise<void>;
  unsubscribe(name: string): Promise<void>;
  /** Makes Drafts, Sent, Junk, Trash and Archive with their special uses, subscribed, once in an account's life. */
  makeDefaults(): Promise<void>;
  /** Tells of every change of the list of mailboxes until the returned function is called. */
  watchList(listener: (change: MailboxListChange) => void): () => void;
  quota(): Promise<Quota>;
  /** Sets all limits. Whatever would exceed one rejects with {@linkcode OverQuota}. */
  setQuota(limits: QuotaLimits): Promise<void>;
  /** Switches the text index of the account; switched off it is forgotten. It is on until then. */
  setTextIndex(on: boolean): Promise<void>;
}

export interface Store {
  /** Opens a user's mail by the account's canonical address, making the folders at first use. */
  open(account: string): Promise<MailUser>;
  close(): Promise<void>;
}

/** The message is not, or no longer, in the mailbox. */
export class NoSuchMessage extends Error {
  override name = "NoSuchMessage";
}

/** The mailbox is not, or no longer, there. */
export class NoSuchMailbox extends Error {
  override name = "NoSuchMailbox";
}

/** There is a mailbox of that name. */
export class MailboxExists extends Error {
  override name = "MailboxExists";
}

/** No mailbox can have that name. */
export class InvalidMailboxName extends Error {
  override name = "InvalidMailboxName";
}

/** The account may not have that much mail. */
export class OverQuota extends Error {
  override name = "OverQuota";
}

/** The mailbox has as many keywords as it can. */
export class TooManyKeywords extends Error {
  override name = "TooManyKeywords";
}

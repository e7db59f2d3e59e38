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
}

/** A durable change of a mailbox. */
export type Change =
  | { readonly kind: "appended"; readonly meta: Meta }
  | { readonly kind: "expunged"; readonly uid: number; readonly modseq: number }
  | { readonly kind: "flags"; readonly meta: Meta };

/** The octets of a message, from the first to the last. */
export interface MessageOctets {
  readonly size: number;
  /** The next octets, at most `max`; undefined at the end. */
  read(max: number): Promise<Uint8Array | undefined>;
  close(): void;
}

export interface AppendOptions {
  readonly flags?: readonly Flag[];
  /** Milliseconds since 1970; now where absent. */
  readonly internalDate?: number;
  /**
   * The spool's name of this delivery. An append with a name that the mailbox has
   * already (a replay after a crash) changes nothing and resolves to what is there.
   */
  readonly deliveryId?: string;
}

export interface Mailbox {
  readonly name: string;
  readonly uidValidity: number;
  /** All messages, ascending by UID, as of now; the array does not change later. */
  metas(): Promise<readonly Meta[]>;
  /** Rejects with {@linkcode NoSuchMessage} when it was expunged. */
  read(uid: number): Promise<MessageOctets>;
  /** Stores one message; `chunks` is read once. */
  append(
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    options?: AppendOptions,
  ): Promise<Meta>;
  setFlags(
    uids: readonly number[],
    how: "add" | "remove" | "replace",
    flags: readonly Flag[],
  ): Promise<void>;
  /** Removes messages for good; unknown UIDs are passed over. */
  expunge(uids: readonly number[]): Promise<void>;
  /** Copies messages to another mailbox of the same user. */
  copy(uids: readonly number[], to: string): Promise<void>;
  /** Tells of every change until the returned function is called. */
  watch(listener: (change: Change) => void): () => void;
}

export interface MailUser {
  /** The mailbox `name` ("INBOX", "Sent", "Lists/Deno"), or undefined. */
  mailbox(name: string): Promise<Mailbox | undefined>;
  mailboxes(): Promise<readonly string[]>;
  /** Makes a mailbox; returns the one that is there already. */
  create(name: string): Promise<Mailbox>;
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

/** No mailbox can have that name. */
export class InvalidMailboxName extends Error {
  override name = "InvalidMailboxName";
}

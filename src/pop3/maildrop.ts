/**
 * A maildrop: the inbox as it stood at login, numbered from 1 (RFC 1939 §4, §5, §6).
 *
 * Numbers and sizes are fixed for the session. Nothing changes in the mailbox before
 * {@linkcode Maildrop.update}, which only QUIT calls.
 *
 * @module
 */

import type { Mailbox, MailUser, Meta, Store } from "../store/mod.ts";
import { type OpenMessage, openMessage } from "./open_message.ts";
import { err, Refusal, type Reply } from "./reply.ts";
import { replies } from "./replies.ts";

/** Messages of at most this many octets are fetched while the client takes the one before. */
const AHEAD_MAX = 256 * 1024;

/** Opens the inbox of `account`. */
export async function openMaildrop(
  store: Store,
  account: string,
): Promise<Maildrop> {
  const user = await store.open(account);
  const inbox = await user.mailbox("INBOX") ?? await user.create("INBOX");
  return new Maildrop(user, inbox, await inbox.metas());
}

/** The marks that one session puts on a maildrop. */
export class Maildrop {
  readonly #user: MailUser;
  readonly #inbox: Mailbox;
  readonly #metas: readonly Meta[];
  readonly #deleted = new Set<Meta>();
  readonly #retrieved = new Set<Meta>();
  #ahead: { meta: Meta; message: Promise<OpenMessage> } | undefined;
  #closed = false;
  /** Messages that are not deleted. */
  count: number;
  /** Octets of the messages that are not deleted. */
  octets: number;

  constructor(user: MailUser, inbox: Mailbox, metas: readonly Meta[]) {
    this.#user = user;
    this.#inbox = inbox;
    this.#metas = metas;
    this.count = metas.length;
    this.octets = totalSize(metas);
  }

  /**
   * The message with this number.
   *
   * @throws {Refusal} When there is none, or when it is deleted.
   */
  message(number: number): Meta {
    const meta = this.#metas[number - 1];
    if (meta === undefined) throw new Refusal(this.#noSuchMessage());
    if (this.#deleted.has(meta)) throw new Refusal(replies.deleted);
    return meta;
  }

  /** All messages that are not deleted, with their numbers. */
  messages(): IteratorObject<[number: number, meta: Meta]> {
    return this.#metas.entries()
      .filter(([, meta]) => !this.#deleted.has(meta))
      .map(([index, meta]) => [index + 1, meta]);
  }

  delete(number: number): void {
    const meta = this.message(number);
    this.#deleted.add(meta);
    this.count--;
    this.octets -= meta.size;
  }

  /** Takes all marks back (RFC 1939 §5, RSET). */
  reset(): void {
    this.#deleted.clear();
    this.#retrieved.clear();
    this.count = this.#metas.length;
    this.octets = totalSize(this.#metas);
  }

  /** Remembers that the client has the whole message. */
  markRetrieved(number: number): void {
    this.#retrieved.add(this.message(number));
  }

  /** Opens a message; rejects with the store's NoSuchMessage when it is gone. */
  async open(meta: Meta): Promise<OpenMessage> {
    const message = await (this.#takeAhead(meta) ?? this.#fetch(meta));
    // The session may have ended meanwhile, and then nobody else closes it.
    if (this.#closed) message.close();
    return message;
  }

  /** Begins to fetch the message behind `number`; at most one waits, and only a small one. */
  readAhead(number: number): void {
    const meta = this.#metas[number];
    if (meta === undefined || this.#deleted.has(meta)) return;
    if (meta.size > AHEAD_MAX) return;
    const message = this.#fetch(meta, AHEAD_MAX);
    // Whoever opens the message hears of the failure; nobody may.
    message.catch(() => {});
    this.#dropAhead();
    this.#ahead = { meta, message };
  }

  /**
   * Makes the marks last (RFC 1939 §6): what is deleted goes, to the Trash where `toTrash`.
   *
   * @returns How many messages were removed.
   */
  async update(toTrash: boolean): Promise<number> {
    const deleted = uidsOf(this.#deleted);
    if (deleted.length === 0) return 0;
    if (toTrash) await this.#copyToTrash(deleted);
    await this.#inbox.expunge(deleted);
    return deleted.length;
  }

  /** Marks as seen what was retrieved and stays. */
  async markSeen(): Promise<void> {
    const unseen = [...this.#retrieved].filter((meta) =>
      !this.#deleted.has(meta) && !meta.flags.includes("\\Seen")
    );
    if (unseen.length === 0) return;
    await this.#inbox.setFlags(uidsOf(unseen), "add", ["\\Seen"]);
  }

  close(): void {
    this.#closed = true;
    this.#dropAhead();
  }

  async #fetch(meta: Meta, most?: number): Promise<OpenMessage> {
    return await openMessage(await this.#inbox.read(meta.uid), most);
  }

  /** What was fetched ahead, if it is this message. */
  #takeAhead(meta: Meta): Promise<OpenMessage> | undefined {
    const ahead = this.#ahead;
    if (ahead?.meta !== meta) this.#dropAhead();
    this.#ahead = undefined;
    return ahead?.meta === meta ? ahead.message : undefined;
  }

  #dropAhead(): void {
    this.#ahead?.message.then((message) => message.close(), () => {});
    this.#ahead = undefined;
  }

  async #copyToTrash(uids: readonly number[]): Promise<void> {
    await this.#user.create("Trash");
    // Another program may have removed some: those cannot be copied any more.
    const there = new Set((await this.#inbox.metas()).map((meta) => meta.uid));
    await this.#inbox.copy(uids.filter((uid) => there.has(uid)), "Trash");
  }

  #noSuchMessage(): Reply {
    const messages = this.#metas.length === 1 ? "message" : "messages";
    return err(
      `no such message, ${this.#metas.length} ${messages} in maildrop`,
    );
  }
}

function totalSize(metas: readonly Meta[]): number {
  return metas.reduce((sum, meta) => sum + meta.size, 0);
}

function uidsOf(metas: Iterable<Meta>): number[] {
  return Array.from(metas, (meta) => meta.uid);
}

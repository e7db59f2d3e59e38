/**
 * Mailboxes in memory: the port's contract in its shortest form, for tests and for reading.
 *
 * @module
 */

import { DEFAULT_MAILBOXES, infosOf, inOrder, renamings } from "./hierarchy.ts";
import { INBOX, normalMailboxName } from "./mailbox_name.ts";
import { MemoryMailbox } from "./memory_mailbox.ts";
import {
  InvalidMailboxName,
  type Mailbox,
  MailboxExists,
  type MailboxInfo,
  type MailboxListChange,
  type MailUser,
  NoSuchMailbox,
  OverQuota,
  type Quota,
  type QuotaLimits,
  type SpecialUse,
  type Store,
} from "./store.ts";

/** An empty store. */
export function memoryStore(
  now: () => number = Date.now,
): Store {
  const users = new Map<string, MemoryUser>();
  return {
    open: (account) => {
      const user = users.get(account) ?? new MemoryUser(now);
      users.set(account, user);
      return Promise.resolve(user);
    },
    close: () => Promise.resolve(),
  };
}

export class MemoryUser implements MailUser {
  readonly now: () => number;
  hasTextIndex = true;
  readonly #mailboxes = new Map<string, MemoryMailbox>();
  readonly #subscribed = new Set<string>();
  readonly #listeners = new Set<(change: MailboxListChange) => void>();
  #limits: QuotaLimits = { octets: undefined, messages: undefined };
  #hasDefaults = false;
  #count = 0;

  constructor(now: () => number) {
    this.now = now;
    this.#make(INBOX);
  }

  #make(name: string, specialUse?: SpecialUse): MemoryMailbox {
    const mailbox = new MemoryMailbox(name, ++this.#count, this, specialUse);
    this.#mailboxes.set(name, mailbox);
    this.#announce({ kind: "created", name });
    return mailbox;
  }

  find(name: string): MemoryMailbox | undefined {
    return this.#mailboxes.get(normalMailboxName(name));
  }

  has(mailbox: MemoryMailbox): boolean {
    return this.#mailboxes.get(mailbox.name) === mailbox;
  }

  /** A name for a message that is none's copy. */
  freshEmailId(): string {
    return `M${++this.#count}`;
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async mailbox(name: string): Promise<Mailbox | undefined> {
    try {
      return this.find(name);
    } catch (error) {
      if (error instanceof InvalidMailboxName) return undefined;
      throw error;
    }
  }

  mailboxes(): Promise<readonly string[]> {
    return Promise.resolve(inOrder(this.#mailboxes.keys()));
  }

  list(): Promise<readonly MailboxInfo[]> {
    const useOf = (name: string) => this.#mailboxes.get(name)?.specialUse;
    const names = [...this.#mailboxes.keys()];
    return Promise.resolve(infosOf(names, useOf, this.#subscribed));
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async create(
    name: string,
    { specialUse }: { readonly specialUse?: SpecialUse | undefined } = {},
  ): Promise<Mailbox> {
    return this.find(name) ?? this.#make(normalMailboxName(name), specialUse);
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async delete(name: string): Promise<void> {
    const normal = normalMailboxName(name);
    if (normal === INBOX) {
      throw new InvalidMailboxName("Cannot delete INBOX: it is always there");
    }
    if (!this.#mailboxes.delete(normal)) {
      throw new NoSuchMailbox(`Cannot delete mailbox "${name}": not there`);
    }
    this.#announce({ kind: "deleted", name: normal });
  }

  async rename(from: string, to: string): Promise<void> {
    if (normalMailboxName(from) === INBOX) return await this.#moveInbox(to);
    const names = [...this.#mailboxes.keys()];
    for (const [old, name] of renamings(names, from, to)) {
      const mailbox = this.#mailboxes.get(old)!;
      this.#mailboxes.delete(old);
      this.#mailboxes.set(name, mailbox);
      mailbox.name = name;
      this.#announce({ kind: "renamed", name, from: old });
    }
  }

  async #moveInbox(to: string): Promise<void> {
    if (this.find(to)) {
      throw new MailboxExists(`Cannot rename INBOX to "${to}": there`);
    }
    await this.create(to);
    const inbox = this.find(INBOX)!;
    await inbox.move(inbox.all().map(({ uid }) => uid), to);
  }

  subscribed(): Promise<readonly string[]> {
    return Promise.resolve([...this.#subscribed].sort());
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async subscribe(name: string): Promise<void> {
    const normal = normalMailboxName(name);
    if (this.#subscribed.has(normal)) return;
    this.#subscribed.add(normal);
    this.#announce({ kind: "subscribed", name: normal });
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async unsubscribe(name: string): Promise<void> {
    const normal = normalMailboxName(name);
    if (!this.#subscribed.delete(normal)) return;
    this.#announce({ kind: "unsubscribed", name: normal });
  }

  async makeDefaults(): Promise<void> {
    if (this.#hasDefaults) return;
    this.#hasDefaults = true;
    for (const [name, specialUse] of DEFAULT_MAILBOXES) {
      await this.create(name, { specialUse });
      await this.subscribe(name);
    }
  }

  watchList(listener: (change: MailboxListChange) => void): () => void {
    const own = (change: MailboxListChange) => listener(change);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  #announce(change: MailboxListChange): void {
    for (const listener of [...this.#listeners]) listener(change);
  }

  quota(): Promise<Quota> {
    return Promise.resolve(this.#quota());
  }

  #quota(): Quota {
    const metas = [...this.#mailboxes.values()].flatMap((box) => box.all());
    const octets = metas.reduce((sum, { size }) => sum + size, 0);
    return { octets, messages: metas.length, limits: this.#limits };
  }

  setQuota({ octets, messages }: QuotaLimits): Promise<void> {
    this.#limits = { octets, messages };
    return Promise.resolve();
  }

  /** @throws {OverQuota} When so much more is too much. */
  checkQuota(octets: number, messages: number): void {
    const used = this.#quota();
    const { limits } = used;
    if (
      used.octets + octets > (limits.octets ?? Infinity) ||
      used.messages + messages > (limits.messages ?? Infinity)
    ) throw new OverQuota("Cannot store the message: quota exceeded");
  }

  /** Runs `work`, which in the end makes nothing more. */
  withoutQuota<T>(work: () => T): T {
    const limits = this.#limits;
    this.#limits = { octets: undefined, messages: undefined };
    try {
      return work();
    } finally {
      this.#limits = limits;
    }
  }

  setTextIndex(on: boolean): Promise<void> {
    this.hasTextIndex = on;
    if (!on) { for (const { text } of this.#mailboxes.values()) text.forget(); }
    return Promise.resolve();
  }
}

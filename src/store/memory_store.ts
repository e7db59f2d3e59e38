/**
 * Mailboxes in memory: the port's contract in its shortest form, for tests and for reading.
 *
 * @module
 */

import { concatBytes } from "../bytes/mod.ts";
import { changedFlags, normalFlags, sameFlags } from "./flags.ts";
import { INBOX, normalMailboxName } from "./mailbox_name.ts";
import {
  type AppendOptions,
  type Change,
  type Flag,
  InvalidMailboxName,
  type Mailbox,
  type MailUser,
  type MessageOctets,
  type Meta,
  NoSuchMessage,
  type Store,
} from "./store.ts";

/** An empty store. */
export function memoryStore(
  now: () => number = Date.now,
): Store {
  const users = new Map<string, MemoryUser>();
  return {
    open: (account) =>
      Promise.resolve(
        users.get(account) ?? setIn(users, account, new MemoryUser(now)),
      ),
    close: () => Promise.resolve(),
  };
}

class MemoryUser implements MailUser {
  readonly #mailboxes = new Map<string, MemoryMailbox>();
  readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
    this.#make(INBOX);
  }

  #make(name: string): MemoryMailbox {
    return setIn(this.#mailboxes, name, new MemoryMailbox(name, this));
  }

  find(name: string): MemoryMailbox | undefined {
    return this.#mailboxes.get(normalMailboxName(name));
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
    const [inbox, ...others] = this.#mailboxes.keys();
    return Promise.resolve([inbox!, ...others.sort()]);
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async create(name: string): Promise<Mailbox> {
    return this.find(name) ?? this.#make(normalMailboxName(name));
  }
}

interface Message {
  readonly meta: Meta;
  readonly bytes: Uint8Array;
  readonly deliveryId?: string | undefined;
}

class MemoryMailbox implements Mailbox {
  readonly name: string;
  readonly uidValidity = 1;
  readonly #user: MemoryUser;
  readonly #messages = new Map<number, Message>();
  readonly #listeners = new Set<(change: Change) => void>();
  #lastUid = 0;
  #lastModseq = 0;

  constructor(name: string, user: MemoryUser) {
    this.name = name;
    this.#user = user;
  }

  metas(): Promise<readonly Meta[]> {
    return Promise.resolve([...this.#messages.values()].map((m) => m.meta));
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async read(uid: number): Promise<MessageOctets> {
    const message = this.#messages.get(uid);
    if (!message) throw new NoSuchMessage(`Cannot read message ${uid}: gone`);
    return octetsOf(message.bytes);
  }

  async append(
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    options: AppendOptions = {},
  ): Promise<Meta> {
    const copies: Uint8Array[] = [];
    for await (const chunk of chunks) copies.push(chunk.slice());
    const { deliveryId } = options;
    const replayed = deliveryId === undefined
      ? undefined
      : [...this.#messages.values()].find((m) => m.deliveryId === deliveryId);
    if (replayed) return replayed.meta;
    return this.#add(concatBytes(copies), options);
  }

  #add(bytes: Uint8Array, options: AppendOptions): Meta {
    const uid = ++this.#lastUid;
    const date = Math.max(0, options.internalDate ?? this.#user.now());
    const meta: Meta = {
      uid,
      size: bytes.length,
      flags: normalFlags(options.flags ?? []),
      internalDate: date - date % 1000,
      modseq: ++this.#lastModseq,
      uniqueId: `${uid}.memory`,
    };
    const { deliveryId } = options;
    this.#messages.set(uid, { meta, bytes, deliveryId });
    this.#announce({ kind: "appended", meta });
    return meta;
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async setFlags(
    uids: readonly number[],
    how: "add" | "remove" | "replace",
    flags: readonly Flag[],
  ): Promise<void> {
    for (const uid of new Set(uids)) {
      const message = this.#messages.get(uid);
      if (!message) continue;
      const changed = changedFlags(message.meta.flags, how, flags);
      if (sameFlags(message.meta.flags, changed)) continue;
      const modseq = ++this.#lastModseq;
      const meta = { ...message.meta, flags: changed, modseq };
      this.#messages.set(uid, { ...message, meta });
      this.#announce({ kind: "flags", meta });
    }
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async expunge(uids: readonly number[]): Promise<void> {
    for (const uid of uids) {
      if (!this.#messages.delete(uid)) continue;
      this.#announce({ kind: "expunged", uid, modseq: ++this.#lastModseq });
    }
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async copy(uids: readonly number[], to: string): Promise<void> {
    const target = this.#user.find(to);
    if (!target) throw new Error(`Cannot copy to mailbox "${to}": not there`);
    const inOrder = [...new Set(uids)].sort((a, b) => a - b);
    const messages = inOrder.flatMap((uid) => this.#messages.get(uid) ?? []);
    for (const { meta, bytes } of messages) target.#add(bytes, meta);
  }

  watch(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #announce(change: Change): void {
    for (const listener of [...this.#listeners]) listener(change);
  }
}

function octetsOf(bytes: Uint8Array): MessageOctets {
  let at = 0;
  return {
    size: bytes.length,
    read(max) {
      if (at >= bytes.length) return Promise.resolve(undefined);
      const chunk = bytes.slice(at, at + max);
      at += chunk.length;
      return Promise.resolve(chunk);
    },
    close() {},
  };
}

function setIn<K, V>(map: Map<K, V>, key: K, value: V): V {
  map.set(key, value);
  return value;
}

/** One mailbox in memory. */

import { asciiLower, concatBytes } from "../bytes/mod.ts";
import { appendWhole } from "./append_whole.ts";
import { changedFlags, LETTER_FLAGS, normalFlags, sameFlags } from "./flags.ts";
import { MOST_KEYWORDS } from "./keywords.ts";
import { MemoryCache, MemoryText } from "./memory_cache.ts";
import { octetsOf } from "./message_file.ts";
import type { MemoryUser } from "./memory_store.ts";
import {
  type AppendOptions,
  type Change,
  type Draft,
  type Flag,
  type Followed,
  type Mailbox,
  type MailboxStatus,
  type MessageOctets,
  type Meta,
  NoSuchMailbox,
  NoSuchMessage,
  type SpecialUse,
  TooManyKeywords,
  type UidPair,
} from "./store.ts";

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

const LETTERS = new Set(LETTER_FLAGS.values());

interface Message {
  readonly meta: Meta;
  readonly bytes: Uint8Array;
  readonly deliveryId?: string | undefined;
}

/** What becomes a message. */
interface Arrival {
  readonly bytes: Uint8Array;
  readonly options: AppendOptions;
  readonly emailId?: string | undefined;
}

export class MemoryMailbox implements Mailbox {
  name: string;
  readonly uidValidity: number;
  readonly id: string;
  readonly specialUse: SpecialUse | undefined;
  readonly cache: MemoryCache;
  readonly text: MemoryText;
  readonly #user: MemoryUser;
  readonly #messages = new Map<number, Message>();
  #lastAppend: Promise<void> = Promise.resolve();
  readonly #listeners = new Set<(change: Change) => void>();
  /** By their folded spelling. */
  #keywords = new Map<string, Flag>();
  readonly #expunged: { readonly uid: number; readonly modseq: number }[] = [];
  #lastUid = 0;
  #lastModseq = 1;
  #recentFrom = 1;

  constructor(
    name: string,
    number: number,
    user: MemoryUser,
    specialUse?: SpecialUse,
  ) {
    this.name = name;
    this.uidValidity = number;
    this.id = `F${number}`;
    this.specialUse = specialUse;
    this.#user = user;
    const uids = () => [...this.#messages.keys()];
    this.cache = new MemoryCache(uids);
    this.text = new MemoryText(uids, () => user.hasTextIndex);
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async metas(): Promise<readonly Meta[]> {
    this.#checkThere();
    return this.all();
  }

  all(): Meta[] {
    return [...this.#messages.values()].map(({ meta }) => meta);
  }

  #checkThere(): void {
    if (!this.#user.has(this)) {
      throw new NoSuchMailbox(`Cannot use mailbox "${this.name}": deleted`);
    }
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async status(): Promise<MailboxStatus> {
    this.#checkThere();
    return this.#status();
  }

  #status(): MailboxStatus {
    const metas = this.all();
    return {
      messages: metas.length,
      octets: metas.reduce((sum, { size }) => sum + size, 0),
      unseen: metas.filter(({ flags }) => !flags.includes("\\Seen")).length,
      deleted: metas.filter(({ flags }) => flags.includes("\\Deleted")).length,
      keywords: [...this.#keywords.values()].sort(),
      recentFrom: this.#recentFrom,
      uidNext: this.#lastUid + 1,
      highestModseq: this.#lastModseq,
    };
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async follow(listener: (change: Change) => void): Promise<Followed> {
    this.#checkThere();
    const end = this.watch(listener);
    return { metas: this.all(), status: this.#status(), end };
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async refresh(): Promise<void> {
    this.#checkThere();
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async claimRecent(): Promise<number> {
    const from = this.#recentFrom;
    this.#recentFrom = this.#lastUid + 1;
    return from;
  }

  expungedSince(modseq: number): Promise<readonly number[]> {
    const since = this.#expunged.filter((gone) => gone.modseq > modseq);
    return Promise.resolve(since.map(({ uid }) => uid).sort((a, b) => a - b));
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async read(uid: number): Promise<MessageOctets> {
    this.#checkThere();
    const message = this.#messages.get(uid);
    if (!message) throw new NoSuchMessage(`Cannot read message ${uid}: gone`);
    return octetsOf(message.bytes);
  }

  /** One after the other, so that who comes first gets the smaller UID. */
  async append(chunks: Chunks, options: AppendOptions = {}): Promise<Meta> {
    const appended = this.#lastAppend.then(() =>
      this.appendAll([{ chunks, options }])
    );
    this.#lastAppend = appended.then(() => {}, () => {});
    const [meta] = await appended;
    return meta!;
  }

  appendAll(
    messages: readonly {
      readonly chunks: Chunks;
      readonly options?: AppendOptions;
    }[],
  ): Promise<readonly Meta[]> {
    return appendWhole(this, messages);
  }

  draft(): Draft {
    const messages: { pieces: Uint8Array[]; options: AppendOptions }[] = [];
    return {
      begin: (options = {}) => {
        messages.push({ pieces: [], options });
        return Promise.resolve();
      },
      write: (octets) => {
        messages.at(-1)!.pieces.push(octets.slice());
        return Promise.resolve();
      },
      // deno-lint-ignore require-await -- the port is asynchronous
      commit: async () =>
        this.add(
          messages.splice(0).map(({ pieces, options }) => (
            { bytes: concatBytes(pieces), options }
          )),
        ),
      abort: () => Promise.resolve(void messages.splice(0)),
    };
  }

  /** Takes messages in, all or none. @throws {NoSuchMailbox | OverQuota} */
  add(arrivals: readonly Arrival[]): Meta[] {
    this.#checkThere();
    const octets = arrivals.reduce((sum, { bytes }) => sum + bytes.length, 0);
    this.#user.checkQuota(octets, arrivals.length);
    return arrivals.map((arrival) => this.#addOne(arrival));
  }

  #addOne({ bytes, options, emailId }: Arrival): Meta {
    const { deliveryId, internalDate, savedDate, flags = [] } = options;
    const replayed = deliveryId === undefined
      ? undefined
      : [...this.#messages.values()].find((m) => m.deliveryId === deliveryId);
    if (replayed) return replayed.meta;
    const uid = ++this.#lastUid;
    const now = this.#user.now();
    const meta: Meta = {
      uid,
      size: bytes.length,
      flags: this.#firstSpelling(flags),
      internalDate: inSeconds(internalDate ?? now),
      modseq: ++this.#lastModseq,
      uniqueId: `${uid}.memory`,
      savedDate: inSeconds(savedDate ?? now),
      emailId: emailId ?? this.#user.freshEmailId(),
    };
    this.#messages.set(uid, { meta, bytes, deliveryId });
    this.#announce({ kind: "appended", meta });
    return meta;
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async setFlags(
    uids: readonly number[],
    how: "add" | "remove" | "replace",
    flags: readonly Flag[],
    options: { readonly unchangedSince?: number | undefined } = {},
  ): Promise<readonly number[]> {
    this.#checkThere();
    const { unchangedSince = Infinity } = options;
    const modified: number[] = [];
    const given = how === "remove" ? flags : this.#firstSpelling(flags);
    for (const uid of new Set(uids)) {
      const message = this.#messages.get(uid);
      if (!message) continue;
      if (message.meta.modseq > unchangedSince) modified.push(uid);
      else this.#flag(message, changedFlags(message.meta.flags, how, given));
    }
    return modified.sort((a, b) => a - b);
  }

  #firstSpelling(flags: readonly Flag[]): readonly Flag[] {
    const keywords = new Map(this.#keywords);
    const spelled = normalFlags(flags).map((flag) => {
      const folded = asciiLower(flag);
      if (LETTERS.has(flag)) return flag;
      const known = keywords.get(folded) ?? flag;
      keywords.set(folded, known);
      return known;
    });
    if (keywords.size > MOST_KEYWORDS) {
      throw new TooManyKeywords("Cannot keep keywords: too many");
    }
    this.#keywords = keywords;
    return normalFlags(spelled);
  }

  #flag(message: Message, flags: readonly Flag[]): void {
    if (sameFlags(message.meta.flags, flags)) return;
    const meta = { ...message.meta, flags, modseq: ++this.#lastModseq };
    this.#messages.set(meta.uid, { ...message, meta });
    this.#announce({ kind: "flags", meta });
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async expunge(uids: readonly number[]): Promise<void> {
    this.#checkThere();
    this.#expunge(uids);
  }

  #expunge(uids: readonly number[]): void {
    for (const uid of uids) {
      if (!this.#messages.delete(uid)) continue;
      const modseq = ++this.#lastModseq;
      this.#expunged.push({ uid, modseq });
      this.#announce({ kind: "expunged", uid, modseq });
    }
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async copy(uids: readonly number[], to: string): Promise<UidPair[]> {
    return this.#copy(uids, to);
  }

  #copy(uids: readonly number[], to: string): UidPair[] {
    this.#checkThere();
    const target = this.#user.find(to);
    if (!target) {
      throw new NoSuchMailbox(`Cannot open mailbox "${to}": not there`);
    }
    const inOrder = [...new Set(uids)].sort((a, b) => a - b);
    const messages = inOrder.flatMap((uid) => this.#messages.get(uid) ?? []);
    const copies = target.add(messages.map(({ meta, bytes }) => {
      const { flags, internalDate, emailId } = meta;
      return { bytes, options: { flags, internalDate }, emailId };
    }));
    return messages.map(({ meta: { uid } }, i) => (
      { from: uid, to: copies[i]!.uid }
    ));
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async move(uids: readonly number[], to: string): Promise<UidPair[]> {
    const pairs = this.#user.withoutQuota(() => this.#copy(uids, to));
    this.#expunge(pairs.map(({ from }) => from));
    return pairs;
  }

  watch(listener: (change: Change) => void): () => void {
    // Two watchers may share one function.
    const own = (change: Change) => listener(change);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  #announce(change: Change): void {
    for (const listener of [...this.#listeners]) listener(change);
  }
}

/** RFC 9051 §2.3.3: to the second. */
function inSeconds(milliseconds: number): number {
  return Math.max(0, Math.floor(milliseconds / 1000) * 1000);
}

/**
 * Mailboxes in Maildir++ folders: `<root>/<domain>/<local part>/`.
 *
 * Accounts are opened when they are used and closed when too many are open; what was
 * handed out goes on working. The server and the command line may use the same folders
 * at the same time: each file operation is atomic, numbers are reserved before use, and
 * each sees the other's changes as those of any other program. (Only a reservation at
 * the same instant by both could give one number twice.)
 *
 * @module
 */

import { accountPath } from "./account_path.ts";
import { type Disk, DiskError } from "../disk/mod.ts";
import { hostPart } from "./file_name.ts";
import type { OpenIndex } from "./index.ts";
import type { LiveMailbox } from "./live_mailbox.ts";
import { LiveUser } from "./live_user.ts";
import { mailboxIn, mailboxOver } from "./maildir_mailbox.ts";
import { normalMailboxName } from "./mailbox_name.ts";
import {
  createMailbox,
  deleteMailbox,
  listMailboxes,
  makeDefaults,
  renameMailbox,
  setTextIndex,
  subscribe,
  subscriptionsOf,
} from "./mailbox_tree.ts";
import {
  type Change,
  InvalidMailboxName,
  type MailboxListChange,
  type MailUser,
  type Store,
} from "./store.ts";
import type { Log, Surroundings } from "./surroundings.ts";
import { type MailboxReport, rebuildIndex, verifyMailbox } from "./verify.ts";
import { Watchers } from "./watchers.ts";

export interface MaildirStoreOptions {
  readonly disk: Disk;
  /** The folder of all mail. */
  readonly root: string;
  readonly index: OpenIndex;
  /** The server's name, for file names. */
  readonly host?: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** At least 0, below 1. */
  readonly random?: () => number;
  readonly log?: Log;
  /**
   * Resolves when the spool will not deliver `deliveryId` to `account` again; waited
   * for before such a message is removed.
   */
  readonly settled?: (deliveryId: string, account: string) => Promise<void>;
  /**
   * Told when a mailbox is followed, and when it has grown: there may be messages of whose
   * text nothing is kept.
   */
  readonly unread?: (
    account: string,
    mailbox: string,
    why: "followed" | "grown",
  ) => void;
  /** False switches off the text index of all accounts. */
  readonly hasTextIndex?: () => boolean;
  /**
   * Numbers that were reserved and not used are given back at the end. For the one
   * process that shows numbers to clients: another one would lower them under its hands.
   */
  readonly givesBack?: boolean;
  /** Accounts that stay open though nobody uses them. */
  readonly keepAccounts?: number;
  /** Messages of such accounts that stay in memory. */
  readonly keepMessages?: number;
}

/** A mailbox and how much is in it. */
export interface MailboxCount {
  readonly name: string;
  readonly messages: number;
  readonly octets: number;
  readonly unseen: number;
}

/** What the command line asks of a Maildir store. */
export interface MaildirStore extends Store {
  counts(account: string): Promise<readonly MailboxCount[]>;
  /** Compares files, names and index of an account; sets right what can be. */
  verify(account: string): Promise<readonly MailboxReport[]>;
  /** Makes the index of an account anew from its folders, and forgets all that was found out about messages. */
  rebuild(account: string): Promise<void>;
}

/** The store over `options.disk`. */
export function maildirStore(options: MaildirStoreOptions): MaildirStore {
  return new OpenAccounts(options);
}

/** Runs work on an account, which stays open as long. */
type Using = <T>(work: (user: LiveUser) => Promise<T>) => Promise<T>;

interface Account {
  readonly user: Promise<LiveUser>;
  /** Calls under way. */
  uses: number;
}

const KEEP_ACCOUNTS = 200;
const KEEP_MESSAGES = 250_000;

class OpenAccounts implements MaildirStore {
  readonly #options: MaildirStoreOptions;
  readonly #surroundings: Surroundings;
  readonly #watchers: Watchers<Change>;
  readonly #listWatchers: Watchers<MailboxListChange>;
  /** By path; the one used last comes last. */
  readonly #accounts = new Map<string, Account>();
  /** What mailboxes that were renamed are called, by path and id: for those that hold them. */
  readonly #names = new Map<string, string>();
  readonly #closing = new Map<string, Promise<void>>();
  #root: Promise<void> | undefined;

  constructor(options: MaildirStoreOptions) {
    this.#options = options;
    const log = options.log ?? (() => {});
    this.#watchers = new Watchers(log);
    this.#listWatchers = new Watchers(log);
    this.#surroundings = {
      disk: options.disk,
      host: hostPart(options.host ?? "denomaild"),
      now: options.now ?? Date.now,
      unique: uniqueWords(options.random ?? Math.random),
      log,
      settled: options.settled ?? (() => Promise.resolve()),
    };
  }

  async open(account: string): Promise<MailUser> {
    await this.#use(account, () => Promise.resolve());
    return this.#userOf(account, accountPath(account));
  }

  /** Runs `work` on an open account, which stays open as long. */
  async #use<T>(
    account: string,
    work: (user: LiveUser) => Promise<T>,
    path = accountPath(account),
  ): Promise<T> {
    const open = this.#accounts.get(path) ??
      { user: this.#openUser(account, path), uses: 0 };
    this.#accounts.delete(path);
    this.#accounts.set(path, open);
    open.uses++;
    try {
      return await work(await open.user);
    } finally {
      open.uses--;
    }
  }

  async #openUser(account: string, path: string): Promise<LiveUser> {
    const { root, index, unread, hasTextIndex } = this.#options;
    try {
      await this.#makeRoot();
      await this.#closing.get(path);
      await this.#closeOthers();
      const home = {
        account,
        path: `${root}/${path}`,
        above: [root, `${root}/${path.slice(0, path.indexOf("/"))}`],
        announce: (id: string, change: Change) =>
          this.#watchers.announce(path, id, change),
        renamed: (id: string, name: string) =>
          void this.#names.set(`${path} ${id}`, name),
        unread: (mailbox: string, why: "followed" | "grown") =>
          unread?.(account, mailbox, why),
        hasTextIndex: hasTextIndex ?? (() => true),
        announceList: (change: MailboxListChange) =>
          this.#listWatchers.announce(path, "", change),
      };
      return await LiveUser.open(this.#surroundings, home, index);
    } catch (error) {
      this.#accounts.delete(path);
      throw error;
    }
  }

  /** Once per process: the folders above may hold the root's name unsynced, whoever made it. */
  #makeRoot(): Promise<void> {
    this.#root ??= this.#makeRootOnce().catch((error) => {
      this.#root = undefined;
      throw error;
    });
    return this.#root;
  }

  async #makeRootOnce(): Promise<void> {
    const { disk, root } = this.#options;
    await disk.makeDir(root);
    for (const folder of foldersAbove(root)) {
      try {
        await disk.syncDir(folder, "store.root");
      } catch (error) {
        // The process may have no permission to look above its own folder.
        if (error instanceof DiskError && error.fault === "denied") return;
        throw error;
      }
    }
  }

  /** Closes accounts that nobody uses, those used longest ago first, until few enough are open. */
  async #closeOthers(): Promise<void> {
    const { keepAccounts = KEEP_ACCOUNTS, keepMessages = KEEP_MESSAGES } =
      this.#options;
    let count = this.#accounts.size;
    let weight = 0;
    const idle: [string, LiveUser][] = [];
    for (const [path, { user, uses }] of this.#accounts) {
      if (uses > 0 || this.#isWatched(path)) continue;
      const open = await user.catch(() => undefined);
      if (open === undefined) continue;
      weight += open.weight;
      idle.push([path, open]);
    }
    for (const [path, user] of idle) {
      if (count <= keepAccounts && weight <= keepMessages) return;
      if (this.#accounts.get(path)?.uses !== 0) continue;
      count--;
      weight -= user.weight;
      this.#close(path, user, false);
    }
  }

  #isWatched(path: string): boolean {
    return this.#watchers.isWatched(path) || this.#listWatchers.isWatched(path);
  }

  #close(path: string, user: LiveUser, forGood: boolean): void {
    this.#accounts.delete(path);
    const closing = user.close(forGood).catch((error) =>
      this.#surroundings.log("store.close-failed", { error: String(error) })
    ).finally(() => this.#closing.delete(path));
    this.#closing.set(path, closing);
  }

  #userOf(account: string, path: string): MailUser {
    const using: Using = (work) => this.#use(account, work, path);
    const mailboxOf = (opened: LiveMailbox) =>
      mailboxOver(
        opened,
        using,
        (id, listener) => this.#watchers.add(path, id, listener),
        (id) => this.#names.get(`${path} ${id}`),
      );
    return {
      mailbox: (name) =>
        using(async (user) => {
          const normal = nameOrUndefined(name);
          const live = normal && await user.mailbox(normal);
          return live ? mailboxOf(live) : undefined;
        }),
      mailboxes: () => using((user) => user.names()),
      list: () => using(listMailboxes),
      create: (name, { specialUse } = {}) =>
        using(async (user) => {
          const live = await createMailbox(user, name, specialUse);
          return mailboxOf(live);
        }),
      delete: (name) => using((user) => deleteMailbox(user, name)),
      rename: (from, to) => using((user) => renameMailbox(user, from, to)),
      subscribed: () => using(subscriptionsOf),
      subscribe: (name) => using((user) => subscribe(user, [name], true)),
      unsubscribe: (name) => using((user) => subscribe(user, [name], false)),
      makeDefaults: () => using(makeDefaults),
      watchList: (listener) => this.#listWatchers.add(path, "", listener),
      quota: () =>
        using(async (user) => (
          { ...await user.usage(), limits: user.file.facts.limits }
        )),
      setQuota: ({ octets, messages }) =>
        using((user) =>
          user.restructure(() =>
            user.file.change({ limits: { octets, messages } })
          )
        ),
      setTextIndex: (on) => using((user) => setTextIndex(user, on)),
    };
  }

  counts(account: string): Promise<readonly MailboxCount[]> {
    return this.#eachMailbox(account, async (live) => {
      const metas = await live.metas();
      return {
        name: live.place.name,
        messages: metas.length,
        octets: metas.reduce((sum, { size }) => sum + size, 0),
        unseen: metas.filter(({ flags }) => !flags.includes("\\Seen")).length,
      };
    });
  }

  verify(account: string): Promise<readonly MailboxReport[]> {
    return this.#eachMailbox(account, verifyMailbox);
  }

  async rebuild(account: string): Promise<void> {
    await this.#use(account, (user) => user.dropTexts());
    await this.#eachMailbox(account, rebuildIndex);
  }

  #eachMailbox<T>(
    account: string,
    work: (live: LiveMailbox) => Promise<T>,
  ): Promise<T[]> {
    return this.#use(account, async (user) => {
      const results: T[] = [];
      for (const name of await user.names()) {
        results.push(await work(await mailboxIn(user, name)));
      }
      return results;
    });
  }

  async close(): Promise<void> {
    for (const [path, { user }] of this.#accounts) {
      const open = await user.catch(() => undefined);
      const { givesBack = false } = this.#options;
      if (open) this.#close(path, open, givesBack);
    }
    await Promise.all(this.#closing.values());
  }
}

/** The folders above `path`, the nearest first. */
function foldersAbove(path: string): string[] {
  const steps = (path.startsWith("/") ? path : `./${path}`).split("/");
  return steps.slice(1).map((_, i) =>
    steps.slice(0, steps.length - 1 - i).join("/") || "/"
  );
}

function nameOrUndefined(name: string): string | undefined {
  try {
    return normalMailboxName(name);
  } catch (error) {
    if (error instanceof InvalidMailboxName) return undefined;
    throw error;
  }
}

/** Words that no other process makes: a random part of 52 bits a process, and a count. */
function uniqueWords(random: () => number): () => string {
  const process = Math.floor(random() * 2 ** 52).toString(36);
  let count = 0;
  return () => `${process}-${(++count).toString(36)}`;
}

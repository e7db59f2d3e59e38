/**
 * One account's Maildir while it is open: its mailboxes and its index.
 *
 * @module
 */

import { CautiousIndex, MailboxIndex } from "./cautious_index.ts";
import { parseFileName } from "./file_name.ts";
import type { OpenIndex } from "./index.ts";
import { Keywords } from "./keywords.ts";
import { LiveMailbox } from "./live_mailbox.ts";
import {
  cleanTemporaries,
  listFolders,
  makeFolders,
} from "./maildir_folders.ts";
import { INBOX, mailboxFolder, mailboxOfFolder } from "./mailbox_name.ts";
import { loadNumbers, makeNumbers, type Numbers } from "./numbers.ts";
import type { Change } from "./store.ts";
import type { Place, Surroundings } from "./surroundings.ts";

/** Whose mail it is, and where. */
export interface Home {
  readonly account: string;
  /** The account's folder. */
  readonly path: string;
  /** The folders above it that hold its name, from the top. */
  readonly above: readonly string[];
  readonly announce: (mailbox: string, change: Change) => void;
}

export class LiveUser {
  readonly #surroundings: Surroundings;
  readonly #home: Home;
  readonly #index: CautiousIndex;
  readonly #mailboxes = new Map<string, Promise<LiveMailbox>>();
  /** Those that are loaded. */
  readonly #loaded = new Map<string, LiveMailbox>();

  private constructor(
    surroundings: Surroundings,
    home: Home,
    index: CautiousIndex,
  ) {
    this.#surroundings = surroundings;
    this.#home = home;
    this.#index = index;
  }

  /** Opens an account, making its folders at first use. @throws {DiskError} */
  static async open(
    surroundings: Surroundings,
    home: Home,
    openIndex: OpenIndex,
  ): Promise<LiveUser> {
    await makeFolders(surroundings.disk, home.path);
    const index = await CautiousIndex.open(
      openIndex,
      home.path,
      surroundings.log,
    );
    const user = new LiveUser(surroundings, home, index);
    try {
      await user.mailbox(INBOX);
    } catch (error) {
      index.close();
      throw error;
    }
    return user;
  }

  /** How many messages are kept in memory. */
  get weight(): number {
    let sum = 0;
    for (const { roster } of this.#loaded.values()) sum += roster.size;
    return sum;
  }

  #pathOf(name: string): string {
    const folder = mailboxFolder(name);
    return folder === "" ? this.#home.path : `${this.#home.path}/${folder}`;
  }

  /** The mailbox of that normal name, or undefined. @throws {DiskError} */
  async mailbox(name: string): Promise<LiveMailbox | undefined> {
    const live = this.#mailboxes.get(name);
    if (live) return await live;
    return name === INBOX || await this.#isThere(name)
      ? await this.#open(name)
      : undefined;
  }

  async #isThere(name: string): Promise<boolean> {
    const { disk } = this.#surroundings;
    const stat = await disk.stat(`${this.#pathOf(name)}/cur`);
    return stat?.isDirectory === true;
  }

  /** Makes a mailbox; durable when it resolves. @throws {DiskError} */
  async create(name: string): Promise<LiveMailbox> {
    return await (this.#mailboxes.get(name) ?? this.#open(name));
  }

  #open(name: string): Promise<LiveMailbox> {
    // Another caller may have begun to open it meanwhile.
    let live = this.#mailboxes.get(name);
    if (live === undefined) {
      live = this.#load(name);
      this.#mailboxes.set(name, live);
      live.catch(() => this.#mailboxes.delete(name));
    }
    return live;
  }

  async #load(name: string): Promise<LiveMailbox> {
    const surroundings = this.#surroundings;
    const { account, announce } = this.#home;
    const path = this.#pathOf(name);
    const place: Place = {
      account,
      name,
      path,
      announce: (change) => announce(name, change),
    };
    await makeFolders(surroundings.disk, path);
    const index = new MailboxIndex(this.#index, name);
    const numbers = await loadNumbers(surroundings, path) ??
      await this.#firstNumbers(path, index);
    const keywords = new Keywords(surroundings, path);
    await keywords.load();
    await cleanTemporaries(surroundings, path);
    const opening = { surroundings, place, numbers, keywords, index };
    const mailbox = new LiveMailbox(opening);
    await mailbox.load();
    this.#loaded.set(name, mailbox);
    return mailbox;
  }

  /** The file of numbers comes last: where it is, the folders are certain. */
  async #firstNumbers(path: string, index: MailboxIndex): Promise<Numbers> {
    const { disk } = this.#surroundings;
    const { above, path: home } = this.#home;
    for (const folder of path === home ? above : [...above, home]) {
      await disk.syncDir(folder, "store.folder");
    }
    const former = (await index.load())?.uidValidity ?? 0;
    const names = await listFolders(disk, path);
    const uids = [...names.new, ...names.cur].map((name) =>
      parseFileName(name)?.uid ?? 0
    );
    return await makeNumbers(this.#surroundings, path, former, uids);
  }

  /** The names of all mailboxes, INBOX first. @throws {DiskError} */
  async names(): Promise<readonly string[]> {
    const folders = await this.#surroundings.disk.list(this.#home.path);
    const names: string[] = [];
    for (const folder of folders) {
      const name = mailboxOfFolder(folder);
      if (name === undefined || name === INBOX) continue;
      if (await this.#isThere(name)) names.push(name);
    }
    return [INBOX, ...names.sort()];
  }

  /** Resolves when all that is under way has ended. */
  async close(): Promise<void> {
    for (const mailbox of this.#loaded.values()) await mailbox.close();
    this.#index.close();
  }
}

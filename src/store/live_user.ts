/**
 * One account's Maildir while it is open: its mailboxes and its index.
 *
 * @module
 */

import { AccountFile } from "./account_file.ts";
import { settleBatch } from "./batch.ts";
import { CautiousIndex, MailboxIndex } from "./cautious_index.ts";
import { readUidList } from "./dovecot_uids.ts";
import { parseFileName } from "./file_name.ts";
import { inOrder } from "./hierarchy.ts";
import type { OpenIndex } from "./index.ts";
import { Keywords } from "./keywords.ts";
import { LiveMailbox } from "./live_mailbox.ts";
import {
  cleanTemporaries,
  listFolders,
  makeFolders,
} from "./maildir_folders.ts";
import {
  finishRenaming,
  isPlain,
  isRemoved,
  normalFolders,
  removeFolder,
} from "./mailbox_folders.ts";
import { INBOX, mailboxFolder, mailboxOfFolder } from "./mailbox_name.ts";
import { loadNumbers, makeNumbers, type Numbers } from "./numbers.ts";
import { Serial } from "./serial.ts";
import {
  type Change,
  type MailboxListChange,
  OverQuota,
  type SpecialUse,
} from "./store.ts";
import type { Place, Surroundings } from "./surroundings.ts";

/** Whose mail it is, and where. */
export interface Home {
  readonly account: string;
  /** The account's folder. */
  readonly path: string;
  /** The folders above it that hold its name, from the top. */
  readonly above: readonly string[];
  /** Tells of a change of the mailbox that has this id. */
  readonly announce: (mailboxId: string, change: Change) => void;
  /** Tells what a mailbox is called now. */
  readonly renamed: (mailboxId: string, name: string) => void;
  /** Tells that there may be messages of whose text nothing is kept. */
  readonly unread: (mailbox: string, why: "followed" | "grown") => void;
  /** False where no account has a text index. */
  readonly hasTextIndex: () => boolean;
  readonly announceList: (change: MailboxListChange) => void;
}

/** How much an account has. */
export interface Usage {
  readonly octets: number;
  readonly messages: number;
}

export class LiveUser {
  readonly surroundings: Surroundings;
  readonly home: Home;
  readonly file: AccountFile;
  readonly index: CautiousIndex;
  readonly #structure = new Serial();
  /** What the account's folder shows would survive a power cut. */
  #isCertain = false;
  readonly #mailboxes = new Map<string, Promise<LiveMailbox>>();
  /** Those that are loaded. */
  readonly #loaded = new Map<string, LiveMailbox>();
  readonly #numbering = new Serial();
  readonly #naming = new Serial();

  private constructor(
    surroundings: Surroundings,
    home: Home,
    index: CautiousIndex,
    file: AccountFile,
  ) {
    this.surroundings = surroundings;
    this.home = home;
    this.index = index;
    this.file = file;
  }

  /** Opens an account, making its folders at first use. @throws {DiskError} */
  static async open(
    surroundings: Surroundings,
    home: Home,
    openIndex: OpenIndex,
  ): Promise<LiveUser> {
    await makeFolders(surroundings.disk, home.path);
    const file = new AccountFile(surroundings, home.path);
    await file.load();
    const { renaming } = file.facts;
    if (renaming) {
      await finishRenaming(surroundings, home.path, renaming);
      await file.change({ renaming: undefined });
    }
    const index = await CautiousIndex.open(
      openIndex,
      home.path,
      surroundings.log,
    );
    const user = new LiveUser(surroundings, home, index, file);
    index.onTextsLost = () => user.#forgetTexts();
    try {
      await user.mailbox(INBOX);
      if (!user.hasTextIndex) await user.dropTexts();
    } catch (error) {
      index.close();
      throw error;
    }
    return user;
  }

  /** Texts of this account are kept to be searched. */
  get hasTextIndex(): boolean {
    return this.home.hasTextIndex() && this.file.facts.hasTextIndex;
  }

  /** Forgets all texts. */
  async dropTexts(): Promise<void> {
    await this.index.use((index) => index.dropTexts());
    for (const { findings } of this.loaded) findings.forget();
  }

  /** They are made anew in the background. */
  #forgetTexts(): void {
    for (const { findings, place } of this.loaded) {
      findings.forget();
      this.home.unread(place.name, "followed");
    }
  }

  /** How many messages are kept in memory. */
  get weight(): number {
    let sum = 0;
    for (const { roster } of this.#loaded.values()) sum += roster.size;
    return sum;
  }

  get loaded(): Iterable<LiveMailbox> {
    return this.#loaded.values();
  }

  pathOf(name: string): string {
    const folder = mailboxFolder(name);
    return folder === "" ? this.home.path : `${this.home.path}/${folder}`;
  }

  /** The mailbox of that normal name, or undefined. @throws {DiskError} */
  async mailbox(name: string): Promise<LiveMailbox | undefined> {
    const live = this.#mailboxes.get(name);
    if (live) return await live;
    const isThere = name === INBOX || await this.isThere(name) ||
      !isPlain(name) && (await this.names()).includes(name);
    return isThere ? await this.open(name) : undefined;
  }

  async isThere(name: string): Promise<boolean> {
    const { disk } = this.surroundings;
    const stat = await disk.stat(`${this.pathOf(name)}/cur`);
    return stat?.isDirectory === true;
  }

  /** Opens a mailbox, and makes what it lacks. @throws {DiskError} */
  open(name: string, specialUse?: SpecialUse): Promise<LiveMailbox> {
    // Another caller may have begun to open it meanwhile.
    let live = this.#mailboxes.get(name);
    if (live === undefined) {
      live = this.#load(name, specialUse);
      this.#mailboxes.set(name, live);
      live.catch(() => this.#mailboxes.delete(name));
    }
    return live;
  }

  async #load(name: string, specialUse?: SpecialUse): Promise<LiveMailbox> {
    const { surroundings } = this;
    const path = this.pathOf(name);
    await makeFolders(surroundings.disk, path);
    const index = new MailboxIndex(this.index, name);
    const numbers = await loadNumbers(surroundings, path) ??
      await this.#firstNumbers(name, index, specialUse);
    const keywords = new Keywords(surroundings, path);
    await keywords.load();
    await settleBatch(surroundings, path, true);
    await cleanTemporaries(surroundings, path);
    const place = this.#placeOf(name, numbers.mailboxId);
    const opening = { surroundings, place, numbers, keywords, index };
    const mailbox = new LiveMailbox(opening);
    await mailbox.load();
    this.#loaded.set(name, mailbox);
    return mailbox;
  }

  #placeOf(name: string, id: string): Place {
    const { account, announce, unread } = this.home;
    return {
      account,
      name,
      path: this.pathOf(name),
      announce: (change) => {
        announce(id, change);
        if (change.kind === "appended") unread(name, "grown");
      },
      checkRoom: (octets, messages) => this.checkRoom(octets, messages),
    };
  }

  /** The file of numbers comes last: where it is, the folders are certain. */
  async #firstNumbers(
    name: string,
    index: MailboxIndex,
    specialUse?: SpecialUse,
  ): Promise<Numbers> {
    const { disk } = this.surroundings;
    const { above, path: home } = this.home;
    const path = this.pathOf(name);
    for (const folder of path === home ? above : [...above, home]) {
      await disk.syncDir(folder, "store.folder");
    }
    const former = (await index.load())?.uidValidity ?? 0;
    // A mailbox that we have never seen may have numbers already.
    const dovecot = former > 0
      ? undefined
      : await readUidList(this.surroundings, path);
    const wanted = dovecot?.uidValidity;
    const uidValidity = await this.#nextValidity(name, former, wanted);
    const names = await listFolders(disk, path);
    const uids = [...names.new, ...names.cur].map((name) =>
      parseFileName(name)?.uid ?? 0
    );
    if (dovecot) uids.push(dovecot.uidNext - 1);
    const { surroundings } = this;
    return await makeNumbers(surroundings, path, uidValidity, uids, specialUse);
  }

  /**
   * A UIDVALIDITY that no mailbox of the account ever had (RFC 9051 §2.3.1.1: also one
   * of the same name that was deleted). INBOX, which is never deleted, needs no record.
   */
  #nextValidity(
    name: string,
    former: number,
    wanted?: number,
  ): Promise<number> {
    return this.#numbering.run(async () => {
      const seconds = Math.floor(this.surroundings.now() / 1000);
      const { uidValidity } = this.file.facts;
      const inbox = this.#loaded.get(INBOX)?.numbers.uidValidity ?? 0;
      const last = Math.max(uidValidity, former, inbox);
      const next = wanted ?? Math.max(seconds, last + 1);
      const highest = Math.max(next, uidValidity);
      if (name !== INBOX) await this.file.change({ uidValidity: highest });
      return next;
    });
  }

  /** Runs `work`, which changes the list of mailboxes or a file of the account, when nothing else does. */
  restructure<T>(work: () => Promise<T>): Promise<T> {
    return this.#structure.run(async () => {
      try {
        return await work();
      } catch (error) {
        this.#isCertain = false;
        throw error;
      }
    });
  }

  /** Before the list, or a file of the account, is shown: whoever changed it last may not have lived to sync it. */
  async certify(): Promise<void> {
    if (this.#isCertain) return;
    await this.surroundings.disk.syncDir(this.home.path, "store.list");
    this.#isCertain = true;
  }

  /** The names of all mailboxes, INBOX first. @throws {DiskError} */
  async names(): Promise<readonly string[]> {
    const { surroundings, home } = this;
    await this.certify();
    const folders = await this.#naming.run(() =>
      normalFolders(surroundings, home.path)
    );
    const names: string[] = [];
    for (const folder of folders) {
      if (isRemoved(folder)) {
        await removeFolder(surroundings, `${home.path}/${folder}`);
      }
      const name = mailboxOfFolder(folder);
      if (name === undefined || name === INBOX) continue;
      if (await this.isThere(name)) names.push(name);
    }
    return inOrder(names);
  }

  /** What the mailbox is for, without opening it. @throws {DiskError} */
  async specialUseOf(name: string): Promise<SpecialUse | undefined> {
    const numbers = this.#loaded.get(name)?.numbers ??
      await loadNumbers(this.surroundings, this.pathOf(name));
    return numbers?.specialUse;
  }

  /** Runs `work`, which takes these mailboxes away, when nothing is under way in them; then they are forgotten. */
  async end(
    names: readonly string[],
    work: () => Promise<void>,
  ): Promise<void> {
    const [name, ...others] = names;
    if (name === undefined) return await work();
    const live = await this.mailbox(name);
    const inner = () => this.end(others, work);
    await (live ? live.end(inner) : inner());
    this.#mailboxes.delete(name);
    this.#loaded.delete(name);
  }

  /** The mailbox with that id, whatever it is called now. @throws {DiskError} */
  async byId(id: string, name: string): Promise<LiveMailbox | undefined> {
    const live = await this.mailbox(name);
    if (live?.numbers.mailboxId === id) return live;
    for (const other of await this.names()) {
      const { surroundings } = this;
      const numbers = await loadNumbers(surroundings, this.pathOf(other));
      if (numbers?.mailboxId === id) return await this.mailbox(other);
    }
    return undefined;
  }

  /** Opens all mailboxes and counts. @throws {DiskError} */
  async usage(): Promise<Usage> {
    let octets = 0, messages = 0;
    for (const name of await this.names()) {
      const tally = (await this.mailbox(name))?.roster.tally;
      octets += tally?.octets ?? 0;
      messages += tally?.messages ?? 0;
    }
    return { octets, messages };
  }

  /** @throws {OverQuota | DiskError} When so much more is too much. */
  async checkRoom(octets: number, messages: number): Promise<void> {
    const { limits } = this.file.facts;
    if (limits.octets === undefined && limits.messages === undefined) return;
    const used = await this.usage();
    if (
      used.octets + octets > (limits.octets ?? Infinity) ||
      used.messages + messages > (limits.messages ?? Infinity)
    ) throw new OverQuota("Cannot store the message: quota exceeded");
  }

  /** Resolves when all that is under way has ended. As {@linkcode LiveMailbox.close}. */
  async close(forGood: boolean): Promise<void> {
    for (const mailbox of this.#loaded.values()) await mailbox.close(forGood);
    this.index.close();
  }
}

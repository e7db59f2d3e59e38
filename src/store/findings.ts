/** What was found out about a mailbox's messages: it is kept in the index. */

import type { MailboxIndex } from "./cautious_index.ts";
import type { Roster } from "./roster.ts";
import type {
  MessageCache,
  MessageText,
  TextIndex,
  TextMatches,
} from "./store.ts";

export class Findings {
  readonly #index: MailboxIndex;
  readonly #roster: Roster;
  readonly cache: MessageCache;
  /** The texts of all messages up to this UID are kept. */
  #whole = 0;
  /** UIDs whose texts are kept; read when it is asked for. */
  #withText: Promise<Set<number> | undefined> | undefined;

  constructor(index: MailboxIndex, roster: Roster) {
    this.#index = index;
    this.#roster = roster;
    this.cache = {
      get: async (uids, kind) => {
        const there = roster.present(uids);
        const found = await index.use((index, mailbox) =>
          index.cached(mailbox, there, kind)
        );
        return found ?? new Map();
      },
      search: async (uids, kind, part) => {
        const there = roster.present(uids);
        const matches = await index.use((index, mailbox) =>
          index.searchCached(mailbox, there, kind, part)
        );
        if (matches === undefined) {
          return { having: new Map(), unknown: new Set(uids) };
        }
        if (there.length === uids.length) return matches;
        const { having, unknown } = matches;
        const present = new Set(there);
        const gone = uids.filter((uid) => !present.has(uid));
        return { having, unknown: new Set([...unknown, ...gone]) };
      },
      put: async (found) => {
        await index.use((index, mailbox) => {
          const present = [...found].map(([kind, octets]) =>
            [kind, this.#present(octets)] as const
          );
          return index.cache(mailbox, new Map(present));
        });
      },
    };
  }

  #there(uids: readonly number[]): Set<number> {
    return new Set(uids.filter((uid) => this.#roster.get(uid)));
  }

  #present<T>(byUid: ReadonlyMap<number, T>): ReadonlyMap<number, T> {
    return new Map([...byUid].filter(([uid]) => this.#roster.get(uid)));
  }

  /** The texts, while `isOn`. */
  text(isOn: () => boolean): TextIndex {
    return {
      find: async (text) => {
        const found = isOn() ? await this.#find(text) : undefined;
        // Switched off meanwhile, it may have been asked when it knew nothing any more.
        return isOn() ? found : undefined;
      },
      missing: (limit) => isOn() ? this.#missing(limit) : Promise.resolve([]),
      put: (texts) => isOn() ? this.#put(texts) : Promise.resolve(),
      isBegun: async () =>
        isOn() && await this.#index.use((index) => index.hasTexts()) === true,
    };
  }

  async #find(text: string): Promise<TextMatches | undefined> {
    // First those that are not kept: what comes to be kept meanwhile may not be found yet.
    const missing = await this.#missing(Infinity);
    const kept = await this.#kept();
    const found = await this.#index.use((index, mailbox) =>
      index.search(mailbox, text)
    );
    // Forgotten meanwhile, it may have been asked when it knew nothing any more.
    if (!found || !kept || kept !== await this.#withText) return undefined;
    const { inBodies, inHeaders, unsure } = found;
    return {
      inBodies: this.#there(inBodies),
      inHeaders: this.#there(inHeaders),
      unsure: this.#there([...missing, ...unsure]),
    };
  }

  #kept(): Promise<Set<number> | undefined> {
    this.#withText ??= this.#index.use((index, mailbox) =>
      index.withText(mailbox)
    ).then((uids) => uids && new Set(uids));
    return this.#withText;
  }

  async #missing(limit: number): Promise<number[]> {
    const kept = await this.#kept();
    const missing: number[] = [];
    if (kept === undefined) return missing;
    const { entries } = this.#roster;
    for (
      let i = this.#roster.placeOf(this.#whole + 1);
      i < entries.length;
      i++
    ) {
      if (missing.length >= limit) break;
      const { uid } = entries[i]!.meta;
      if (!kept.has(uid)) missing.push(uid);
      else if (missing.length === 0) this.#whole = uid;
    }
    return missing;
  }

  async #put(
    texts: ReadonlyMap<number, MessageText | undefined>,
  ): Promise<void> {
    const present = this.#present(texts);
    const kept = await this.#kept();
    await this.#index.use((index, mailbox) =>
      index.keepTexts(mailbox, present)
    );
    for (const uid of present.keys()) kept?.add(uid);
  }

  /** Forgets that texts are kept: of these messages, or all. */
  forget(uids?: readonly number[]): void {
    if (uids === undefined) {
      this.#withText = undefined;
      this.#whole = 0;
    } else if (uids.length > 0) {
      this.#withText?.then((kept) => uids.forEach((uid) => kept?.delete(uid)));
    }
  }
}

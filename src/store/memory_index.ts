/** An index that lives as long as the function that opens it. */

import type {
  Expunged,
  Index,
  IndexRow,
  IndexState,
  OpenIndex,
} from "./index.ts";
import { searchFindings } from "./search_findings.ts";
import type { MessageText } from "./store.ts";

interface Kept {
  readonly uidValidity: number;
  readonly rows: Map<number, IndexRow>;
  readonly expunged: Expunged[];
  readonly cache: Map<string, Uint8Array>;
  readonly texts: Map<number, MessageText | undefined>;
  state: IndexState;
}

/** Indexes in memory; an account that is opened again finds what it left. */
export function memoryIndex(): OpenIndex {
  const accounts = new Map<string, Map<string, Kept>>();
  return (path) => {
    const mailboxes = accounts.get(path) ?? new Map<string, Kept>();
    accounts.set(path, mailboxes);
    return Promise.resolve(indexOver(mailboxes));
  };
}

function indexOver(mailboxes: Map<string, Kept>): Index {
  return {
    load(mailbox) {
      const kept = mailboxes.get(mailbox);
      return Promise.resolve(
        kept && {
          ...kept.state,
          uidValidity: kept.uidValidity,
          rows: [...kept.rows.values()].sort((a, b) => a.uid - b.uid),
        },
      );
    },
    reset(mailbox, uidValidity) {
      mailboxes.set(mailbox, newKept(uidValidity));
      return Promise.resolve();
    },
    save(mailbox, put, remove, state) {
      const kept = mailboxes.get(mailbox);
      if (kept) save(kept, put, remove, state);
      return Promise.resolve();
    },
    expunged(mailbox, modseq) {
      const expunged = mailboxes.get(mailbox)?.expunged ?? [];
      return Promise.resolve(expunged.filter((gone) => gone.modseq > modseq));
    },
    rename(names) {
      for (const [from, to] of names) {
        const kept = mailboxes.get(from);
        mailboxes.delete(from);
        if (kept) mailboxes.set(to, kept);
      }
      return Promise.resolve();
    },
    remove(mailbox) {
      mailboxes.delete(mailbox);
      return Promise.resolve();
    },
    close() {},
    discard: () => mailboxes.clear(),
    ...findings(mailboxes),
  };
}

type Findings =
  | "cached"
  | "searchCached"
  | "cache"
  | "withText"
  | "search"
  | "keepTexts"
  | "hasTexts"
  | "dropTexts";

function findings(mailboxes: Map<string, Kept>): Pick<Index, Findings> {
  return {
    cached(mailbox, uids, kind) {
      const found = new Map<number, Uint8Array>();
      for (const uid of uids) {
        const octets = mailboxes.get(mailbox)?.cache.get(`${uid} ${kind}`);
        if (octets) found.set(uid, octets);
      }
      return Promise.resolve(found);
    },
    searchCached(mailbox, uids, kind, part) {
      const cache = mailboxes.get(mailbox)?.cache;
      return Promise.resolve(
        searchFindings(uids, part, (uid) => cache?.get(`${uid} ${kind}`)),
      );
    },
    cache(mailbox, found) {
      const kept = mailboxes.get(mailbox);
      for (const [kind, octets] of found) {
        for (const [uid, some] of octets) {
          kept?.cache.set(`${uid} ${kind}`, some);
        }
      }
      return Promise.resolve();
    },
    withText: (mailbox) =>
      Promise.resolve([...mailboxes.get(mailbox)?.texts.keys() ?? []]),
    search(mailbox, text) {
      const texts = [...mailboxes.get(mailbox)?.texts ?? []];
      const where = (holds: (kept: MessageText | undefined) => boolean) =>
        texts.filter(([, kept]) => holds(kept)).map(([uid]) => uid);
      return Promise.resolve({
        inBodies: where((kept) => kept?.bodies.includes(text) ?? false),
        inHeaders: where((kept) => kept?.headers.includes(text) ?? false),
        unsure: where((kept) => kept === undefined),
      });
    },
    keepTexts(mailbox, texts) {
      const kept = mailboxes.get(mailbox);
      for (const [uid, text] of texts) kept?.texts.set(uid, text);
      return Promise.resolve();
    },
    hasTexts: () =>
      Promise.resolve(
        mailboxes.values().some(({ texts }) => texts.size > 0),
      ),
    dropTexts() {
      for (const { texts } of mailboxes.values()) texts.clear();
      return Promise.resolve();
    },
  };
}

function newKept(uidValidity: number): Kept {
  return {
    uidValidity,
    rows: new Map(),
    expunged: [],
    cache: new Map(),
    texts: new Map(),
    state: {},
  };
}

function save(
  kept: Kept,
  put: readonly IndexRow[],
  remove: readonly Expunged[],
  state: IndexState,
): void {
  for (const gone of remove) {
    kept.rows.delete(gone.uid);
    kept.texts.delete(gone.uid);
    kept.expunged.push(gone);
    for (const key of kept.cache.keys()) {
      if (key.startsWith(`${gone.uid} `)) kept.cache.delete(key);
    }
  }
  for (const row of put) kept.rows.set(row.uid, row);
  kept.state = state;
}

/** An index that lives as long as the function that opens it. */

import type { FolderTimes, Index, IndexRow, OpenIndex } from "./index.ts";

interface Kept {
  readonly uidValidity: number;
  readonly rows: Map<number, IndexRow>;
  settled?: FolderTimes | undefined;
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
          uidValidity: kept.uidValidity,
          settled: kept.settled,
          rows: [...kept.rows.values()].sort((a, b) => a.uid - b.uid),
        },
      );
    },
    reset(mailbox, uidValidity) {
      mailboxes.set(mailbox, { uidValidity, rows: new Map() });
      return Promise.resolve();
    },
    save(mailbox, put, remove, settled) {
      const kept = mailboxes.get(mailbox);
      for (const uid of remove) kept?.rows.delete(uid);
      for (const row of put) kept?.rows.set(row.uid, row);
      if (kept) kept.settled = settled;
      return Promise.resolve();
    },
    close() {},
    discard: () => mailboxes.clear(),
  };
}

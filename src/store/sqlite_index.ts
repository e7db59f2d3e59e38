/**
 * The index in SQLite: `index.db` in the account's folder.
 *
 * A file that SQLite cannot use is set aside as `index.db.damaged` and made anew. The
 * journal is a write-ahead log that is synced at checkpoints only: after a power cut
 * the index may be behind, which costs a listing, but not damaged.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { pause } from "./in_pieces.ts";
import type { Index, IndexRow, OpenIndex } from "./index.ts";
import type { Log } from "./surroundings.ts";

const FILE = "index.db";
/** Rows per read: the event loop goes on between. */
const PAGE = 4000;

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA busy_timeout = 1000;
  CREATE TABLE IF NOT EXISTS mailbox (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
    uid_validity INTEGER NOT NULL, new_time REAL, cur_time REAL
  );
  CREATE TABLE IF NOT EXISTS message (
    mailbox INTEGER NOT NULL, uid INTEGER NOT NULL,
    modseq INTEGER NOT NULL, path TEXT NOT NULL,
    PRIMARY KEY (mailbox, uid)
  ) WITHOUT ROWID;
  PRAGMA user_version = 1;
`;

/** Indexes in files beside the mail. */
export function sqliteIndex(log: Log = () => {}): OpenIndex {
  // deno-lint-ignore require-await -- the port is asynchronous
  return async (path) => {
    const file = `${path}/${FILE}`;
    try {
      return indexOver(openDatabase(file), file);
    } catch (error) {
      log("store.index-damaged", { path: file, error: String(error) });
      setAside(file);
      return indexOver(openDatabase(file), file);
    }
  };
}

function openDatabase(file: string): DatabaseSync {
  // SQLite would let everybody read what it makes; its other files copy this mode.
  Deno.openSync(file, { write: true, create: true, mode: 0o600 }).close();
  const database = new DatabaseSync(file);
  try {
    database.exec(SCHEMA);
    // Touches both tables, so that a foreign or torn file shows itself now.
    database.prepare("SELECT id, new_time FROM mailbox LIMIT 1").get();
    database.prepare("SELECT uid, modseq, path FROM message LIMIT 1").get();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Moves an index that is of no use out of the way. */
function setAside(file: string): void {
  for (const end of ["-wal", "-shm", ""]) {
    try {
      Deno.renameSync(file + end, `${file}.damaged${end}`);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

interface MailboxRow {
  readonly id: number;
  readonly uid_validity: number;
  readonly new_time: number | null;
  readonly cur_time: number | null;
}

function indexOver(database: DatabaseSync, file: string): Index {
  const find = database.prepare("SELECT * FROM mailbox WHERE name = ?");
  const page = database.prepare(
    "SELECT uid, modseq, path FROM message WHERE mailbox = ? AND uid > ? ORDER BY uid LIMIT ?",
  );
  const put = database.prepare(
    "INSERT OR REPLACE INTO message VALUES (?, ?, ?, ?)",
  );
  const remove = database.prepare(
    "DELETE FROM message WHERE mailbox = ? AND uid = ?",
  );
  const settle = database.prepare(
    "UPDATE mailbox SET new_time = ?, cur_time = ? WHERE id = ?",
  );
  const found = (name: string) => find.get(name) as MailboxRow | undefined;

  const readAll = async (id: number): Promise<IndexRow[]> => {
    const rows: IndexRow[] = [];
    for (let last = 0;;) {
      const some = page.all(id, last, PAGE) as unknown as IndexRow[];
      for (const row of some) rows.push(row);
      if (some.length < PAGE) return rows;
      last = some.at(-1)!.uid;
      await pause();
    }
  };

  const inOneStep = (work: () => void): void => {
    database.exec("BEGIN IMMEDIATE");
    try {
      work();
      database.exec("COMMIT");
    } catch (error) {
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  };

  return {
    async load(mailbox) {
      const row = found(mailbox);
      if (row === undefined) return undefined;
      const { new_time, cur_time } = row;
      const settled = new_time === null || cur_time === null
        ? undefined
        : { new: new_time, cur: cur_time };
      const rows = await readAll(row.id);
      return { uidValidity: row.uid_validity, settled, rows };
    },

    // deno-lint-ignore require-await -- the port is asynchronous
    async reset(mailbox, uidValidity) {
      inOneStep(() => {
        const old = found(mailbox);
        if (old) {
          database.prepare("DELETE FROM message WHERE mailbox = ?").run(old.id);
          database.prepare("DELETE FROM mailbox WHERE id = ?").run(old.id);
        }
        database.prepare(
          "INSERT INTO mailbox (name, uid_validity) VALUES (?, ?)",
        ).run(mailbox, uidValidity);
      });
    },

    // deno-lint-ignore require-await -- the port is asynchronous
    async save(mailbox, rows, uids, settled) {
      inOneStep(() => {
        const id = found(mailbox)?.id;
        if (id === undefined) throw new Error(`No mailbox "${mailbox}"`);
        for (const uid of uids) remove.run(id, uid);
        for (const row of rows) put.run(id, row.uid, row.modseq, row.path);
        settle.run(settled?.new ?? null, settled?.cur ?? null, id);
      });
    },

    close() {
      database.close();
    },

    discard() {
      database.close();
      setAside(file);
    },
  };
}

/**
 * The notebook in an SQLite file (0600). Losing its last lines in a power cut costs a
 * look at DNS or HTTPS, so that they are not synced one by one (synchronous=NORMAL).
 */

import { DatabaseSync } from "node:sqlite";
import {
  COUNTS_KEPT,
  dayOf,
  type Notebook,
  type SeenLevel,
  type StsPolicy,
  type TlsCount,
} from "./notebook.ts";

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA busy_timeout = 1000;
  CREATE TABLE IF NOT EXISTS policy (
    domain TEXT PRIMARY KEY, id TEXT NOT NULL, mode TEXT NOT NULL,
    mx TEXT NOT NULL, expires INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS level (
    domain TEXT PRIMARY KEY, level TEXT NOT NULL, seen INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS result (
    day TEXT NOT NULL, domain TEXT NOT NULL, policy TEXT NOT NULL,
    host TEXT NOT NULL, result TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (day, domain, policy, host, result)
  ) STRICT, WITHOUT ROWID;
`;

/**
 * Opens the file, or makes it.
 *
 * @throws {Error} When it cannot be opened or is no such file.
 */
export function sqliteNotebook(path: string): Notebook {
  // SQLite would let everybody read what it makes; its other files copy this mode.
  Deno.openSync(path, { write: true, create: true, mode: 0o600 }).close();
  const database = new DatabaseSync(path);
  try {
    database.exec(SCHEMA);
    return {
      ...policies(database),
      ...levels(database),
      ...results(database),
      tidy: (now) => {
        database.prepare("DELETE FROM policy WHERE expires < ?").run(now);
        database.prepare("DELETE FROM result WHERE day < ?")
          .run(dayOf(now - COUNTS_KEPT));
      },
      close: () => database.close(),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

function policies(
  database: DatabaseSync,
): Pick<Notebook, "policy" | "keepPolicy"> {
  const find = database.prepare(
    "SELECT id, mode, mx, expires FROM policy WHERE domain = ?",
  );
  const keep = database.prepare(
    "INSERT OR REPLACE INTO policy VALUES (?, ?, ?, ?, ?)",
  );
  return {
    policy(domain) {
      const row = find.get(domain);
      if (row === undefined) return undefined;
      return { ...row, mx: JSON.parse(row.mx as string) } as StsPolicy;
    },
    keepPolicy(domain, { id, mode, mx, expires }) {
      keep.run(domain, id, mode, JSON.stringify(mx), expires);
    },
  };
}

function levels(
  database: DatabaseSync,
): Pick<Notebook, "level" | "keepLevel"> {
  const find = database.prepare(
    "SELECT level, seen FROM level WHERE domain = ?",
  );
  const keep = database.prepare(
    "INSERT OR REPLACE INTO level VALUES (?, ?, ?)",
  );
  return {
    level(domain) {
      const row = find.get(domain);
      return row && { ...row } as unknown as SeenLevel;
    },
    keepLevel: (domain, { level, seen }) => void keep.run(domain, level, seen),
  };
}

function results(database: DatabaseSync): Pick<Notebook, "count" | "counts"> {
  const add = database.prepare(
    `INSERT INTO result VALUES (?, ?, ?, ?, ?, 1)
     ON CONFLICT DO UPDATE SET count = count + 1`,
  );
  const find = database.prepare(
    "SELECT day, domain, policy, host, result, count FROM result WHERE day = ?",
  );
  return {
    count({ domain, policy, host, result, time }) {
      add.run(dayOf(time), domain, policy, host, result);
    },
    counts: (day) => find.all(day) as unknown as TlsCount[],
  };
}

/**
 * A registry in an SQLite file (0600) that several processes may have open at once.
 *
 * Every commit is synced (WAL with synchronous=FULL) before a change resolves.
 *
 * @module
 */

import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { DETAIL_RULES } from "./accounts.ts";
import type { AccountRow, Registry } from "./registry.ts";
import { domainOf } from "./setting.ts";

/** `user_version` of the files that this program writes. */
const VERSION = 2;

/** How long a write waits for another process's write, in milliseconds. */
const BUSY_TIMEOUT = 5000;

const SCHEMA = `
  CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,
    domain TEXT NOT NULL,
    password TEXT NOT NULL,
    sealed BLOB,
    enabled INTEGER NOT NULL,
    receives INTEGER,
    details TEXT
  ) STRICT;
  CREATE INDEX account_domain ON account (domain, id);
  CREATE TABLE target (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL,
    target TEXT NOT NULL,
    UNIQUE (address, target)
  ) STRICT;
`;

/** What files of version 1 lack. */
const SINCE_1 = "ALTER TABLE account ADD COLUMN details TEXT";

type Statement = ReturnType<DatabaseSync["prepare"]>;

/**
 * Opens the file, or makes it.
 *
 * @throws {Error} When it cannot be opened, is no such file, or is from a newer version.
 */
export function openSqliteRegistry(path: string): Registry {
  try {
    makeFile(path);
    const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT });
    try {
      prepareDatabase(database);
      return {
        ...accountRows(database),
        ...aliasRows(database),
        close: () => database.close(),
      };
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot open "${path}": ${reason}`, { cause: error });
  }
}

/** SQLite would make the file readable for all. Its log files take after it. */
function makeFile(path: string): void {
  try {
    Deno.openSync(path, { write: true, createNew: true, mode: 0o600 }).close();
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return;
    throw error;
  }
  const folder = Deno.openSync(dirname(path));
  try {
    folder.syncSync();
  } finally {
    folder.close();
  }
}

function prepareDatabase(database: DatabaseSync): void {
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  if (versionOf(database) === VERSION) return;
  // Another process may be at it, too: look again once it has to wait for us.
  database.exec("BEGIN IMMEDIATE");
  try {
    const version = versionOf(database);
    if (version > VERSION) {
      throw new Error(`its version is ${version}, newer than ${VERSION}`);
    }
    if (version < VERSION) {
      const steps = version === 0 ? SCHEMA : SINCE_1;
      database.exec(`${steps}; PRAGMA user_version = ${VERSION}`);
    }
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()?.user_version);
}

type AliasMethods = "targets" | "aliases" | "insertTargets" | "deleteTargets";

function accountRows(
  database: DatabaseSync,
): Omit<Registry, AliasMethods | "close"> {
  const one = database.prepare("SELECT * FROM account WHERE address = ?");
  const all = database.prepare("SELECT * FROM account ORDER BY id");
  const insert = database.prepare(
    "INSERT INTO account (address, domain, password, sealed, enabled, receives, details)" +
      " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const first = database.prepare(
    "SELECT address FROM account" +
      " WHERE enabled AND (?1 IS NULL OR domain = ?1) ORDER BY id LIMIT 1",
  );
  const sealed = database.prepare(
    "SELECT 1 FROM account WHERE enabled AND sealed IS NOT NULL LIMIT 1",
  );
  const remove = database.prepare("DELETE FROM account WHERE address = ?");
  return {
    account(address) {
      return answer(() => {
        const row = one.get(address);
        return row && accountRow(row);
      });
    },
    accounts: () => answer(() => all.all().map(accountRow)),
    hasSealed: () => answer(() => sealed.get() !== undefined),
    insertAccount(row) {
      const { address, password, sealed, enabled, receives, details } = row;
      return answer(() =>
        changed(
          insert,
          address,
          domainOf(address),
          password,
          sealed ?? null,
          Number(enabled),
          receives === undefined ? null : Number(receives),
          details ?? null,
        )
      );
    },
    updateAccount: (address, change) =>
      answer(() => updateAccount(database, address, change)),
    deleteAccount: (address) => answer(() => changed(remove, address)),
    firstAccount(domain) {
      return answer(() => first.get(domain ?? null)?.address as string);
    },
  };
}

function aliasRows(database: DatabaseSync): Pick<Registry, AliasMethods> {
  const some = database.prepare(
    "SELECT target FROM target WHERE address = ? ORDER BY id",
  );
  const all = database.prepare("SELECT * FROM target ORDER BY address, id");
  const insert = database.prepare(
    "INSERT INTO target (address, target)" +
      " SELECT ?, value FROM json_each(?) WHERE TRUE ON CONFLICT DO NOTHING",
  );
  const remove = database.prepare(
    "DELETE FROM target WHERE address = ?1 AND (?2 IS NULL OR target = ?2)",
  );
  return {
    targets(address) {
      return answer(() => some.all(address).map((row) => String(row.target)));
    },
    aliases() {
      return answer(() => {
        const rows = Map.groupBy(all.all(), (row) => String(row.address));
        return Array.from(rows, ([address, targets]) => ({
          address,
          targets: targets.map((row) => String(row.target)),
        }));
      });
    },
    insertTargets: (address, targets) =>
      answer(() => changed(insert, address, JSON.stringify(targets))),
    deleteTargets: (address, target) =>
      answer(() => changed(remove, address, target ?? null)),
  };
}

/** Sets the named columns and no others: a concurrent change of another one stays. */
function updateAccount(
  database: DatabaseSync,
  address: string,
  change: Partial<Omit<AccountRow, "address">>,
): boolean {
  const entries = Object.entries(change);
  const columns = entries.map(([column]) => `${column} = ?`).join(", ");
  const values = entries.map(([, value]) =>
    typeof value === "boolean" ? Number(value) : value ?? null
  );
  const statement = database.prepare(
    `UPDATE account SET ${columns} WHERE address = ?`,
  );
  return changed(statement, ...values, address);
}

function accountRow(row: Record<string, unknown>): AccountRow {
  return {
    address: String(row.address),
    password: String(row.password),
    sealed: row.sealed instanceof Uint8Array ? row.sealed : undefined,
    enabled: row.enabled !== 0,
    receives: row.receives === null ? undefined : row.receives !== 0,
    details: DETAIL_RULES.find((rule) => rule === row.details),
  };
}

function changed(
  statement: Statement,
  ...values: (string | number | Uint8Array | null)[]
): boolean {
  return Number(statement.run(...values).changes) > 0;
}

/** SQLite answers at once; a failure becomes a rejection. */
// deno-lint-ignore require-await
async function answer<T>(run: () => T): Promise<T> {
  return run();
}

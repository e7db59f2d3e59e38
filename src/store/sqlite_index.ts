/**
 * The index in SQLite: `index.db` in the account's folder, and `text.db` for searches.
 *
 * What is written here may be lost in a power cut (synchronous=NORMAL): it is a cache.
 * A file that is damaged, or was made by another version, is set aside and made anew.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { pause } from "./in_pieces.ts";
import {
  type Expunged,
  type Index,
  type IndexedMailbox,
  type IndexRow,
  type IndexState,
  type OpenIndex,
  type TextFound,
  TextsFailed,
} from "./index.ts";
import { SqliteFindings } from "./sqlite_findings.ts";
import { Forgotten, SqliteText } from "./sqlite_text.ts";
import type { FindingsByKind, MessageText, PartMatches } from "./store.ts";
import type { Log } from "./surroundings.ts";

const FILE = "index.db";
/** Rows per read: the event loop goes on between. */
const PAGE = 8000;
/** What went longest ago is forgotten, all at once, when there is more than this. */
const MOST_EXPUNGED = 50_000;

/** Rows that are put by one statement: less than half the time of one each. */
const TOGETHER = 64;
const PUT_ONE = "INSERT OR REPLACE INTO message VALUES (?, ?, ?, ?)";
const PUT_MANY = PUT_ONE + ", (?, ?, ?, ?)".repeat(TOGETHER - 1);

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA busy_timeout = 1000;
  CREATE TABLE IF NOT EXISTS mailbox (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
    uid_validity INTEGER NOT NULL, new_time REAL, cur_time REAL,
    recent_from INTEGER, expunged_since INTEGER, closed_at INTEGER
  );
  CREATE TABLE IF NOT EXISTS message (
    mailbox INTEGER NOT NULL, uid INTEGER NOT NULL,
    modseq INTEGER NOT NULL, path TEXT NOT NULL,
    PRIMARY KEY (mailbox, uid)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS expunged (
    mailbox INTEGER NOT NULL, uid INTEGER NOT NULL, modseq INTEGER NOT NULL,
    PRIMARY KEY (mailbox, uid)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS finding (
    mailbox INTEGER NOT NULL, kind TEXT NOT NULL, uid INTEGER NOT NULL,
    octets BLOB NOT NULL, PRIMARY KEY (mailbox, kind, uid)
  ) WITHOUT ROWID;
  PRAGMA user_version = 2;
`;

/** Indexes in files beside the mail. */
export function sqliteIndex(log: Log = () => {}): OpenIndex {
  // deno-lint-ignore require-await -- the port is asynchronous
  return async (path) => {
    const file = `${path}/${FILE}`;
    try {
      return new SqliteIndex(openDatabase(file), path);
    } catch (error) {
      log("store.index-damaged", { path: file, error: String(error) });
      setAside(file);
      return new SqliteIndex(openDatabase(file), path);
    }
  };
}

function openDatabase(file: string): DatabaseSync {
  // SQLite would let everybody read what it makes; its other files copy this mode.
  Deno.openSync(file, { write: true, create: true, mode: 0o600 }).close();
  const database = new DatabaseSync(file);
  try {
    database.exec(SCHEMA);
    // Touches the tables, so that a foreign, old or torn file shows itself now.
    database.prepare("SELECT id, closed_at FROM mailbox LIMIT 1").get();
    database.prepare("SELECT uid, modseq, path FROM message LIMIT 1").get();
    database.prepare("SELECT uid, octets FROM finding LIMIT 1").get();
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
  readonly recent_from: number | null;
  readonly expunged_since: number | null;
  readonly closed_at: number | null;
}

/** The calls of the port are asynchronous, SQLite is not: what takes long pauses between pieces. */
class SqliteIndex implements Index {
  readonly #database: DatabaseSync;
  readonly #folder: string;
  readonly #text: SqliteText;
  readonly #findings = new SqliteFindings((text) => this.#sql(text));
  readonly #statements = new Map<string, ReturnType<DatabaseSync["prepare"]>>();

  constructor(database: DatabaseSync, folder: string) {
    this.#database = database;
    this.#folder = folder;
    this.#text = new SqliteText(folder);
  }

  #sql(text: string): ReturnType<DatabaseSync["prepare"]> {
    let statement = this.#statements.get(text);
    if (statement === undefined) {
      statement = this.#database.prepare(text);
      this.#statements.set(text, statement);
    }
    return statement;
  }

  #find(name: string): MailboxRow | undefined {
    const row = this.#sql("SELECT * FROM mailbox WHERE name = ?").get(name);
    return row as MailboxRow | undefined;
  }

  #inOneStep(work: () => void): void {
    const database = this.#database;
    database.exec("BEGIN IMMEDIATE");
    try {
      work();
      database.exec("COMMIT");
    } catch (error) {
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  }

  async load(mailbox: string): Promise<IndexedMailbox | undefined> {
    const row = this.#find(mailbox);
    if (row === undefined) return undefined;
    const { new_time, cur_time } = row;
    return {
      uidValidity: row.uid_validity,
      settled: new_time === null || cur_time === null
        ? undefined
        : { new: new_time, cur: cur_time },
      recentFrom: row.recent_from ?? undefined,
      expungedSince: this.#isOverfull(row.id)
        ? undefined
        : row.expunged_since ?? undefined,
      closedAt: row.closed_at ?? undefined,
      rows: await this.#rows(row.id),
    };
  }

  /** Many rows as one text: half the time of an object each. File names have no "/". */
  async #rows(id: number): Promise<IndexRow[]> {
    const page = this.#sql(`
      SELECT count(*) AS count,
        group_concat(uid || '/' || modseq || '/' || path, '/') AS text
      FROM (SELECT uid, modseq, path FROM message
        WHERE mailbox = ? AND uid > ? ORDER BY uid LIMIT ?)`);
    const rows: IndexRow[] = [];
    for (let last = 0;;) {
      const { count, text } = page.get(id, last, PAGE) as {
        count: number;
        text: string | null;
      };
      const parts = text?.split("/") ?? [];
      for (let i = 0; i + 3 < parts.length; i += 4) {
        rows.push({
          uid: Number(parts[i]),
          modseq: Number(parts[i + 1]),
          folder: parts[i + 2] === "new" ? "new" : "cur",
          name: parts[i + 3]!,
        });
      }
      if (count < PAGE) return rows;
      last = rows.at(-1)!.uid;
      await pause();
    }
  }

  #isOverfull(id: number): boolean {
    const { count } = this.#sql(
      "SELECT count(*) AS count FROM expunged WHERE mailbox = ?",
    ).get(id) as { count: number };
    if (count <= MOST_EXPUNGED) return false;
    this.#sql("DELETE FROM expunged WHERE mailbox = ?").run(id);
    return true;
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async reset(mailbox: string, uidValidity: number): Promise<void> {
    this.#inOneStep(() => {
      this.#forget(mailbox);
      this.#sql("INSERT INTO mailbox (name, uid_validity) VALUES (?, ?)")
        .run(mailbox, uidValidity);
    });
  }

  #forget(mailbox: string): MailboxRow | undefined {
    const old = this.#find(mailbox);
    if (old === undefined) return undefined;
    for (const table of ["message", "expunged", "finding"]) {
      this.#sql(`DELETE FROM ${table} WHERE mailbox = ?`).run(old.id);
    }
    this.#sql("DELETE FROM mailbox WHERE id = ?").run(old.id);
    return old;
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async save(
    mailbox: string,
    put: readonly IndexRow[],
    remove: readonly Expunged[],
    state: IndexState,
  ): Promise<void> {
    const row = this.#existing(mailbox);
    const { settled, recentFrom, expungedSince, closedAt } = state;
    this.#inOneStep(() => {
      for (const gone of remove) this.#remove(row.id, gone);
      this.#put(row.id, put);
      this.#sql(
        `UPDATE mailbox SET new_time = ?, cur_time = ?, recent_from = ?,
        expunged_since = ?, closed_at = ? WHERE id = ?`,
      ).run(
        ...[settled?.new, settled?.cur, recentFrom, expungedSince, closedAt]
          .map((value) => value ?? null),
        row.id,
      );
    });
    const uids = remove.map(({ uid }) => uid);
    this.#onText((text) => text.remove(row.uid_validity, uids));
  }

  #put(id: number, rows: readonly IndexRow[]): void {
    for (let i = 0; i < rows.length;) {
      const isMany = rows.length - i >= TOGETHER;
      const values: (number | string)[] = [];
      for (const row of rows.slice(i, i += isMany ? TOGETHER : 1)) {
        values.push(id, row.uid, row.modseq, `${row.folder}/${row.name}`);
      }
      this.#sql(isMany ? PUT_MANY : PUT_ONE).run(...values);
    }
  }

  #existing(mailbox: string): MailboxRow {
    const row = this.#find(mailbox);
    if (row === undefined) throw new Error(`No mailbox "${mailbox}"`);
    return row;
  }

  #remove(id: number, { uid, modseq }: Expunged): void {
    this.#sql("DELETE FROM message WHERE mailbox = ? AND uid = ?").run(id, uid);
    this.#findings.remove(id, uid);
    this.#sql("INSERT OR REPLACE INTO expunged VALUES (?, ?, ?)")
      .run(id, uid, modseq);
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async expunged(mailbox: string, modseq: number): Promise<Expunged[]> {
    const id = this.#find(mailbox)?.id ?? 0;
    return this.#sql(
      "SELECT uid, modseq FROM expunged WHERE mailbox = ? AND modseq > ?",
    ).all(id, modseq) as unknown as Expunged[];
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async rename(names: readonly (readonly [string, string])[]): Promise<void> {
    this.#inOneStep(() => {
      for (const [from, to] of names) {
        this.#forget(to);
        this.#sql("UPDATE mailbox SET name = ? WHERE name = ?").run(to, from);
      }
    });
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async remove(mailbox: string): Promise<void> {
    let old: MailboxRow | undefined;
    this.#inOneStep(() => old = this.#forget(mailbox));
    if (old) this.#onText((text) => text.removeAll(old!.uid_validity));
  }

  async cached(
    mailbox: string,
    uids: readonly number[],
    kind: string,
  ): Promise<ReadonlyMap<number, Uint8Array>> {
    const id = this.#find(mailbox)?.id;
    return id === undefined
      ? new Map()
      : await this.#findings.read(id, uids, kind);
  }

  async searchCached(
    mailbox: string,
    uids: readonly number[],
    kind: string,
    part: Uint8Array,
  ): Promise<PartMatches> {
    const id = this.#find(mailbox)?.id;
    return id === undefined
      ? { having: new Map(), unknown: new Set(uids) }
      : await this.#findings.search(id, uids, kind, part);
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async cache(mailbox: string, found: FindingsByKind): Promise<void> {
    const { id } = this.#existing(mailbox);
    this.#inOneStep(() => {
      for (const [kind, octets] of found) {
        this.#findings.write(id, kind, octets);
      }
    });
  }

  /** @throws {TextsFailed} */
  #onText<T>(work: (text: SqliteText) => T): T {
    try {
      return work(this.#text);
    } catch (error) {
      throw new TextsFailed(String(error), { cause: error });
    }
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async withText(mailbox: string): Promise<number[]> {
    const { uid_validity } = this.#existing(mailbox);
    return this.#onText((text) => text.uids(uid_validity));
  }

  async search(mailbox: string, text: string): Promise<TextFound | undefined> {
    const { uid_validity } = this.#existing(mailbox);
    try {
      return await this.#text.search(uid_validity, text);
    } catch (error) {
      if (error instanceof Forgotten) return undefined;
      throw new TextsFailed(String(error), { cause: error });
    }
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async keepTexts(
    mailbox: string,
    texts: ReadonlyMap<number, MessageText | undefined>,
  ): Promise<void> {
    const { uid_validity } = this.#existing(mailbox);
    this.#onText((text) => text.put(uid_validity, texts));
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async hasTexts(): Promise<boolean> {
    return this.#text.isThere;
  }

  // deno-lint-ignore require-await -- the port is asynchronous
  async dropTexts(): Promise<void> {
    this.#text.drop();
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
    this.#text.close();
  }

  discard(): void {
    this.close();
    setAside(`${this.#folder}/${FILE}`);
    this.#text.drop();
  }
}

/**
 * The words of an account's messages in SQLite: `text.db` beside the mail, a cache.
 *
 * FTS5 with trigrams and nothing else (`detail=none`, no content): a search asks for the
 * messages that have all trigrams of what is looked for; whoever asks verifies them.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";

const FILE = "text.db";
/** UIDs have 32 bits; what is larger SQLite takes as integers only in this form. */
const SPAN = 2n ** 32n;
/** More trigrams make the answer hardly shorter. */
const MOST_TRIGRAMS = 16;

/** Stands for a text that is not kept: it is in whatever is looked for. No character, so that no text has it. */
const ANY = "\ufdd0\ufdd0\ufdd0";

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA busy_timeout = 1000;
  CREATE TABLE IF NOT EXISTS mailbox (
    id INTEGER PRIMARY KEY, uid_validity INTEGER NOT NULL UNIQUE
  );
  CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5(
    body, tokenize = 'trigram case_sensitive 1',
    content = '', contentless_delete = 1, detail = none
  );
`;

/** Mailboxes go by their UIDVALIDITY, which is never used twice in an account. Each call may fail: then it is of no use. */
export class SqliteText {
  readonly #folder: string;
  #database: DatabaseSync | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  #open(): DatabaseSync {
    if (this.#database) return this.#database;
    const path = `${this.#folder}/${FILE}`;
    // SQLite would let everybody read what it makes; its other files copy this mode.
    Deno.openSync(path, { write: true, create: true, mode: 0o600 }).close();
    const database = new DatabaseSync(path);
    try {
      database.exec(SCHEMA);
      database.prepare("SELECT id FROM words_docsize LIMIT 1").get();
    } catch (error) {
      database.close();
      throw error;
    }
    return this.#database = database;
  }

  /** The row before the first of a mailbox; undefined when nothing is kept of it. */
  #startOf(uidValidity: number): bigint | undefined {
    const row = this.#open()
      .prepare("SELECT id FROM mailbox WHERE uid_validity = ?")
      .get(uidValidity);
    return row && BigInt(row.id as number) * SPAN;
  }

  /** UIDs whose texts are kept. */
  uids(uidValidity: number): number[] {
    const start = this.#startOf(uidValidity);
    if (start === undefined) return [];
    return this.#open()
      .prepare("SELECT id FROM words_docsize WHERE id BETWEEN ? AND ?")
      .all(start, start + SPAN - 1n)
      .map((row) => row.id as number - Number(start));
  }

  search(uidValidity: number, text: string): number[] {
    const start = this.#startOf(uidValidity);
    if (start === undefined) return [];
    return this.#open()
      .prepare(
        "SELECT rowid AS id FROM words WHERE words MATCH ? AND rowid BETWEEN ? AND ?",
      )
      .all(queryFor(text), start, start + SPAN - 1n)
      .map((row) => row.id as number - Number(start));
  }

  put(
    uidValidity: number,
    texts: ReadonlyMap<number, string | undefined>,
  ): void {
    this.#inOneStep((database) => {
      database.prepare(
        "INSERT OR IGNORE INTO mailbox (uid_validity) VALUES (?)",
      )
        .run(uidValidity);
      const start = this.#startOf(uidValidity)!;
      const remove = database.prepare("DELETE FROM words WHERE rowid = ?");
      const insert = database.prepare(
        "INSERT INTO words (rowid, body) VALUES (?, ?)",
      );
      for (const [uid, text] of texts) {
        remove.run(start + BigInt(uid));
        const body = text === undefined ? ANY : plain(text);
        insert.run(start + BigInt(uid), body);
      }
    });
  }

  remove(uidValidity: number, uids: readonly number[]): void {
    const start = this.isThere ? this.#startOf(uidValidity) : undefined;
    if (start === undefined || uids.length === 0) return;
    this.#inOneStep((database) => {
      const remove = database.prepare("DELETE FROM words WHERE rowid = ?");
      for (const uid of uids) remove.run(start + BigInt(uid));
    });
  }

  /** Forgets a mailbox. */
  removeAll(uidValidity: number): void {
    if (!this.isThere) return;
    this.remove(uidValidity, this.uids(uidValidity));
    this.#open().prepare("DELETE FROM mailbox WHERE uid_validity = ?")
      .run(uidValidity);
  }

  /** Whoever never searches has no such file, and need not get one. */
  get isThere(): boolean {
    if (this.#database) return true;
    try {
      return Deno.statSync(`${this.#folder}/${FILE}`).isFile;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }

  #inOneStep(work: (database: DatabaseSync) => void): void {
    const database = this.#open();
    database.exec("BEGIN IMMEDIATE");
    try {
      work(database);
      database.exec("COMMIT");
    } catch (error) {
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  }

  close(): void {
    this.#database?.close();
    this.#database = undefined;
  }

  /** Forgets everything. */
  drop(): void {
    this.close();
    for (const end of ["-wal", "-shm", ""]) {
      try {
        Deno.removeSync(`${this.#folder}/${FILE}${end}`);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
  }
}

/**
 * Fewer different trigrams, a smaller index: letter case and punctuation are left out,
 * character by character, so that what has a text has its plain form, too. (FTS5 also
 * ends a text at U+0000.)
 */
function plain(text: string): string {
  return text.replace(/[\0-/:-`{-\x7f]/g, toSpaceOrLower);
}

function toSpaceOrLower(char: string): string {
  return char >= "A" && char <= "Z" ? char.toLowerCase() : " ";
}

/** All trigrams of `text`, as far as they are not too many, each in quotes. */
function queryFor(text: string): string {
  const characters = [...plain(text)];
  const trigrams = new Set<string>();
  for (let i = 0; i + 3 <= characters.length; i++) {
    trigrams.add(characters.slice(i, i + 3).join(""));
  }
  const most = [...trigrams];
  const step = Math.max(1, most.length / MOST_TRIGRAMS);
  const some: string[] = [];
  for (let i = 0; i < most.length; i += step) some.push(most[Math.floor(i)]!);
  const all = some.map((part) => `"${part.replaceAll('"', '""')}"`);
  return `(${all.join(" AND ")}) OR "${ANY}"`;
}

/**
 * The words of an account's messages in SQLite: `text.db` beside the mail, a cache.
 *
 * Two tables of FTS5, both without positions (`detail=none`) and without content: `words`
 * has the words of each message, those of headers with a mark, and `vocabulary` all that
 * ever were; so the messages that have a part of a word are known for certain. What is no
 * word is in `rest`, as trigrams: whoever asks verifies what is found there.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import { pause } from "./in_pieces.ts";
import type { TextFound } from "./index.ts";
import type { MessageText } from "./store.ts";
import { cutText, trigramsOf, wantedOf } from "./text_words.ts";

const FILE = "text.db";
/** Goes up when what is kept changes its form. */
const VERSION = 2;
/** UIDs have 32 bits; what is larger SQLite takes as integers only in this form. */
const SPAN = 2n ** 32n;
/** Words of the vocabulary that are looked at in one go. */
const PAGE = 10_000;
/** No text has an octet of 0xff, which comes after all others. */
const BEGINS = "word >= ?1 AND word < ?1 || CAST(x'ff' AS TEXT)";
/** Words that are looked up in one go. */
const TOGETHER = 250;
/** Words of which it is remembered that they are in the vocabulary. */
const KNOWN_MAX = 50_000;

/** Stands for a text that is not kept. No character, so that no text has it. */
const ANY = "\ufdd0\ufdd0\ufdd0";
/** Before a word of a header. No character either. */
const MARK = "\ufdd1";

const SETTINGS = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA busy_timeout = 1000;
`;

const SCHEMA = `
  CREATE TABLE mailbox (
    id INTEGER PRIMARY KEY, uid_validity INTEGER NOT NULL UNIQUE
  );
  CREATE TABLE vocabulary (word TEXT PRIMARY KEY) WITHOUT ROWID;
  CREATE VIRTUAL TABLE words USING fts5(
    text, tokenize = 'ascii',
    content = '', contentless_delete = 1, detail = none
  );
  CREATE VIRTUAL TABLE rest USING fts5(
    text, tokenize = 'trigram case_sensitive 1',
    content = '', contentless_delete = 1, detail = none
  );
  PRAGMA user_version = ${VERSION};
`;

/** Where the messages of a mailbox stand: rows from `first` on. */
interface Rows {
  readonly database: DatabaseSync;
  readonly first: bigint;
}

/** Mailboxes go by their UIDVALIDITY, which is never used twice in an account. Each call may fail: then it is of no use. */
export class SqliteText {
  readonly #folder: string;
  #database: DatabaseSync | undefined;
  readonly #known = new Set<string>();

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
      database.exec(SETTINGS);
      makeTables(database);
      database.prepare("SELECT id FROM words_docsize LIMIT 1").get();
    } catch (error) {
      database.close();
      throw error;
    }
    return this.#database = database;
  }

  /** Undefined when nothing is kept of the mailbox. */
  #rowsOf(uidValidity: number): Rows | undefined {
    const database = this.#open();
    const row = database
      .prepare("SELECT id FROM mailbox WHERE uid_validity = ?")
      .get(uidValidity);
    return row && { database, first: BigInt(row.id as number) * SPAN };
  }

  /** UIDs whose texts are kept. */
  uids(uidValidity: number): number[] {
    const rows = this.#rowsOf(uidValidity);
    return rows ? select(rows, "words_docsize", "id", "1", []) : [];
  }

  /** Undefined when it cannot tell. */
  async search(
    uidValidity: number,
    text: string,
  ): Promise<TextFound | undefined> {
    const wanted = wantedOf(text);
    const rows = wanted && this.#rowsOf(uidValidity);
    if (rows === undefined) return undefined;
    const unkept = withWords(rows, [ANY]);
    let unsure: Set<number> | undefined;
    for (const piece of wanted!.pieces) {
      const rest = withTrigrams(rows, piece);
      const { inBodies, inHeaders } = await this.#withPart(rows, piece);
      if (wanted!.isExact) {
        return { inBodies, inHeaders, unsure: [...rest, ...unkept] };
      }
      const found = new Set([...inBodies, ...inHeaders, ...rest]);
      unsure = unsure?.intersection(found) ?? found;
    }
    return {
      ...{ inBodies: [], inHeaders: [] },
      unsure: [...unsure!, ...unkept],
    };
  }

  /** Messages with words that have `part`, a blank of which is the beginning or end of one. */
  async #withPart(
    rows: Rows,
    part: string,
  ): Promise<Omit<TextFound, "unsure">> {
    const inBodies = new Set<number>();
    const inHeaders = new Set<number>();
    const words = await this.#wordsWith(rows, part);
    for (let i = 0; i < words.length; i += TOGETHER) {
      const some = words.slice(i, i + TOGETHER);
      for (const uid of withWords(rows, some)) inBodies.add(uid);
      const marked = some.map((word) => MARK + word);
      for (const uid of withWords(rows, marked)) inHeaders.add(uid);
      await this.#pause(rows);
    }
    return { inBodies: [...inBodies], inHeaders: [...inHeaders] };
  }

  /** All words that have `part`, a blank of which is the beginning or end of one. */
  async #wordsWith(rows: Rows, part: string): Promise<string[]> {
    const word = part.replaceAll(" ", "");
    const [begins, ends] = [part.startsWith(" "), part.endsWith(" ")];
    if (begins && ends) return [word];
    if (begins) return wordsWhere(rows, BEGINS, [word]);
    const test = ends ? "substr(word, -length(?1)) = ?1" : "instr(word, ?1)";
    const page = rows.database.prepare(
      `SELECT word FROM vocabulary WHERE word > ? ORDER BY word LIMIT 1 OFFSET ${PAGE}`,
    );
    const words: string[] = [];
    for (let from = "";;) {
      const to = page.get(from)?.word as string | undefined;
      const range = to === undefined ? "word > ?2" : "word > ?2 AND word <= ?3";
      const given = to === undefined ? [word, from] : [word, from, to];
      words.push(...wordsWhere(rows, `${range} AND ${test}`, given));
      if (to === undefined) return words;
      from = to;
      await this.#pause(rows);
    }
  }

  /** Lets others have their turn. @throws {Error} When all was forgotten meanwhile. */
  async #pause({ database }: Rows): Promise<void> {
    await pause();
    if (database !== this.#database) throw new Forgotten();
  }

  put(
    uidValidity: number,
    texts: ReadonlyMap<number, MessageText | undefined>,
  ): void {
    this.#inOneStep((database) => {
      database.prepare(
        "INSERT OR IGNORE INTO mailbox (uid_validity) VALUES (?)",
      )
        .run(uidValidity);
      const { first } = this.#rowsOf(uidValidity)!;
      const insert = ["words", "rest"].map((table) =>
        database.prepare(`INSERT INTO ${table} (rowid, text) VALUES (?, ?)`)
      );
      const remove = removal(database);
      for (const [uid, text] of texts) {
        const id = first + BigInt(uid);
        remove(id);
        const kept = text ? this.#cut(text) : [ANY, ""];
        for (const [i, some] of kept.entries()) insert[i]!.run(id, some);
      }
    });
  }

  /** What is kept of a text: words, and what is none. */
  #cut({ headers, bodies }: MessageText): string[] {
    const [head, body] = [cutText(headers), cutText(bodies)];
    this.#learn(head.words);
    this.#learn(body.words);
    const marked = head.words.map((word) => MARK + word);
    return [[...marked, ...body.words].join(" "), head.rest + body.rest];
  }

  #learn(words: readonly string[]): void {
    const add = this.#open()
      .prepare("INSERT OR IGNORE INTO vocabulary VALUES (?)");
    if (this.#known.size > KNOWN_MAX) this.#known.clear();
    for (const word of words) {
      if (this.#known.has(word)) continue;
      add.run(word);
      this.#known.add(word);
    }
  }

  remove(uidValidity: number, uids: readonly number[]): void {
    const rows = this.isThere ? this.#rowsOf(uidValidity) : undefined;
    if (rows === undefined || uids.length === 0) return;
    this.#inOneStep((database) => {
      const remove = removal(database);
      for (const uid of uids) remove(rows.first + BigInt(uid));
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
      // Words that were new are not there after all.
      this.#known.clear();
      if (database.isTransaction) database.exec("ROLLBACK");
      throw error;
    }
  }

  close(): void {
    this.#known.clear();
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

/** The texts were forgotten, or the index closed, while they were searched. */
export class Forgotten extends Error {
  override name = "Forgotten";
}

/** Makes the tables of a new file. @throws {Error} For one that has another form. */
function makeTables(database: DatabaseSync): void {
  const version = database.prepare("PRAGMA user_version").get()?.user_version;
  if (version === VERSION) return;
  if (database.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get()) {
    throw new Error(`The texts have form ${version}, not ${VERSION}`);
  }
  database.exec(`BEGIN IMMEDIATE; ${SCHEMA}; COMMIT`);
}

/** Takes out what is kept of a message. */
function removal(database: DatabaseSync): (id: bigint) => void {
  const statements = ["words", "rest"].map((table) =>
    database.prepare(`DELETE FROM ${table} WHERE rowid = ?`)
  );
  return (id) => statements.forEach((statement) => statement.run(id));
}

/** Words of the vocabulary. */
function wordsWhere(
  { database }: Rows,
  condition: string,
  given: readonly string[],
): string[] {
  const words = database.prepare(
    `SELECT group_concat(word, ' ') AS words FROM vocabulary WHERE ${condition}`,
  ).get(...given)?.words as string | null;
  return words?.split(" ") ?? [];
}

/** UIDs of the messages that have one of `words`. */
function withWords(rows: Rows, words: readonly string[]): number[] {
  const query = words.map(quoted).join(" OR ");
  return select(rows, "words", "rowid", "words MATCH ?", [query]);
}

/** UIDs of the messages that may have `text` in what is no word. */
function withTrigrams(rows: Rows, text: string): number[] {
  const query = trigramsOf(text).map(quoted).join(" AND ");
  return select(rows, "rest", "rowid", "rest MATCH ?", [query]);
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** UIDs, as one text: a third of the time of an object each. */
function select(
  { database, first }: Rows,
  table: string,
  column: string,
  condition: string,
  given: readonly string[],
): number[] {
  const text = database.prepare(
    `SELECT group_concat(${column} - ?) AS uids FROM ${table}
      WHERE ${condition} AND ${column} BETWEEN ? AND ?`,
  ).get(first, ...given, first, first + SPAN - 1n)?.uids as string | null;
  return text === null ? [] : text.split(",").map(Number);
}

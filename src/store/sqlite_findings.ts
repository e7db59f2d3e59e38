/**
 * What was found out about messages, in a table of the index (`sqlite_index.ts`).
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { pause } from "./in_pieces.ts";

/** Messages whose findings are read at once: the event loop goes on between. */
const PAGE = 1000;

/** Rows that are written at once: it takes two thirds of the time. */
const ROWS = 16;
const VALUES = 4;

const WHERE = "FROM finding WHERE mailbox = ? AND kind = ?";

/** Statements of one database, each prepared once. */
export type Sql = (text: string) => ReturnType<DatabaseSync["prepare"]>;

export class SqliteFindings {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** What is kept as `kind` for those of `uids` for which something is. */
  async read(
    mailbox: number,
    uids: readonly number[],
    kind: string,
  ): Promise<ReadonlyMap<number, Uint8Array>> {
    const found = new Map<number, Uint8Array>();
    const sorted = [...uids].sort((a, b) => a - b);
    for (let i = 0; i < sorted.length; i += PAGE) {
      if (i > 0) await pause();
      const page = sorted.slice(i, i + PAGE);
      const isDense = page.at(-1)! - page[0]! <= 3 * page.length;
      if (isDense) this.#readRange(mailbox, page, kind, found);
      else this.#readEach(mailbox, page, kind, found);
    }
    return found;
  }

  #readEach(
    mailbox: number,
    uids: readonly number[],
    kind: string,
    found: Map<number, Uint8Array>,
  ): void {
    const one = this.#sql(`SELECT octets ${WHERE} AND uid = ?`);
    for (const uid of uids) {
      const octets = one.get(mailbox, kind, uid)?.octets;
      if (octets) found.set(uid, octets as Uint8Array);
    }
  }

  /** All in one piece, and cut here: half the time of an object each. */
  #readRange(
    mailbox: number,
    uids: readonly number[],
    kind: string,
    found: Map<number, Uint8Array>,
  ): void {
    const { keys, sizes, whole } = this.#sql(
      `SELECT group_concat(uid) AS keys, group_concat(length(octets)) AS sizes,
        CAST(group_concat(octets, '') AS BLOB) AS whole
      FROM (SELECT uid, octets ${WHERE} AND uid BETWEEN ? AND ?)`,
    ).get(mailbox, kind, uids[0]!, uids.at(-1)!) as {
      keys: string | null;
      sizes: string;
      whole: Uint8Array;
    };
    if (keys === null) return;
    const wanted = new Set(uids);
    const lengths = sizes.split(",");
    let start = 0;
    for (const [i, key] of keys.split(",").entries()) {
      const end = start + Number(lengths[i]);
      const uid = Number(key);
      if (wanted.has(uid)) found.set(uid, whole.subarray(start, end));
      start = end;
    }
  }

  /** Keeps octets by UID; within a transaction. */
  write(
    mailbox: number,
    kind: string,
    octets: ReadonlyMap<number, Uint8Array>,
  ): void {
    const values: (number | string | Uint8Array)[] = [];
    for (const [uid, some] of octets) {
      values.push(mailbox, kind, uid, some);
      if (values.length === ROWS * VALUES) {
        this.#put(ROWS).run(...values);
        values.length = 0;
      }
    }
    const one = this.#put(1);
    for (let i = 0; i < values.length; i += VALUES) {
      one.run(...values.slice(i, i + VALUES));
    }
  }

  #put(rows: number): ReturnType<Sql> {
    const values = Array(rows).fill("(?, ?, ?, ?)").join(", ");
    return this.#sql(`INSERT OR REPLACE INTO finding VALUES ${values}`);
  }

  /** Forgets all about one message. */
  remove(mailbox: number, uid: number): void {
    const remove = this.#sql(`DELETE ${WHERE} AND uid = ?`);
    for (const kind of this.#kinds(mailbox)) remove.run(mailbox, kind, uid);
  }

  #kinds(mailbox: number): string[] {
    // Each kind is found by a jump over the one before.
    const next = this.#sql(
      "SELECT kind FROM finding WHERE mailbox = ? AND kind > ? ORDER BY kind LIMIT 1",
    );
    const kinds: string[] = [];
    for (let kind: string | undefined = "";;) {
      kind = next.get(mailbox, kind)?.kind as string | undefined;
      if (kind === undefined) return kinds;
      kinds.push(kind);
    }
  }
}

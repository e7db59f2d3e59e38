/**
 * What was found out about messages, in a table of the index (`sqlite_index.ts`).
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import { pause } from "./in_pieces.ts";
import { searchFindings } from "./search_findings.ts";
import type { PartMatches } from "./store.ts";

/** Messages whose findings are read at once: the event loop goes on between. */
const PAGE = 1024;

/** Rows that are written at once: it takes two thirds of the time. */
const ROWS = 16;
const VALUES = 4;

const WHERE = "FROM finding WHERE mailbox = ? AND kind = ?";

/** All in one piece, and cut here: half the time of an object each. */
const PIECES =
  `group_concat(uid) AS keys, group_concat(length(octets)) AS sizes,
    CAST(group_concat(octets, '') AS BLOB) AS whole`;
const IN_RANGE = `${WHERE} AND uid BETWEEN ? AND ?`;

interface Pieces {
  /** Null where there is none. */
  readonly keys: string | null;
  readonly sizes: string;
  readonly whole: Uint8Array;
}

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
      if (isDense(page)) this.#readRange(mailbox, page, kind, found);
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

  #readRange(
    mailbox: number,
    uids: readonly number[],
    kind: string,
    found: Map<number, Uint8Array>,
  ): void {
    const pieces = this.#sql(
      `SELECT ${PIECES} FROM (SELECT uid, octets ${IN_RANGE})`,
    ).get(mailbox, kind, uids[0]!, uids.at(-1)!) as unknown as Pieces;
    const wanted = new Set(uids);
    cut(pieces, (uid) => wanted.has(uid), found);
  }

  /** Looks for `part`, as `MessageCache.search` has it. */
  async search(
    mailbox: number,
    uids: readonly number[],
    kind: string,
    part: Uint8Array,
  ): Promise<PartMatches> {
    const having = new Map<number, Uint8Array>();
    const unknown = new Set<number>();
    const sorted = [...uids].sort((a, b) => a - b);
    for (let i = 0; i < sorted.length; i += PAGE) {
      if (i > 0) await pause();
      const page = sorted.slice(i, i + PAGE);
      if (isDense(page)) {
        this.#searchRange(mailbox, page, kind, part, having, unknown);
        continue;
      }
      const kept = new Map<number, Uint8Array>();
      this.#readEach(mailbox, page, kind, kept);
      const matches = searchFindings(page, part, (uid) => kept.get(uid));
      for (const [uid, octets] of matches.having) having.set(uid, octets);
      for (const uid of matches.unknown) unknown.add(uid);
    }
    return { having, unknown };
  }

  /** What does not have it never leaves SQLite. */
  #searchRange(
    mailbox: number,
    uids: readonly number[],
    kind: string,
    part: Uint8Array,
    having: Map<number, Uint8Array>,
    unknown: Set<number>,
  ): void {
    const range = [mailbox, kind, uids[0]!, uids.at(-1)!] as const;
    const { kept } = this.#sql(`SELECT group_concat(uid) AS kept ${IN_RANGE}`)
      .get(...range) as { kept: string | null };
    // In the same query its test would be made once for each piece.
    const pieces = this.#sql(
      `SELECT ${PIECES} FROM (SELECT uid, octets ${IN_RANGE}
        AND (length(octets) < 2 OR instr(octets, ?) > 0))`,
    ).get(...range, part) as unknown as Pieces;
    // Mostly all are there, and nothing else.
    if (kept === uids.join(",")) return cut(pieces, () => true, having);
    const wanted = new Set(uids);
    cut(pieces, (uid) => wanted.has(uid), having);
    for (const uid of kept?.split(",") ?? []) wanted.delete(Number(uid));
    for (const uid of wanted) unknown.add(uid);
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

/** Ascending UIDs that are better read as a range. */
function isDense(uids: readonly number[]): boolean {
  return uids.at(-1)! - uids[0]! <= 3 * uids.length;
}

function cut(
  { keys, sizes, whole }: Pieces,
  isWanted: (uid: number) => boolean,
  found: Map<number, Uint8Array>,
): void {
  if (keys === null) return;
  const lengths = sizes.split(",");
  let start = 0;
  for (const [i, key] of keys.split(",").entries()) {
    const end = start + Number(lengths[i]);
    const uid = Number(key);
    if (isWanted(uid)) found.set(uid, whole.subarray(start, end));
    start = end;
  }
}

/**
 * Sending limits in an SQLite file: they outlive the process.
 *
 * A message costs one small write, without a sync of its own (a write-ahead log is
 * synced when it is emptied): what a power cut takes away is counts, never mail.
 *
 * @module
 */

import { DatabaseSync } from "node:sqlite";
import {
  type SendingLimits,
  sendingLimitsOver,
  type Span,
} from "./sending_limits.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS usage (
    account TEXT PRIMARY KEY,
    hour_start INTEGER NOT NULL,
    hour_messages INTEGER NOT NULL,
    hour_recipients INTEGER NOT NULL,
    day_start INTEGER NOT NULL,
    day_messages INTEGER NOT NULL,
    day_recipients INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

/**
 * Opens the file, or makes it (0600).
 *
 * @throws {Error} When it cannot be opened, or is no such file.
 */
export function openFileSendingLimits(
  path: string,
  now: () => number,
): SendingLimits {
  Deno.openSync(path, { write: true, create: true, mode: 0o600 }).close();
  const database = new DatabaseSync(path);
  try {
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    database.exec(SCHEMA);
    const get = database.prepare("SELECT * FROM usage WHERE account = ?");
    const set = database.prepare(
      "INSERT OR REPLACE INTO usage VALUES (?, ?, ?, ?, ?, ?, ?)",
    );
    return sendingLimitsOver({
      get(account) {
        const row = get.get(account) as Record<string, number> | undefined;
        return row && { hour: spanOf(row, "hour"), day: spanOf(row, "day") };
      },
      set(account, { hour, day }) {
        set.run(account, ...valuesOf(hour), ...valuesOf(day));
      },
      close: () => database.close(),
    }, now);
  } catch (error) {
    database.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot open "${path}": ${reason}`, { cause: error });
  }
}

function spanOf(row: Record<string, number>, name: "hour" | "day"): Span {
  return {
    start: row[`${name}_start`]!,
    messages: row[`${name}_messages`]!,
    recipients: row[`${name}_recipients`]!,
  };
}

function valuesOf({ start, messages, recipients }: Span): number[] {
  return [start, messages, recipients];
}

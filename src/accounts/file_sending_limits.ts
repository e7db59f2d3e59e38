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
  type Slot,
} from "./sending_limits.ts";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS sent (
    account TEXT NOT NULL,
    slot INTEGER NOT NULL,
    messages INTEGER NOT NULL,
    recipients INTEGER NOT NULL,
    PRIMARY KEY (account, slot)
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
    const slots = database.prepare(`
      SELECT slot, messages, recipients FROM sent
      WHERE account = ? AND slot BETWEEN ? AND ? ORDER BY slot
    `);
    const add = database.prepare(`
      INSERT INTO sent VALUES (?, ?, 1, ?) ON CONFLICT DO UPDATE
      SET messages = messages + 1, recipients = recipients + excluded.recipients
      RETURNING messages
    `);
    const forget = database.prepare(
      "DELETE FROM sent WHERE account = ? AND slot < ?",
    );
    return sendingLimitsOver({
      slots: (account, from, to) =>
        slots.all(account, from, to) as unknown as Slot[],
      add(account, slot, recipients, from) {
        const { messages } = add.get(account, slot, recipients)!;
        // Once a slot is often enough.
        if (messages === 1) forget.run(account, from);
      },
      close: () => database.close(),
    }, now);
  } catch (error) {
    database.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`Cannot open "${path}": ${reason}`, { cause: error });
  }
}

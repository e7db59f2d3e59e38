/**
 * Mailboxes: what users have, and where it lies on disk.
 *
 * `memoryStore()` forgets; `maildirStore()` keeps mail in Maildir++ folders that other
 * programs may read and change (names of files and folders: `file_name.ts`,
 * `mailbox_name.ts`). The files are the truth: UIDs, flags, dates and the unique ids of
 * POP3 (RFC 1939 §7) stand in their names, UIDVALIDITY and the reserved numbers
 * (RFC 9051 §2.3.1.1, RFC 7162 §3.1.1) in a small text file of each mailbox, as do its
 * id (RFC 8474) and special use (RFC 6154); subscriptions, limits and the like in two
 * of the account. The index is a cache: also of what IMAP found out about messages, and
 * of their words, in a database of its own.
 *
 * Leaves out: access rights, annotations; THREADID (RFC 8474 §5.2) is `imap/`'s, which
 * reads it from the header.
 *
 * @module
 */

export type { OpenIndex } from "./index.ts";
export { mailboxFolder, mailboxOfFolder } from "./mailbox_name.ts";
export * from "./maildir_store.ts";
export * from "./memory_index.ts";
export { memoryStore } from "./memory_store.ts";
export { sqliteIndex } from "./sqlite_index.ts";
export * from "./store.ts";
export type { Log } from "./surroundings.ts";
export type { FileProblem, MailboxReport, Problem } from "./verify.ts";

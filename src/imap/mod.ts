/**
 * IMAP, server side: mailboxes that stay on the server, for many clients at once.
 *
 * Obeys RFC 9051 (IMAP4rev2) and RFC 3501 (IMAP4rev1), and the extensions whose rows
 * stand in `extensions.ts`, each with its RFC.
 *
 * How it hangs together: `imapSession` reads a line, finds the row in `commands.ts`,
 * checks its state and runs it with a {@linkcode Scanner} behind the name. A row returns
 * a status or throws a `Refusal`; the session puts the tag before it. Changes of the
 * selected mailbox gather in a `View` and leave between commands (RFC 9051 §7).
 * CAPABILITY is derived from the rows of `extensions.ts`.
 *
 * Leaves out sockets, TLS and compression itself (`net/`), and passwords (`accounts/`).
 *
 * @module
 */

export { imapDefaults, type ImapKeys, type ImapSetting } from "./setting.ts";
export { indexMessages } from "./index_messages.ts";
export { imapSession } from "./session.ts";

/**
 * What CAPABILITY says, derived from the rows and the state (RFC 9051 §6.1.1, §7.2.2).
 *
 * @module
 */

import { extensions } from "./extensions.ts";
import type { ImapSession } from "./imap_session.ts";

/** "CAPABILITY IMAP4rev2 …", as a response and as a response code. */
export function capabilities(s: ImapSession): string {
  const names = extensions.flatMap((row) => row.announce(s));
  return ["CAPABILITY", "IMAP4rev2", "IMAP4rev1", ...names].join(" ");
}

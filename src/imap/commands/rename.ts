/** RENAME: a mailbox with all below it; INBOX gives its messages away (RFC 9051 §6.3.6). */

import { userOf } from "../imap_session.ts";
import { readMailbox } from "../mailbox_name.ts";
import { workOn } from "../progress.ts";
import type { Command } from "../rows.ts";
import { AFTER_LOGIN } from "../states.ts";

export const rename: Command = {
  name: "RENAME",
  syntax: "RENAME old-mailbox new-mailbox",
  states: AFTER_LOGIN,
  *run(s, scanner) {
    scanner.space();
    const from = yield* readMailbox(s, scanner);
    scanner.space();
    const to = yield* readMailbox(s, scanner);
    scanner.end();
    const user = userOf(s);
    yield* workOn(s, () => user.rename(from, to));
    return undefined;
  },
};

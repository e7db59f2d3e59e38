/** RENAME: a mailbox with all below it; INBOX gives its messages away (RFC 9051 §6.3.6). */

import { userOf } from "../imap_session.ts";
import { parseMailbox, readSpelling } from "../mailbox_name.ts";
import { workOn } from "../progress.ts";
import type { Command } from "../rows.ts";
import { AFTER_LOGIN } from "../states.ts";
import { tellNormalized } from "../tell_mailbox.ts";

export const rename: Command = {
  name: "RENAME",
  syntax: "RENAME old-mailbox new-mailbox",
  states: AFTER_LOGIN,
  *run(s, scanner) {
    scanner.space();
    const spelled = yield* readSpelling(scanner);
    const from = parseMailbox(s, spelled);
    scanner.space();
    const spelledTo = yield* readSpelling(scanner);
    const to = parseMailbox(s, spelledTo);
    scanner.end();
    const user = userOf(s);
    yield* workOn(s, () => user.rename(from, to));
    yield* tellNormalized(s, to, spelled, spelledTo);
    return undefined;
  },
};

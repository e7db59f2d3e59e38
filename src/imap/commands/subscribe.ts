/**
 * SUBSCRIBE and UNSUBSCRIBE (RFC 9051 §6.3.7, §6.3.8): names, whether or not there are
 * such mailboxes.
 */

import { work } from "../../wire/mod.ts";
import { userOf } from "../imap_session.ts";
import { readMailbox } from "../mailbox_name.ts";
import type { Command } from "../rows.ts";
import { AFTER_LOGIN } from "../states.ts";

export const subscribe: Command = {
  name: "SUBSCRIBE",
  syntax: "SUBSCRIBE mailbox",
  states: AFTER_LOGIN,
  *run(s, scanner) {
    scanner.space();
    const name = yield* readMailbox(s, scanner);
    scanner.end();
    const user = userOf(s);
    yield* work(() => user.subscribe(name));
    return undefined;
  },
};

export const unsubscribe: Command = {
  name: "UNSUBSCRIBE",
  syntax: "UNSUBSCRIBE mailbox",
  states: AFTER_LOGIN,
  *run(s, scanner) {
    scanner.space();
    const name = yield* readMailbox(s, scanner);
    scanner.end();
    const user = userOf(s);
    yield* work(() => user.unsubscribe(name));
    return undefined;
  },
};

/** STATUS: how much is in a mailbox, without opening it (RFC 9051 §6.3.11). */

import { existingMailbox } from "../existing_mailbox.ts";
import { readMailbox } from "../mailbox_name.ts";
import { workOn } from "../progress.ts";
import type { Command } from "../rows.ts";
import { AFTER_LOGIN } from "../states.ts";
import { readStatusItems, tellStatus } from "../status_items.ts";

export const status: Command = {
  name: "STATUS",
  syntax: "STATUS mailbox (item ...)",
  states: AFTER_LOGIN,
  *run(s, scanner) {
    scanner.space();
    const name = yield* readMailbox(s, scanner);
    scanner.space();
    const items = readStatusItems(s, scanner);
    scanner.end();
    const mailbox = yield* existingMailbox(s, name);
    yield* workOn(s, () => mailbox.refresh());
    yield* tellStatus(s, mailbox, items);
    return undefined;
  },
};

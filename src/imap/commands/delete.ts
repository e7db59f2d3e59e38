/** DELETE: removes a mailbox with all its messages; those below it stay (RFC 9051 §6.3.5). */

import { userOf } from "../imap_session.ts";
import { readMailbox } from "../mailbox_name.ts";
import { workOn } from "../progress.ts";
import type { Command } from "../rows.ts";
import { AFTER_LOGIN } from "../states.ts";
import { no } from "../status.ts";
import { closeSelected } from "../tell_changes.ts";

export const deletion: Command = {
  name: "DELETE",
  syntax: "DELETE mailbox",
  states: AFTER_LOGIN,
  *run(s, scanner) {
    scanner.space();
    const name = yield* readMailbox(s, scanner);
    scanner.end();
    // RFC 9051 §6.3.5.
    if (name === "INBOX") return no("INBOX stays", "CANNOT");
    const user = userOf(s);
    const isOpen = s.selected?.mailbox.name === name;
    yield* workOn(s, () => user.delete(name));
    if (isOpen) closeSelected(s);
    return undefined;
  },
};

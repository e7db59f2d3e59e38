/** DELETE: removes a mailbox with all its messages; those below it stay (RFC 9051 §6.3.5). */

import { userOf } from "../imap_session.ts";
import { parseMailbox, readSpelling } from "../mailbox_name.ts";
import { workOn } from "../progress.ts";
import type { Command } from "../rows.ts";
import { AFTER_LOGIN } from "../states.ts";
import { no } from "../status.ts";
import { closeSelected } from "../tell_changes.ts";
import { tellNormalized } from "../tell_mailbox.ts";

export const deletion: Command = {
  name: "DELETE",
  syntax: "DELETE mailbox",
  states: AFTER_LOGIN,
  *run(s, scanner) {
    scanner.space();
    const spelled = yield* readSpelling(scanner);
    const name = parseMailbox(s, spelled);
    scanner.end();
    // RFC 9051 §6.3.5.
    if (name === "INBOX") return no("INBOX stays", "CANNOT");
    const user = userOf(s);
    const isOpen = s.selected?.mailbox.name === name;
    yield* workOn(s, () => user.delete(name));
    if (isOpen) closeSelected(s);
    yield* tellNormalized(s, name, spelled);
    return undefined;
  },
};

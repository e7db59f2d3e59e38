/** CLOSE and UNSELECT: back to no mailbox, with or without an expunge (RFC 9051 §6.4.1, §6.4.2). */

import { deletedUids } from "../deleted_uids.ts";
import { selectedOf } from "../imap_session.ts";
import { workOn } from "../progress.ts";
import type { Command } from "../rows.ts";
import { SELECTED } from "../states.ts";

export const close: Command = {
  name: "CLOSE",
  syntax: "CLOSE",
  states: SELECTED,
  *run(s, scanner) {
    scanner.end();
    const selected = selectedOf(s);
    // RFC 9051 §6.4.1: nobody is told of each, and EXAMINE changes nothing.
    const uids = selected.readOnly ? [] : deletedUids(selected);
    if (uids.length > 0) {
      yield* workOn(s, () => selected.mailbox.expunge(uids));
    }
    selected.close();
    s.selected = undefined;
    return undefined;
  },
};

export const unselect: Command = {
  name: "UNSELECT",
  syntax: "UNSELECT",
  states: SELECTED,
  run(s, scanner) {
    scanner.end();
    selectedOf(s).close();
    s.selected = undefined;
    return undefined;
  },
};

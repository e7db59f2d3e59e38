/** NOOP and CHECK: a look at what changed (RFC 9051 §6.1.2, RFC 3501 §6.4.1). */

import { workOn } from "../progress.ts";
import type { Command } from "../rows.ts";
import { ANY_STATE, SELECTED } from "../states.ts";

export const noop: Command = {
  name: "NOOP",
  syntax: "NOOP",
  states: ANY_STATE,
  *run(s, scanner) {
    scanner.end();
    const mailbox = s.selected?.mailbox;
    // Changes by other programs are looked for when a client asks.
    if (mailbox) yield* workOn(s, () => mailbox.refresh());
    return undefined;
  },
};

export const check: Command = {
  ...noop,
  name: "CHECK",
  syntax: "CHECK",
  states: SELECTED,
};

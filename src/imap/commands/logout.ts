/** LOGOUT: says goodbye (RFC 9051 §6.1.3). */

import type { Command } from "../rows.ts";
import { ANY_STATE } from "../states.ts";
import { tell } from "../tell_changes.ts";

export const logout: Command = {
  name: "LOGOUT",
  syntax: "LOGOUT",
  states: ANY_STATE,
  run(s, scanner) {
    scanner.end();
    s.closing = true;
    s.wire.peerIsDone = true;
    tell(s, `BYE ${s.setting.end_greeting}`);
    return undefined;
  },
};

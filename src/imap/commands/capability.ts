/** CAPABILITY: what this connection can do now (RFC 9051 §6.1.1). */

import { capabilities } from "../capabilities.ts";
import type { Command } from "../rows.ts";
import { ANY_STATE } from "../states.ts";
import { tell } from "../tell_changes.ts";

export const capability: Command = {
  name: "CAPABILITY",
  syntax: "CAPABILITY",
  states: ANY_STATE,
  run(s, scanner) {
    scanner.end();
    tell(s, capabilities(s));
    return undefined;
  },
};

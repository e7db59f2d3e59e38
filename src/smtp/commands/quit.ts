/** QUIT (RFC 5321 §4.1.1.10): what is not finished is forgotten, what is acknowledged is long safe. */

import * as replies from "../replies.ts";
import type { Command } from "../rows.ts";

export const quit: Command = {
  verb: "QUIT",
  syntax: "QUIT",
  run(s) {
    s.wire.peerIsDone = true;
    return replies.closing(s.setting.messages.end_greeting);
  },
};

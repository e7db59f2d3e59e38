/** HELO (RFC 5321 §4.1.1.1): the greeting without extensions. */

import * as replies from "../replies.ts";
import type { Command } from "../rows.ts";
import { greet } from "../greet.ts";

export const helo: Command = {
  verb: "HELO",
  syntax: "HELO <domain>",
  on: ["mx", "submission", "submissions"],
  idle: true,
  run(s, args) {
    greet(s, args, false, helo.syntax);
    const { serverName, messages } = s.setting;
    return replies.hello(serverName, messages.helo_message);
  },
};

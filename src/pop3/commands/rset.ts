/** RSET: takes back what DELE marked (RFC 1939 §5). */

import { noArguments } from "../arguments.ts";
import type { Command } from "../command.ts";
import { fullness } from "../login.ts";
import { maildropOf } from "../pop3_session.ts";
import { ok } from "../reply.ts";

export const rset: Command = {
  verb: "RSET",
  syntax: "RSET",
  states: ["transaction"],
  run(s, args) {
    noArguments(rset, args);
    maildropOf(s).reset();
    return ok(fullness(s));
  },
};

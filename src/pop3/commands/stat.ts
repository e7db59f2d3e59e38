/** STAT: how many messages, how many octets (RFC 1939 §5). */

import { noArguments } from "../arguments.ts";
import type { Command } from "../command.ts";
import { ok } from "../reply.ts";
import { maildropOf } from "../pop3_session.ts";

export const stat: Command = {
  verb: "STAT",
  syntax: "STAT",
  states: ["transaction"],
  run(s, args) {
    noArguments(stat, args);
    const maildrop = maildropOf(s);
    return ok(`${maildrop.count} ${maildrop.octets}`);
  },
};

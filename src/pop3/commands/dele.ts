/** DELE: marks a message as deleted; QUIT removes it (RFC 1939 §5). */

import { parseNumber, words } from "../arguments.ts";
import type { Command } from "../command.ts";
import { maildropOf } from "../pop3_session.ts";
import { ok } from "../reply.ts";

export const dele: Command = {
  verb: "DELE",
  syntax: "DELE message",
  states: ["transaction"],
  run(s, args) {
    const [word = ""] = words(dele, args, 1, 1);
    const number = parseNumber(dele, word);
    maildropOf(s).delete(number);
    return ok(`message ${number} deleted`);
  },
};

/** RETR: a whole message (RFC 1939 §5). */

import { parseNumber, words } from "../arguments.ts";
import type { Command } from "../command.ts";
import { openNumber } from "../open_number.ts";
import { maildropOf } from "../pop3_session.ts";
import { sendMessage } from "../send_message.ts";

export const retr: Command = {
  verb: "RETR",
  syntax: "RETR message",
  states: ["transaction"],
  *run(s, args) {
    const [word = ""] = words(retr, args, 1, 1);
    const number = parseNumber(retr, word);
    const maildrop = maildropOf(s);
    const message = yield* openNumber(maildrop, number);
    try {
      maildrop.readAhead(number);
      s.wire.sendLine(`+OK ${message.size} octets`);
      yield* sendMessage(s, message);
      maildrop.markRetrieved(number);
      return undefined;
    } finally {
      message.close();
    }
  },
};

/** TOP: a message's header and the first lines of its body (RFC 1939 §7). */

import { parseNumber, words } from "../arguments.ts";
import type { Command } from "../command.ts";
import { openNumber } from "../open_number.ts";
import { maildropOf } from "../pop3_session.ts";
import { sendMessage } from "../send_message.ts";
import { TopCutter } from "../top_cutter.ts";

export const top: Command = {
  verb: "TOP",
  syntax: "TOP message lines",
  states: ["transaction"],
  *run(s, args) {
    const [first = "", second = ""] = words(top, args, 2, 2);
    const number = parseNumber(top, first);
    const cutter = new TopCutter(parseNumber(top, second));
    const message = yield* openNumber(maildropOf(s), number);
    try {
      s.wire.sendLine("+OK top of message follows");
      yield* sendMessage(s, message, cutter);
      return undefined;
    } finally {
      message.close();
    }
  },
};

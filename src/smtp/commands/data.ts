/**
 * DATA (RFC 5321 §4.1.1.4): the message, up to the dot; 250 once it is durable.
 *
 * @module
 */

import { acceptMessage, openReception } from "../accept_message.ts";
import { readDotBody } from "../dot_body.ts";
import { refuse } from "../refusal.ts";
import * as replies from "../replies.ts";
import type { Command } from "../rows.ts";
import { currentTransaction, sendReply } from "../smtp_session.ts";

export const data: Command = {
  verb: "DATA",
  syntax: "DATA",
  after: "rcpt",
  *run(s) {
    const transaction = currentTransaction(s);
    // RFC 3030 §2: not together with BDAT; §3: not for BINARYMIME.
    if (transaction.reception || transaction.broken) refuse(replies.badOrder);
    if (transaction.parameters.body === "BINARYMIME") {
      refuse(replies.binaryNeedsBdat);
    }
    const reception = openReception(s, transaction, false);
    sendReply(s, replies.startData(s.setting.messages.data_start_message));
    yield* readDotBody(s.wire, reception);
    return yield* acceptMessage(s, transaction, reception);
  },
};

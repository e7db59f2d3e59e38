/**
 * MAIL (RFC 5321 §4.1.1.2): begins a transaction.
 *
 * @module
 */

import { isAscii } from "../../bytes/mod.ts";
import { parsePath } from "../../mail/mod.ts";
import { readParameters } from "../parameters.ts";
import { pathText } from "../path_text.ts";
import { refuse } from "../refusal.ts";
import * as replies from "../replies.ts";
import type { Command } from "../rows.ts";
import { checkMaySend } from "../sending.ts";
import { checkMaySubmit, checkOwnsSender } from "../sender.ts";
import { beginTransaction, type MailParameters } from "../transaction.ts";

export const mail: Command = {
  verb: "MAIL",
  syntax: "MAIL FROM:<address> [parameters]",
  after: "hello",
  *run(s, args) {
    if (s.transaction) refuse(replies.nestedMail);
    checkMaySubmit(s);
    const text = pathText("FROM", args) ?? refuse(replies.syntax(mail.syntax));
    const { messages } = s.setting;
    const path = parsePath(text, { utf8: true });
    // `<Postmaster>` is a forward-path only (RFC 5321 §4.1.1.3).
    if (!path || path.address?.domain === "") {
      refuse(replies.badSender(messages.sender_invalid_message));
    }
    const parameters = readParameters<MailParameters>(
      s,
      path.rest,
      (extension) => extension.mailParams,
      {},
    );
    const given = text.slice(0, text.length - path.rest.length);
    if (!parameters.smtputf8 && !isAscii(given)) refuse(replies.utf8NotAsked);
    yield* checkOwnsSender(s, path.address);
    checkMaySend(s, 1);

    // No refusals below.
    s.transaction = beginTransaction(path.address, parameters);
    return replies.senderOk(messages.sender_ok_message);
  },
};

/**
 * RCPT (RFC 5321 §4.1.1.3): adds a recipient, decided upon at once.
 *
 * @module
 */

import { isAscii } from "../../bytes/mod.ts";
import { canonicalAddress, parsePath } from "../../mail/mod.ts";
import { readParameters } from "../parameters.ts";
import { pathText } from "../path_text.ts";
import { recipientFor } from "../recipient.ts";
import { refuse } from "../refusal.ts";
import * as replies from "../replies.ts";
import type { Command } from "../rows.ts";
import { checkMaySend } from "../sending.ts";
import { currentTransaction } from "../smtp_session.ts";
import type { RcptParameters } from "../transaction.ts";

export const rcpt: Command = {
  verb: "RCPT",
  syntax: "RCPT TO:<address> [parameters]",
  after: "mail",
  *run(s, args) {
    const transaction = currentTransaction(s);
    // The message has begun (RFC 3030 §2: BDAT is no place for new recipients).
    if (transaction.reception || transaction.broken) refuse(replies.badOrder);
    const text = pathText("TO", args) ?? refuse(replies.syntax(rcpt.syntax));
    const { limits, messages } = s.setting;
    const path = parsePath(text, { utf8: true });
    if (!path?.address) {
      refuse(replies.badRecipient(messages.recipient_invalid_message));
    }
    const parameters = readParameters<RcptParameters>(
      s,
      path.rest,
      (extension) => extension.rcptParams,
      {},
    );
    const given = text.slice(0, text.length - path.rest.length);
    if (!transaction.parameters.smtputf8 && !isAscii(given)) {
      refuse(replies.utf8NotAsked);
    }
    const { recipients, accepted } = transaction;
    // RFC 5321 §4.5.3.1.10.
    if (accepted.length >= limits.recipients) refuse(replies.tooManyRecipients);
    const key = canonicalAddress(path.address);
    if (!recipients.has(key)) checkMaySend(s, recipients.size + 1);
    const recipient = recipients.get(key) ??
      (yield* recipientFor(s, path.address, parameters));

    // No refusals below.
    recipients.set(key, recipient);
    accepted.push(recipient.envelope.address);
    return replies.recipientOk(messages.recipient_ok_message);
  },
};

/**
 * From the transaction to the spool: opening a message's draft, and what is
 * answered when it is complete (RFC 5321 §4.1.1.4, §6.1; RFC 2033 §4.2).
 *
 * @module
 */

import { utf8Encode } from "../bytes/mod.ts";
import { formatAddress, type Reply } from "../mail/mod.ts";
import type { Envelope } from "../queue/spool.ts";
import type { Session } from "../wire/mod.ts";
import { faultReply } from "./fault.ts";
import { HopCounter } from "./header_filter.ts";
import { Reception } from "./reception.ts";
import * as replies from "./replies.ts";
import type { Outcome } from "./rows.ts";
import { forgetTransaction, type SmtpSession } from "./smtp_session.ts";
import { traceField } from "./trace_field.ts";
import type { Transaction } from "./transaction.ts";

/** Starts the message of `transaction`, with its trace field in front. */
export function openReception(
  s: SmtpSession,
  transaction: Transaction,
): Reception {
  const { spool, limits } = s.setting;
  const draft = spool.begin();
  const reception = new Reception(draft, {
    limit: limits.messageSize,
    header: new HopCounter(limits.receivedHops),
    onFault: (error) => faultReply(s, error),
    onLeak: (error) => void faultReply(s, error),
  });
  transaction.reception = reception;
  reception.prepend(utf8Encode(traceField(s, transaction, draft.id)));
  return reception;
}

/** Commits the message and ends the transaction; what is to be answered. */
export function* acceptMessage(
  s: SmtpSession,
  transaction: Transaction,
  reception: Reception,
): Session<Outcome> {
  const envelope = envelopeOf(s, transaction);
  const result = yield* reception.commit(envelope);
  forgetTransaction(s);
  const accepted = typeof result === "string";
  s.setting.log(accepted ? "smtp.accepted" : "smtp.refused", {
    session: s.link.id,
    from: envelope.from,
    to: envelope.recipients.map((recipient) => recipient.address),
    size: reception.size,
    ...(accepted ? { message: result } : { reply: result.code }),
  });
  if (!accepted) return forEachRecipient(s, transaction, result);
  s.errors = 0;
  const reply = replies.queued(s.setting.messages.queued_message, result);
  return forEachRecipient(s, transaction, reply);
}

/** RFC 2033 §4.2: LMTP says it once for each RCPT that it accepted, in their order. */
export function forEachRecipient(
  s: SmtpSession,
  transaction: Transaction,
  reply: Reply,
): Outcome {
  if (s.setting.listener.kind !== "lmtp") return reply;
  return transaction.accepted.map(() => reply);
}

function envelopeOf(s: SmtpSession, transaction: Transaction): Envelope {
  const { from, parameters, recipients } = transaction;
  const { body, smtputf8, ret, envid } = parameters;
  return {
    from: from === null ? "" : formatAddress(from),
    recipients: [...recipients.values()],
    body: body ?? "7BIT",
    smtputf8: smtputf8 ?? false,
    ...(ret === undefined ? {} : { ret }),
    ...(envid === undefined ? {} : { envid }),
    ...(s.login ? { submitter: s.login.account } : {}),
    received: s.setting.now(),
  };
}

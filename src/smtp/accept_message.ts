/**
 * From the transaction to the spool: opening a message's draft, and what is
 * answered when it is complete (RFC 5321 §4.1.1.4, §6.1; RFC 2033 §4.2).
 *
 * @module
 */

import { utf8Encode } from "../bytes/mod.ts";
import { formatAddress, type Reply } from "../mail/mod.ts";
import type { Envelope } from "../queue/mod.ts";
import { limits as wireLimits, type Session, work } from "../wire/mod.ts";
import { faultReply, isEnding } from "./fault.ts";
import { type HeaderFilter, HeaderWatch } from "./header_filter.ts";
import { Reception } from "./reception.ts";
import * as replies from "./replies.ts";
import type { Outcome } from "./rows.ts";
import {
  forgetTransaction,
  isSubmission,
  type SmtpSession,
} from "./smtp_session.ts";
import { countSent } from "./sending.ts";
import { SubmissionHeader } from "./submission_header.ts";
import { traceField } from "./trace_field.ts";
import type { Transaction } from "./transaction.ts";

/**
 * Starts the message of `transaction`, with its trace field in front.
 *
 * @param checkLines Whether the reception has to look for bare CR and LF itself.
 */
export function openReception(
  s: SmtpSession,
  transaction: Transaction,
  checkLines: boolean,
): Reception {
  const { spool, limits } = s.setting;
  const draft = spool.begin();
  const reception = new Reception(draft, {
    limit: limits.messageSize,
    header: headerFilter(s),
    checkLines,
    onFault: (error) => faultReply(s, error),
    onLeak: (error) => void faultReply(s, error),
  });
  transaction.reception = reception;
  reception.prepend(utf8Encode(traceField(s, transaction, draft.id)));
  return reception;
}

/** RFC 6409 §8: only what a user submits is completed; what another server sends is left alone. */
function headerFilter(s: SmtpSession): HeaderFilter {
  const { setting } = s;
  if (!isSubmission(s)) return new HeaderWatch(setting.limits.receivedHops);
  return new SubmissionHeader({
    serverName: setting.serverName,
    now: setting.now(),
    random: setting.random,
    limit: wireLimits.smtp.submissionHeader,
    hops: setting.limits.receivedHops,
  });
}

/** Commits the message and ends the transaction; what is to be answered. */
export function* acceptMessage(
  s: SmtpSession,
  transaction: Transaction,
  reception: Reception,
): Session<Outcome> {
  const envelope = envelopeOf(s, transaction);
  const result = yield* commit(s, reception, envelope);
  forgetTransaction(s);
  const accepted = typeof result === "string";
  s.setting.log(accepted ? "smtp.accepted" : "smtp.refused", {
    session: s.link.id,
    peer: s.link.remoteAddress,
    from: envelope.from,
    to: envelope.recipients.map((recipient) => recipient.address),
    size: reception.size,
    ...(accepted
      ? { id: result, message_id: reception.messageId }
      : { reply: result.code }),
  });
  if (!accepted) return forEachRecipient(s, transaction, result);
  s.errors = 0;
  countSent(s, envelope.recipients.length);
  const reply = replies.queued(s.setting.messages.queued_message, result);
  return forEachRecipient(s, transaction, reply);
}

/** The message's id, or why there is none. */
function* commit(
  s: SmtpSession,
  reception: Reception,
  envelope: Envelope,
): Session<string | Reply> {
  try {
    yield* reception.finish();
    if (!(yield* ownsFrom(s, reception))) reception.refuse(replies.notYourFrom);
    // RFC 8689 §4.1, RFC 6758 §4: parameters of MAIL go before fields.
    return yield* reception.commit({ ...reception.wishes, ...envelope });
  } catch (error) {
    // Whatever failed, the transaction is over (RFC 5321 §4.1.1.4).
    if (isEnding(error)) throw error;
    return faultReply(s, error);
  }
}

/** Where it is asked for: one of the addresses in From has to be the submitter's. */
function* ownsFrom(s: SmtpSession, reception: Reception): Session<boolean> {
  const { login, setting } = s;
  if (!login || !setting.checkFromHeader) return true;
  for (const author of reception.authors) {
    const owns = () => setting.accounts.owns(login.account, author);
    if (yield* work(owns)) return true;
  }
  return false;
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
  const { body, smtputf8, size: _, ...asked } = parameters;
  return {
    from: from === null ? "" : formatAddress(from),
    recipients: Array.from(recipients.values(), ({ envelope }) => envelope),
    body: body ?? "7BIT",
    smtputf8: smtputf8 ?? false,
    ...asked,
    ...(s.login ? { submitter: s.login.account } : {}),
    received: s.setting.now(),
  };
}

/**
 * The Received field in front of a message (RFC 5321 §4.4).
 *
 * @module
 */

import {
  formatReceived,
  protocolName,
  type ReceivedTrace,
} from "../mail/mod.ts";
import type { SmtpSession } from "./smtp_session.ts";
import type { Transaction } from "./transaction.ts";

/** The field, folded, with its CRLFs. */
export function traceField(
  s: SmtpSession,
  transaction: Transaction,
  id: string,
): string {
  const { link, setting } = s;
  const { priority } = transaction.parameters;
  const only = onlyRecipient(transaction);
  return formatReceived({
    helo: s.hello?.name ?? "",
    peerAddress: link.remoteAddress,
    serverName: setting.serverName,
    protocol: protocolName({
      extended: s.hello?.extended ?? false,
      lmtp: setting.listener.kind === "lmtp",
      tls: link.tls !== undefined,
      authenticated: s.login !== undefined,
      utf8: transaction.parameters.smtputf8 ?? false,
    }),
    id,
    ...(link.tls ? { tls: link.tls } : {}),
    ...(priority === undefined ? {} : { priority }),
    ...(only ? { for: only } : {}),
    date: setting.now(),
  });
}

/** RFC 5321 §7.2: with several recipients none is named, some may be blind copies. */
function onlyRecipient(transaction: Transaction): ReceivedTrace["for"] {
  const [first, ...others] = transaction.recipients.values();
  return others.length === 0 ? first?.address : undefined;
}

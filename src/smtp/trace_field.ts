/**
 * The Received field in front of a message (RFC 5321 §4.4, RFC 3848, RFC 6531 §4.3).
 *
 * @module
 */

import type { SmtpSession } from "./smtp_session.ts";
import type { Transaction } from "./transaction.ts";

/** The field, folded, with its CRLF. */
export function traceField(
  s: SmtpSession,
  transaction: Transaction,
  id: string,
): string {
  const { link, setting } = s;
  const [only] = transaction.recipients.values();
  const forOne = transaction.recipients.size === 1
    ? `\r\n for <${only!.address}>`
    : "";
  const date = new Date(setting.now()).toUTCString();
  return `Received: from ${s.hello?.name} (${link.remoteAddress})\r\n` +
    ` by ${setting.serverName} with ${protocol(s, transaction)} id ${id}` +
    `${forOne}; ${date}\r\n`;
}

function protocol(s: SmtpSession, transaction: Transaction): string {
  const utf8 = transaction.parameters.smtputf8 ? "UTF8" : "";
  const tls = s.link.tls ? "S" : "";
  const auth = s.login ? "A" : "";
  if (s.setting.listener.kind === "lmtp") return `${utf8}LMTP${tls}${auth}`;
  if (utf8) return `UTF8SMTP${tls}${auth}`;
  return s.hello?.extended ? `ESMTP${tls}${auth}` : "SMTP";
}

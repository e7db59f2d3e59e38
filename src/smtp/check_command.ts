/**
 * What holds for every command: the length of its line, no arguments where there are
 * none, and its order (RFC 5321 §4.1.4, §4.5.3.1.4).
 *
 * @module
 */

import { limits } from "../wire/mod.ts";
import { refuse } from "./refusal.ts";
import * as replies from "./replies.ts";
import type { Command } from "./rows.ts";
import type { SmtpSession } from "./smtp_session.ts";

/**
 * Checks a command against its row before it runs.
 *
 * @param length Octets of its line, without the CRLF.
 * @throws {Refusal}
 */
export function checkCommand(
  s: SmtpSession,
  command: Command,
  args: string,
  length: number,
): void {
  // RFC 4954 §4.
  if (command.verb !== "AUTH" && length + 2 > limits.smtp.commandLine) {
    refuse(replies.lineTooLong);
  }
  if (command.syntax === command.verb && args !== "") {
    refuse(replies.syntax(command.syntax));
  }
  if (command.after === undefined) return;
  if (!s.hello) {
    refuse(replies.helloFirst(s.setting.listener.kind));
  }
  if (command.after === "hello") return;
  if (!s.transaction) refuse(replies.mailFirst);
  if (command.after === "rcpt" && s.transaction.recipients.size === 0) {
    refuse(replies.noRecipients);
  }
}

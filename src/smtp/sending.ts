/**
 * What an account may send an hour and a day: checked at MAIL and RCPT, counted when a
 * message is accepted.
 *
 * @module
 */

import type { Allowance } from "../accounts/mod.ts";
import { logFault } from "./fault.ts";
import { refuse } from "./refusal.ts";
import * as replies from "./replies.ts";
import type { SmtpSession } from "./smtp_session.ts";

/** @throws {Refusal} When a message to so many recipients would be too much. */
export function checkMaySend(s: SmtpSession, recipients: number): void {
  const { login, setting } = s;
  if (!login || !setting.sending) return;
  const { limits, allowanceOf } = setting.sending;
  const allowance = allowanceOf(login.account);
  if (!isLimited(allowance)) return;
  const excess = limits.check(login.account, recipients, allowance);
  if (excess) refuse(replies.sentTooMuch(excess));
}

/**
 * Counts a message that was accepted, where its sender is limited at all. Never throws:
 * a message that is in the spool may not be refused any more.
 */
export function countSent(s: SmtpSession, recipients: number): void {
  const { login, setting } = s;
  if (!login || !setting.sending) return;
  const { limits, allowanceOf } = setting.sending;
  if (!isLimited(allowanceOf(login.account))) return;
  try {
    limits.count(login.account, recipients);
  } catch (error) {
    logFault(s, error);
  }
}

function isLimited(allowance: Allowance): boolean {
  return LIMITS.some((name) => (allowance[name] ?? 0) > 0);
}

const LIMITS = [
  "messages_per_hour",
  "messages_per_day",
  "recipients_per_hour",
  "recipients_per_day",
] as const;

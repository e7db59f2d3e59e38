/**
 * Our own faults: what the peer hears of them, and what the log does.
 *
 * @module
 */

import type { Reply } from "../mail/mod.ts";
import { Disconnected, ShuttingDown, TimedOut } from "../wire/mod.ts";
import * as replies from "./replies.ts";
import type { SmtpSession } from "./smtp_session.ts";

/** Logs `error` with its stack and returns the reply that gives nothing away. */
export function faultReply(s: SmtpSession, error: unknown): Reply {
  logFault(s, error);
  return isDiskFull(error) ? replies.diskFull : replies.localError;
}

/** Logs `error` with its stack. */
export function logFault(s: SmtpSession, error: unknown): void {
  s.setting.log("smtp.fault", {
    level: "error",
    session: s.link.id,
    error: textOf(error),
  });
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return `${error}`;
  // Too many guesses at a time are no bug, and a stack for each would fill the disk.
  if (error.name === "TooBusy") return "too many logins at a time";
  return error.stack ?? error.message;
}

/** True for what ends the dialogue, and is nobody's fault. */
export function isEnding(error: unknown): boolean {
  return error instanceof Disconnected || error instanceof TimedOut ||
    error instanceof ShuttingDown;
}

/** By its shape: protocols do not know the disk. */
function isDiskFull(error: unknown): boolean {
  return error instanceof Error && error.name === "DiskError" &&
    (error as Error & { fault?: unknown }).fault === "full";
}

/** FUTURERELEASE (RFC 4865): a submission that waits here until its time has come. */

import { limits } from "../../wire/mod.ts";
import { checkInTime } from "../in_time.ts";
import { refuse } from "../refusal.ts";
import * as replies from "../replies.ts";
import type { Extension } from "../rows.ts";
import { mayInstructQueue, type SmtpSession } from "../smtp_session.ts";
import type { MailParameters } from "../transaction.ts";

const MAX = limits.smtp.futureRelease;

export const futureRelease: Extension = {
  keyword: "FUTURERELEASE",
  rfc: "RFC 4865",
  // RFC 4865 §3: for submission only; the longest wait, and the latest time.
  advertise(s) {
    if (!mayInstructQueue(s)) return undefined;
    const latest = new Date(s.setting.now() + MAX * 1000).toISOString();
    return `${MAX} ${latest.replace(/\.\d+Z$/, "Z")}`;
  },
  mailParams: {
    HOLDFOR(into, value, s) {
      if (!/^\d{1,9}$/.test(value ?? "")) {
        refuse(replies.badParameter("HOLDFOR"));
      }
      const seconds = Number(value);
      hold(into, s.setting.now() + seconds * 1000, s);
      into.holdFor = seconds;
    },
    HOLDUNTIL(into, value, s) {
      const at = parseDateTime(value ?? "") ??
        refuse(replies.badParameter("HOLDUNTIL"));
      if (at < s.setting.now()) refuse(replies.holdUntilPast);
      hold(into, at, s);
    },
  },
};

function hold(into: MailParameters, at: number, s: SmtpSession): void {
  if (into.notBefore !== undefined) refuse(replies.twoHolds);
  if (at > s.setting.now() + MAX * 1000) refuse(replies.holdTooLong(MAX));
  into.notBefore = at;
  checkInTime(into);
}

// RFC 3339 §5.6 `date-time`; hours, days and the like are checked by reading it.
const DATE_TIME =
  /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:([0-5]\d|60)(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i;

/** Milliseconds since 1970; undefined for what is no time, or does not exist. */
function parseDateTime(text: string): number | undefined {
  const match = DATE_TIME.exec(text);
  if (!match) return undefined;
  const [, day, second] = match;
  // `Date` knows no leap seconds, and moves 31 February to March.
  const known = second === "60" ? text.replace(/:60/, ":59") : text;
  const at = Date.parse(known.toUpperCase());
  const date = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(at) || Number.isNaN(date)) return undefined;
  if (!new Date(date).toISOString().startsWith(day!)) return undefined;
  return second === "60" ? at + 1000 : at;
}

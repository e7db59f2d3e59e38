/**
 * IMAP's own dates: `date-time` of APPEND and INTERNALDATE, `date` of SEARCH
 * (RFC 9051 §9).
 *
 * @module
 */

import { parseDate } from "../mail/mod.ts";

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const DAY = /^(\d{1,2})-([A-Za-z]{3})-(\d{4})$/;
const DATE_TIME = /^(?: \d|\d\d)-[A-Za-z]{3}-\d{4} \d\d:\d\d:\d\d [+-]\d{4}$/;

/** The moment of ` 7-Feb-1994 21:52:25 -0800` in milliseconds since 1970; undefined when it is none. */
export function parseDateTime(text: string): number | undefined {
  return DATE_TIME.test(text)
    ? parseDate(text.trimStart().replaceAll(/(?<=^\S+)-/g, " "))
    : undefined;
}

/** `ms` in UTC, as INTERNALDATE has it, without quotes. */
export function formatDateTime(ms: number): string {
  const date = new Date(ms);
  const two = (value: number) => String(value).padStart(2, "0");
  const time = [
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  ].map(two).join(":");
  const day = String(date.getUTCDate()).padStart(2, " ");
  const year = String(date.getUTCFullYear()).padStart(4, "0");
  return `${day}-${MONTHS[date.getUTCMonth()]}-${year} ${time} +0000`;
}

/** The midnight (UTC) that begins `1-Feb-1994`, in milliseconds since 1970; undefined when there is no such day. */
export function parseDay(text: string): number | undefined {
  const match = DAY.exec(text);
  if (!match) return undefined;
  const [, day, name, year] = match;
  const month = MONTHS.findIndex((other) =>
    other.toLowerCase() === name!.toLowerCase()
  );
  if (month < 0) return undefined;
  const date = new Date(Date.UTC(2000, month, Number(day)));
  date.setUTCFullYear(Number(year), month, Number(day));
  return date.getUTCMonth() === month && Number(day) > 0
    ? date.getTime()
    : undefined;
}

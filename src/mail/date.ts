/**
 * Dates of mail (RFC 5322 §3.3, obsolete forms of §4.3).
 *
 * @module
 */

import { stripComments } from "./lexer.ts";

const MINUTE = 60_000;
const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = [
  "Jan",
  "Feb",
  "Mar",
  "Apr",
  "May",
  "Jun",
  "Jul",
  "Aug",
  "Sep",
  "Oct",
  "Nov",
  "Dec",
];

/** Hours east of Greenwich (RFC 5322 §4.3). Every other name means that the zone is not known: +0000. */
const ZONES = new Map([
  ["EDT", -4],
  ["EST", -5],
  ["CDT", -5],
  ["CST", -6],
  ["MDT", -6],
  ["MST", -7],
  ["PDT", -7],
  ["PST", -8],
]);

// Day and month may be joined by "-", as old software did; the zone may be missing.
const DATE_TIME =
  /^(?:[a-z]+\.?[ ,])?(\d{1,2})[ -]([a-z]{3})[a-z]*[ -](\d{2,4})[ ,](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(?: ?([+-]\d{4}|[a-z]+))?(?![a-z\d])/i;

/** Characters that are looked at, comments included. */
const VALUE_MAX = 2000;
/** Characters of a date without its comments. */
const DATE_MAX = 100;

/**
 * The moment that a Date field's value names, in milliseconds since 1970.
 *
 * Takes comments and folding anywhere, years of two and three digits, named
 * zones, a missing day name, missing seconds. The day name is not compared.
 *
 * @param value A raw field body.
 * @returns undefined when it is no date, or one that does not exist (31 February).
 */
export function parseDate(value: string): number | undefined {
  const read = readDate(value);
  return read && read.local - read.offset * MINUTE;
}

/**
 * As {@linkcode parseDate}, without regard to the zone: the sender's clock, as if it
 * showed UTC (RFC 9051 §6.4.4, SENTON).
 */
export function parseLocalDate(value: string): number | undefined {
  return readDate(value)?.local;
}

/** Milliseconds since 1970 on the sender's clock, and its minutes east of Greenwich. */
function readDate(
  value: string,
): { local: number; offset: number } | undefined {
  const text = stripComments(value.slice(0, VALUE_MAX)).replace(
    /[ \t\r\n]+/g,
    " ",
  )
    .replace(/ ?([:,]) ?/g, "$1");
  const match = DATE_TIME.exec(text.slice(0, DATE_MAX));
  if (!match) return undefined;
  const [, day, monthName, digits, hour, minute, second, zone] = match;
  const month = MONTHS.findIndex((name) =>
    name.toLowerCase() === monthName!.toLowerCase()
  );
  const year = fullYear(digits!);
  const offset = zoneOffset(zone ?? "");
  if (year < 1900 || offset === undefined) return undefined;
  const parts = [month, day, hour, minute, second ?? 0].map(Number);
  if (!exists(year, parts)) return undefined;
  const [, d, h, m, s] = parts as [number, number, number, number, number];
  return { local: Date.UTC(year, month, d, h, m, s), offset };
}

/**
 * `ms` as a Date field wants it: "Fri, 21 Nov 1997 09:55:06 -0600" (RFC 5322 §3.3).
 *
 * @param ms Milliseconds since 1970.
 * @param offsetMinutes The zone to write it in, minutes east of Greenwich.
 */
export function formatDate(ms: number, offsetMinutes = 0): string {
  const local = new Date(ms + offsetMinutes * MINUTE);
  const two = (value: number) => String(value).padStart(2, "0");
  const date = [
    `${DAYS[local.getUTCDay()]},`,
    local.getUTCDate(),
    MONTHS[local.getUTCMonth()],
    String(local.getUTCFullYear()).padStart(4, "0"),
  ].join(" ");
  const time = [
    local.getUTCHours(),
    local.getUTCMinutes(),
    local.getUTCSeconds(),
  ].map(two).join(":");
  const minutes = Math.abs(offsetMinutes);
  const zone = two(Math.trunc(minutes / 60)) + two(minutes % 60);
  return `${date} ${time} ${offsetMinutes < 0 ? "-" : "+"}${zone}`;
}

/** RFC 5322 §4.3: 00 to 49 are of this century, other short years count from 1900. */
function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length >= 4) return year;
  return digits.length === 2 && year < 50 ? 2000 + year : 1900 + year;
}

function exists(year: number, parts: readonly number[]): boolean {
  const [month, day, hour, minute, second] = parts as [
    number,
    number,
    number,
    number,
    number,
  ];
  const days = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  // A leap second is written :60 (RFC 5322 §3.3).
  return month >= 0 && day >= 1 && day <= days && hour < 24 && minute < 60 &&
    second <= 60;
}

/** Minutes east of Greenwich; undefined for digits that are no offset. */
function zoneOffset(zone: string): number | undefined {
  const digits = /^([+-])(\d\d)(\d\d)$/.exec(zone);
  if (!digits) return (ZONES.get(zone.toUpperCase()) ?? 0) * 60;
  const minutes = Number(digits[3]);
  if (minutes > 59) return undefined;
  const offset = Number(digits[2]) * 60 + minutes;
  return digits[1] === "-" ? -offset : offset;
}

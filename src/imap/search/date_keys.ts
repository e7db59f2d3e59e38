/**
 * Search keys about dates (RFC 9051 §6.4.4; OLDER and YOUNGER: RFC 5032; SAVED…: RFC 8514 §4.3).
 *
 * Days are compared, never times: those of the date as it is told in INTERNALDATE and
 * SAVEDATE (UTC), those of the Date field as the sender wrote it.
 *
 * @module
 */

import type { Session } from "../../wire/mod.ts";
import { parseDay } from "../date_time.ts";
import type { Message } from "../message.ts";
import type { Known, MessageContext, SearchKey } from "../rows.ts";
import type { Scanner } from "../scanner.ts";
import { BadSyntax } from "../status.ts";
import { known } from "./criteria.ts";
import { simpleKey } from "./flag_keys.ts";
import {
  headerFact,
  knownFact,
  type SentDates,
  sentDates,
} from "./header_facts.ts";

const DAY = 24 * 60 * 60 * 1000;

const TESTS: Readonly<Record<string, (day: number, of: number) => boolean>> = {
  BEFORE: (day, of) => day < of,
  ON: (day, of) => day === of,
  SINCE: (day, of) => day >= of,
};

/** BEFORE, SENTON, SAVEDSINCE and so on. */
export const dateKeys: readonly SearchKey[] = [
  ...Object.entries(TESTS).flatMap(([name, test]) => [
    metaKey(name, test, (message) => message.meta.internalDate),
    metaKey(`SAVED${name}`, test, (message) => message.meta.savedDate),
    sentKey(`SENT${name}`, test),
  ]),
  // RFC 8514 §4.3: every mailbox keeps save dates.
  simpleKey("SAVEDATESUPPORTED", () => true),
  // RFC 5032 §3: both take the very moment in.
  withinKey("OLDER", (date, moment) => date <= moment),
  withinKey("YOUNGER", (date, moment) => date >= moment),
];

function metaKey(
  name: string,
  test: (day: number, of: number) => boolean,
  date: (message: Known) => number,
): SearchKey {
  return {
    name,
    *parse(scanner) {
      const day = yield* parseDate(scanner);
      return known((message) => test(dayOf(date(message)), day));
    },
  };
}

/** A message without a date was not sent on any day: NaN is not before, on or after one. */
function sentKey(
  name: string,
  test: (day: number, of: number) => boolean,
): SearchKey {
  return {
    name,
    *parse(scanner) {
      const day = yield* parseDate(scanner);
      return {
        needs: "header",
        may: ({ sequence }, { sentDays }) => {
          const sent = sentDays?.get(sequence);
          return sent === undefined || test(sent, day);
        },
        matches: (message, context) => {
          const sent = knownSentDay(message, context);
          return sent === undefined
            ? afterReading(message, context, (sent) => test(sent, day))
            : test(sent, day);
        },
      };
    },
  };
}

function knownSentDay(
  message: Message,
  context: MessageContext,
): number | undefined {
  const sent = context.sentDays?.get(message.sequence);
  if (sent !== undefined) return sent;
  const dates = knownFact(message, sentDates);
  return dates && keepSentDay(message, context, dates);
}

function keepSentDay(
  { sequence }: Message,
  { sentDays }: MessageContext,
  { local }: SentDates,
): number {
  const sent = dayOf(local);
  sentDays?.set(sequence, sent);
  return sent;
}

function* afterReading(
  message: Message,
  context: MessageContext,
  test: (sent: number) => boolean,
): Session<boolean> {
  const dates = yield* headerFact(message, sentDates);
  return test(keepSentDay(message, context, dates));
}

function withinKey(
  name: string,
  test: (date: number, moment: number) => boolean,
): SearchKey {
  return {
    name,
    parse: (scanner) => {
      scanner.space();
      const seconds = scanner.positive();
      return known(({ meta }, { now }) =>
        test(meta.internalDate, now - seconds * 1000)
      );
    },
  };
}

/** Days since 1970 of `1-Feb-1994`, in quotes or not (RFC 9051 §9, date). */
function* parseDate(scanner: Scanner): Session<number> {
  scanner.space();
  const day = parseDay(yield* scanner.astring("a date"));
  if (day === undefined) throw new BadSyntax("expected a date");
  return dayOf(day);
}

function dayOf(ms: number): number {
  return Math.floor(ms / DAY);
}

/**
 * The port of sending limits: how much an account may submit an hour and a day.
 *
 * Two implementations: `memorySendingLimits` and `openFileSendingLimits`, which share
 * the rules here and differ in where they keep what was counted.
 *
 * An hour and a day begin with the first message in them. Sessions side by side may
 * pass a limit by what they have under way: a message counts when it is accepted.
 *
 * @module
 */

/** The most that may be sent; what is absent or 0 is not limited. */
export interface Allowance {
  readonly messages_per_hour?: number | undefined;
  readonly messages_per_day?: number | undefined;
  readonly recipients_per_hour?: number | undefined;
  readonly recipients_per_day?: number | undefined;
}

/** Which limit stands against a message. */
export interface Excess {
  readonly what: "messages" | "recipients";
  readonly per: "hour" | "day";
  readonly limit: number;
  /** When it is open again; milliseconds since 1970. */
  readonly until: number;
}

export interface SendingLimits {
  /** What stands against a message of `account` to so many recipients. */
  check(
    account: string,
    recipients: number,
    allowance: Allowance,
  ): Excess | undefined;
  /** Counts a message that was accepted. */
  count(account: string, recipients: number): void;
  close(): void;
}

/** What was sent since `start`, milliseconds since 1970. */
export interface Span {
  readonly start: number;
  readonly messages: number;
  readonly recipients: number;
}

export interface Usage {
  readonly hour: Span;
  readonly day: Span;
}

/** Where what was counted is kept. */
export interface UsageTable {
  get(account: string): Usage | undefined;
  set(account: string, usage: Usage): void;
  close(): void;
}

const HOUR = 3600 * 1000;
const LENGTHS = { hour: HOUR, day: 24 * HOUR };

/** The rules, over a table. `now` in milliseconds since 1970. */
export function sendingLimitsOver(
  table: UsageTable,
  now: () => number,
): SendingLimits {
  const current = (account: string): Usage => {
    const usage = table.get(account);
    const at = now();
    return {
      hour: spanAt(usage?.hour, at, LENGTHS.hour),
      day: spanAt(usage?.day, at, LENGTHS.day),
    };
  };
  return {
    check: (account, recipients, allowance) =>
      excessOf(current(account), recipients, allowance),
    count(account, recipients) {
      const { hour, day } = current(account);
      table.set(account, {
        hour: counted(hour, recipients),
        day: counted(day, recipients),
      });
    },
    close: () => table.close(),
  };
}

/** Gone with the process. */
export function memorySendingLimits(now: () => number): SendingLimits {
  const usages = new Map<string, Usage>();
  return sendingLimitsOver({
    get: (account) => usages.get(account),
    set: (account, usage) => void usages.set(account, usage),
    close() {},
  }, now);
}

/** The span that `at` is in; a clock that was set back begins a new one. */
function spanAt(span: Span | undefined, at: number, length: number): Span {
  const holds = span && at >= span.start && at < span.start + length;
  return holds ? span : { start: at, messages: 0, recipients: 0 };
}

function counted(span: Span, recipients: number): Span {
  return {
    start: span.start,
    messages: span.messages + 1,
    recipients: span.recipients + recipients,
  };
}

/** The limit that is open again last: nothing is gained by waiting for another. */
function excessOf(
  usage: Usage,
  recipients: number,
  allowance: Allowance,
): Excess | undefined {
  for (const per of ["day", "hour"] as const) {
    for (const what of ["messages", "recipients"] as const) {
      const limit = allowance[`${what}_per_${per}`] ?? 0;
      const more = what === "messages" ? 1 : recipients;
      if (limit === 0 || usage[per][what] + more <= limit) continue;
      return { what, per, limit, until: usage[per].start + LENGTHS[per] };
    }
  }
  return undefined;
}

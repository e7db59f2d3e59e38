/**
 * The port of sending limits: how much an account may submit an hour and a day.
 *
 * Two implementations: `memorySendingLimits` and `openFileSendingLimits`, which share
 * the rules here and differ in where they keep what was counted.
 *
 * An hour and a day are the last ones before each message, in slots of five minutes, so
 * that no such span ever holds more than the limit, wherever it begins. Sessions side by
 * side may pass a limit by what they have under way: a message counts when it is accepted.
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

/** What was sent in one slot. */
export interface Slot {
  /** Slots since 1970. */
  readonly slot: number;
  readonly messages: number;
  readonly recipients: number;
}

/** Where what was counted is kept. */
export interface UsageTable {
  /** The slots from `from` to `to`, both included, in which `account` sent; the oldest first. */
  slots(account: string, from: number, to: number): readonly Slot[];
  /** Adds a message. What is older than `from` is not asked for any more. */
  add(account: string, slot: number, recipients: number, from: number): void;
  close(): void;
}

const HOUR = 3600 * 1000;
const LENGTHS = { hour: HOUR, day: 24 * HOUR };
/** Milliseconds: what was sent is forgotten so much later than it might, at the most. */
const SLOT = 5 * 60 * 1000;

/** The rules, over a table. `now` in milliseconds since 1970. */
export function sendingLimitsOver(
  table: UsageTable,
  now: () => number,
): SendingLimits {
  return {
    check(account, recipients, allowance) {
      const at = now();
      const sent = table.slots(account, firstSlot(at, "day"), slotOf(at));
      return excessOf(sent, at, recipients, allowance);
    },
    count(account, recipients) {
      const at = now();
      table.add(account, slotOf(at), recipients, firstSlot(at, "day"));
    },
    close: () => table.close(),
  };
}

/** Gone with the process. */
export function memorySendingLimits(now: () => number): SendingLimits {
  const accounts = new Map<string, readonly Slot[]>();
  const slotsOf = (account: string) => accounts.get(account) ?? [];
  return sendingLimitsOver({
    slots: (account, from, to) =>
      slotsOf(account).filter(({ slot }) => from <= slot && slot <= to),
    add(account, slot, recipients, from) {
      const kept = slotsOf(account).filter((one) => one.slot >= from);
      const known = kept.find((one) => one.slot === slot);
      const next = {
        slot,
        messages: (known?.messages ?? 0) + 1,
        recipients: (known?.recipients ?? 0) + recipients,
      };
      const others = kept.filter((one) => one !== known);
      const all = [...others, next].sort((a, b) => a.slot - b.slot);
      accounts.set(account, all);
    },
    close() {},
  }, now);
}

function slotOf(at: number): number {
  return Math.floor(at / SLOT);
}

/** The oldest slot of which a part lies in the span that ends at `at`. */
function firstSlot(at: number, per: keyof typeof LENGTHS): number {
  return slotOf(at - LENGTHS[per]);
}

/** The limit that is open again last: nothing is gained by waiting for another. */
function excessOf(
  sent: readonly Slot[],
  at: number,
  recipients: number,
  allowance: Allowance,
): Excess | undefined {
  let worst: Excess | undefined;
  for (const per of ["day", "hour"] as const) {
    const first = firstSlot(at, per);
    const within = sent.filter(({ slot }) => slot >= first);
    for (const what of ["messages", "recipients"] as const) {
      const limit = allowance[`${what}_per_${per}`] ?? 0;
      if (limit === 0) continue;
      const more = what === "messages" ? 1 : recipients;
      const slot = slotToWaitFor(within, what, limit - more);
      if (slot === undefined) continue;
      const until = Math.max(at, (slot + 1) * SLOT + LENGTHS[per]);
      if (!worst || until > worst.until) worst = { what, per, limit, until };
    }
  }
  return worst;
}

/** The slot after which no more than `room` is left of what was sent; undefined when there is room. */
function slotToWaitFor(
  sent: readonly Slot[],
  what: "messages" | "recipients",
  room: number,
): number | undefined {
  let left = sent.reduce((sum, slot) => sum + slot[what], 0);
  if (left <= room) return undefined;
  for (const slot of sent) {
    left -= slot[what];
    if (left <= room) return slot.slot;
  }
  // More than the limit in one message: an empty span would not do either.
  return sent.at(-1)?.slot ?? -Infinity;
}

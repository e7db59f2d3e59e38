/**
 * Who is told what of a message's fate (RFC 3461 §5.2, §6; RFC 2852 §4). Pure.
 *
 * One attempt makes at most three reports: of what failed, of what is delayed, and of
 * what arrived. Leaves out how a report looks (`mail/dsn.ts`).
 *
 * @module
 */

import type { Reply } from "../mail/mod.ts";
import {
  destinationKey,
  type Envelope,
  type EnvelopeRecipient,
  type Notify,
} from "../queue/mod.ts";

/** RFC 3464 §2.3.3. */
export type FateAction =
  | "failed"
  | "delayed"
  | "delivered"
  /** Handed to a server that sends no reports. */
  | "relayed"
  /** Handed to a server that sends them in our place (RFC 3461 §5.2.1). */
  | "passed";

/** What became of one destination. */
export interface Fate {
  /** As `destinationKey` gives it. */
  readonly key: string;
  readonly action: FateAction;
  readonly reply: Reply;
  readonly peer?: string;
  /** Of the last attempt, milliseconds since 1970. */
  readonly lastAttempt: number;
  /** Of what is delayed: until when it is tried. */
  readonly retryUntil?: number;
  /** Of what is delayed: the sender named the deadline that has passed (RFC 2852, mode N). */
  readonly isAsked?: boolean;
}

/** One recipient's lines of a report. */
export interface ReportLine extends Omit<Fate, "key" | "action" | "isAsked"> {
  /** As the sender wrote it: where an alias leads is nobody's business. */
  readonly address: string;
  readonly orcpt?: string;
  readonly action: Exclude<FateAction, "passed"> | "expanded";
}

/** A report that is due to the sender. */
export interface ReportDue {
  readonly about: "failure" | "delay" | "success";
  readonly lines: readonly ReportLine[];
  /** The destinations that it speaks of. */
  readonly keys: readonly string[];
}

const ABOUT: Record<FateAction, ReportDue["about"]> = {
  failed: "failure",
  delayed: "delay",
  delivered: "success",
  relayed: "success",
  passed: "success",
};

/**
 * The reports that are due after an attempt.
 *
 * @param pending The destinations that waited before it.
 */
export function reportsDue(
  envelope: Envelope,
  pending: ReadonlySet<string>,
  fates: readonly Fate[],
): ReportDue[] {
  // RFC 5321 §6.1: nothing is reported to the null reverse-path, or reports would loop.
  if (envelope.from === "") return [];
  const due = new Map<string, { lines: ReportLine[]; keys: Set<string> }>();
  for (const fate of fates) {
    const about = ABOUT[fate.action];
    for (const recipient of envelope.recipients) {
      const line = lineOf(envelope, recipient, pending, fate);
      if (line === undefined) continue;
      const report = due.get(about) ?? { lines: [], keys: new Set() };
      due.set(about, report);
      report.keys.add(fate.key);
      if (!isSaid(report.lines, line)) report.lines.push(line);
    }
  }
  return [...due].map(([about, { lines, keys }]) => ({
    about: about as ReportDue["about"],
    lines,
    keys: [...keys],
  }));
}

/** An alias that leads to several is expanded, or delayed, once. */
function isSaid(lines: readonly ReportLine[], line: ReportLine): boolean {
  return line.action !== "failed" &&
    lines.some(({ address, action }) =>
      address === line.address && action === line.action
    );
}

function lineOf(
  envelope: Envelope,
  recipient: EnvelopeRecipient,
  pending: ReadonlySet<string>,
  fate: Fate,
): ReportLine | undefined {
  const keys = recipient.destinations.map(destinationKey);
  if (!keys.includes(fate.key)) return undefined;
  const action = actionOf(envelope, recipient, fate, {
    isExpanded: new Set(keys).size > 1,
    isFirst: keys.every((key) => pending.has(key)),
  });
  if (action === undefined) return undefined;
  const { key: _, isAsked: __, ...rest } = fate;
  const { address, orcpt } = recipient;
  return { ...rest, address, action, ...orcpt !== undefined && { orcpt } };
}

function actionOf(
  { deliverBy }: Envelope,
  { notify }: EnvelopeRecipient,
  { action, isAsked }: Fate,
  alias: { isExpanded: boolean; isFirst: boolean },
): ReportLine["action"] | undefined {
  switch (action) {
    case "failed":
      return wants(notify, "FAILURE") ? "failed" : undefined;
    case "delayed": {
      // RFC 2852 §4: the one who set the deadline is told unless NOTIFY=NEVER.
      const asked = isAsked && !notify?.includes("NEVER");
      return asked || wants(notify, "DELAY") ? "delayed" : undefined;
    }
    case "passed":
      return undefined;
    default: {
      // RFC 2852 §4: the trace modifier asks every relay for its report.
      const traced = action === "relayed" && deliverBy?.trace &&
        !notify?.includes("NEVER");
      if (!notify?.includes("SUCCESS") && !traced) return undefined;
      if (!alias.isExpanded) return action;
      // RFC 3461 §5.2.7: several destinations are one "expanded", told at the first.
      return alias.isFirst ? "expanded" : undefined;
    }
  }
}

/** RFC 3461 §4.1: without NOTIFY, failures are told, and delays may be. */
function wants(
  notify: readonly Notify[] | undefined,
  what: "FAILURE" | "DELAY",
): boolean {
  return notify === undefined || notify.includes(what);
}

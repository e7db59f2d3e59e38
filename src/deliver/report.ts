/**
 * Who is told what of a message's fate (RFC 3461 §5.2, §6; RFC 2852 §4). Pure.
 *
 * One attempt makes at most three reports: of what failed, of what is delayed, and of
 * what arrived. Leaves out how a report looks (`mail/dsn.ts`).
 *
 * @module
 */

import { type Reply, reply } from "../mail/mod.ts";
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
  /** It had never been tried before. */
  readonly isFirst?: boolean;
}

/** A fate, and whether it is one to tell, or only one attempt of many. */
export interface Told {
  readonly fate: Fate;
  readonly isNews: boolean;
}

/** One recipient's lines of a report. */
export interface ReportLine
  extends Omit<Fate, "key" | "action" | "isAsked" | "isFirst"> {
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

/** The reports that are due after an attempt. */
export function reportsDue(
  envelope: Envelope,
  told: readonly Told[],
): ReportDue[] {
  // RFC 5321 §6.1: nothing is reported to the null reverse-path, or reports would loop.
  if (envelope.from === "") return [];
  const due = new Map<string, { lines: ReportLine[]; keys: string[] }>();
  for (const { fate, isNews } of told) {
    const lines = envelope.recipients.flatMap((recipient) =>
      linesOf(envelope, recipient, fate, isNews)
    );
    if (lines.length === 0) continue;
    // One report says all of a destination: what it says is durable as a whole.
    const isOwn = lines.some(({ action }) => action !== "expanded");
    const about = isOwn ? ABOUT[fate.action] : "success";
    const report = due.get(about) ?? { lines: [], keys: [] };
    due.set(about, report);
    report.keys.push(fate.key);
    for (const line of lines) {
      if (!isSaid(report.lines, line)) report.lines.push(line);
    }
  }
  return [...due].map(([about, { lines, keys }]) => ({
    about: about as ReportDue["about"],
    lines,
    keys,
  }));
}

/** Whether a recipient is an alias that leads to several. */
export function isExpanded({ destinations }: EnvelopeRecipient): boolean {
  return new Set(destinations.map(destinationKey)).size > 1;
}

/** An alias that leads to several is delayed once. */
function isSaid(lines: readonly ReportLine[], line: ReportLine): boolean {
  return line.action !== "failed" &&
    lines.some(({ address, action }) =>
      address === line.address && action === line.action
    );
}

/** What a recipient's sender is told of a destination of theirs. */
function linesOf(
  envelope: Envelope,
  recipient: EnvelopeRecipient,
  fate: Fate,
  isNews: boolean,
): ReportLine[] {
  const keys = recipient.destinations.map(destinationKey);
  if (!keys.includes(fate.key)) return [];
  const { key, isAsked: _, isFirst, ...rest } = fate;
  const { address, orcpt, notify } = recipient;
  const line = (action: ReportLine["action"]): ReportLine => ({
    ...rest,
    ...{ address, action, ...orcpt !== undefined && { orcpt } },
  });
  const own = isNews ? actionOf(envelope, recipient, fate) : undefined;
  const lines = own === undefined ? [] : [line(own)];
  // RFC 3461 §5.2.7.3 (c): told with one of the destinations, whatever becomes of it.
  const isDue = isFirst && key === keys[0] && isExpanded(recipient);
  if (isDue && notify?.includes("SUCCESS")) lines.unshift(expanded(line));
  return lines;
}

/** Of what the peer said of one destination it tells nothing: the alias itself has worked. */
function expanded(
  line: (action: ReportLine["action"]) => ReportLine,
): ReportLine {
  const { address, orcpt, lastAttempt } = line("expanded");
  return {
    ...{ address, lastAttempt, action: "expanded", reply: EXPANDED },
    ...orcpt !== undefined && { orcpt },
  };
}

const EXPANDED = reply(250, "2.1.5", "Sent on to several addresses");

function actionOf(
  { deliverBy }: Envelope,
  recipient: EnvelopeRecipient,
  { action, isAsked }: Fate,
): ReportLine["action"] | undefined {
  const { notify } = recipient;
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
      const asked = notify?.includes("SUCCESS") && !isExpanded(recipient);
      return asked || traced ? action : undefined;
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

/**
 * Makes durable what became of a message's destinations: settlements, notes, and the
 * reports that go with them, each report in one record with what it tells.
 */

import type { Envelope, Progress, Spool, SpoolEntry } from "../queue/mod.ts";
import type { Verdict } from "./conclude.ts";
import { type ReportDue, reportsDue } from "./report.ts";
import type { Reporter } from "./reporter.ts";

interface Recording {
  readonly spool: Spool;
  readonly reporter: Reporter;
  readonly log: (event: string, fields: Record<string, unknown>) => void;
}

interface Recorded {
  readonly entry: SpoolEntry;
  readonly envelope: Envelope;
  readonly verdicts: readonly Verdict[];
}

/**
 * @param owe Told of destinations that are delivered when the spool cannot take that:
 * they must be settled before anything else is done with the message.
 * @throws What the spool or the reporter throws; what is not recorded is tried again.
 */
export async function record(
  options: Recording,
  recorded: Recorded,
  owe: (keys: readonly string[]) => void,
): Promise<void> {
  const { verdicts, envelope } = recorded;
  const reports = reportsDue(envelope, verdicts);
  const told = new Set(reports.flatMap(({ keys }) => keys));
  const rest = verdicts.filter(({ fate }) => !told.has(fate.key));
  const sent = verdicts.filter(isSent).map(({ fate }) => fate.key);
  try {
    // What needs no report is safe first.
    await recordPlainly(options, recorded, rest);
    for (const about of ["success", "failure", "delay"]) {
      const report = reports.find((one) => one.about === about);
      if (report) await send(options, recorded, report);
    }
  } catch (error) {
    // RFC 5321 §6.1: what another server took is not sent again for our own trouble.
    const left = options.spool.entry(recorded.entry.id)?.pending;
    const owed = sent.filter((key) => left?.has(key));
    if (owed.length > 0) owe(owed);
    throw error;
  }
}

function isSent({ fate: { action } }: Verdict): boolean {
  return action !== "failed" && action !== "delayed";
}

async function recordPlainly(
  { spool, log }: Recording,
  { entry: { id }, envelope }: Recorded,
  verdicts: readonly Verdict[],
): Promise<void> {
  const failed = verdicts.filter(({ fate }) => fate.action === "failed");
  if (envelope.from === "" && failed.length > 0) {
    const to = failed.map(({ fate }) => fate.key);
    log("bounce_undeliverable", { level: "warn", id, to });
  }
  const settled = verdicts.filter(({ progress }) => progress === undefined)
    .map(({ fate }) => fate.key);
  const notes = notesOf(verdicts);
  await Promise.all([
    settled.length > 0 ? spool.settle(id, settled) : undefined,
    Object.keys(notes).length > 0 ? spool.note(id, notes) : undefined,
  ]);
}

async function send(
  options: Recording,
  recorded: Recorded,
  due: ReportDue,
): Promise<void> {
  const { spool, reporter, log } = options;
  const { entry, verdicts } = recorded;
  const concerned = verdicts.filter(({ fate }) => due.keys.includes(fate.key));
  const report = await reporter(entry, due);
  if (report === undefined) {
    return await recordPlainly(options, recorded, concerned);
  }
  const draft = spool.begin();
  try {
    await draft.write(report.octets);
    await draft.commit(report.envelope, {
      id: entry.id,
      destinations: concerned.filter(({ progress }) => progress === undefined)
        .map(({ fate }) => fate.key),
      notes: notesOf(concerned),
    });
  } catch (error) {
    await draft.abort();
    throw error;
  }
  const { about } = due;
  log("report_sent", { id: entry.id, about, report: draft.id });
  const to = report.envelope.recipients.map(({ address }) => address);
  log("report_written", { id: draft.id, about, of: entry.id, to });
}

function notesOf(verdicts: readonly Verdict[]): Record<string, Progress> {
  return Object.fromEntries(
    verdicts.flatMap(({ fate, progress }) =>
      progress ? [[fate.key, progress]] : []
    ),
  );
}

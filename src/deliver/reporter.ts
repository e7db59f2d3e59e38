/** Reports as messages: who writes them for the dispatcher. */

import type { Accounts } from "../accounts/mod.ts";
import { concatBytes } from "../bytes/mod.ts";
import {
  composeReport,
  type FutureRelease,
  parseMailbox,
  REPORT_ORIGINAL_MAX,
} from "../mail/mod.ts";
import type { Destination, Envelope, Spool, SpoolEntry } from "../queue/mod.ts";
import type { ReportDue } from "./report.ts";

/** A report as the spool takes it. */
export interface Report {
  readonly octets: Uint8Array;
  readonly envelope: Envelope;
}

/** Writes a report about `entry`; undefined when it has nowhere to go. */
export type Reporter = (
  entry: SpoolEntry,
  due: ReportDue,
) => Promise<Report | undefined>;

export interface ReporterOptions {
  readonly spool: Spool;
  readonly serverName: () => string;
  /** Where mail to `address` goes; empty when nobody has it any more. */
  readonly route: (address: string) => Promise<readonly Destination[]>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly randomBytes: (count: number) => Uint8Array;
}

/** Reports as multipart/report (RFC 6522), from the null reverse-path. */
export function dsnReporter(options: ReporterOptions): Reporter {
  const { spool, serverName, route, now, randomBytes } = options;
  return async (entry, { lines }) => {
    const { envelope, size } = entry;
    // RFC 8689 §5: what had to be protected is protected on its way back, too.
    const isSecret = envelope.requireTls === true;
    const ret = isSecret ? "HDRS" : envelope.ret;
    const destinations = await route(envelope.from);
    if (destinations.length === 0) return undefined;
    const { octets, body, smtputf8 } = composeReport({
      serverName: serverName(),
      to: envelope.from,
      now: now(),
      random: randomBytes(16),
      arrival: envelope.received,
      recipients: lines,
      original: await beginningOf(spool, entry.id),
      originalSize: size,
      smtputf8: envelope.smtputf8,
      eightBit: destinations.every(({ kind }) => kind === "mailbox"),
      ...envelope.envid !== undefined && { envid: envelope.envid },
      ...ret && { ret },
      ...envelope.deliverBy && { deliverBy: envelope.deliverBy.at },
      ...heldBy(envelope),
    });
    return {
      octets,
      envelope: {
        from: "",
        recipients: [{
          address: envelope.from,
          destinations,
          notify: ["NEVER"],
        }],
        body,
        smtputf8,
        ...isSecret && { requireTls: true },
        received: now(),
      },
    };
  };
}

/** What the sender said of a later release (RFC 4865). */
function heldBy(
  { notBefore, holdFor }: Envelope,
): { readonly held?: FutureRelease } {
  if (holdFor !== undefined) return { held: { seconds: holdFor } };
  return notBefore === undefined ? {} : { held: { until: notBefore } };
}

/**
 * Where reports to an address go: as mail to it would. Undeliverable ones, to an
 * account that is gone or an alias that leads in a circle, go nowhere.
 */
export function reportRoute(
  accounts: Pick<Accounts, "resolve">,
): ReporterOptions["route"] {
  return async (text) => {
    const address = parseMailbox(text);
    if (address === undefined) return [];
    const found = await accounts.resolve(address);
    if (found.kind === "found") return found.targets;
    return found.kind === "remote" ? [{ kind: "remote", address: text }] : [];
  };
}

async function beginningOf(spool: Spool, id: string): Promise<Uint8Array> {
  const octets = await spool.read(id);
  const chunks: Uint8Array[] = [];
  try {
    let left = REPORT_ORIGINAL_MAX;
    while (left > 0) {
      const next = await octets.read(left);
      if (next === undefined) break;
      chunks.push(next);
      left -= next.length;
    }
  } finally {
    octets.close();
  }
  return concatBytes(chunks);
}

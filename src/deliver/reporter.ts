/** Reports as messages: who writes them for the dispatcher. */

import { concatBytes } from "../bytes/mod.ts";
import { composeReport, REPORT_ORIGINAL_MAX } from "../mail/mod.ts";
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

/** Reports as multipart/report (RFC 3462), from the null reverse-path. */
export function dsnReporter(options: ReporterOptions): Reporter {
  const { spool, serverName, route, now, randomBytes } = options;
  return async (entry, { lines }) => {
    const { envelope, size } = entry;
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
      ...envelope.ret && { ret: envelope.ret },
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
        received: now(),
      },
    };
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

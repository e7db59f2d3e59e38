/**
 * What a start writes again of records that may not be on the disk: what they said, as
 * it is known by now.
 */

import type { Entries } from "./entries.ts";
import type { Entry } from "./entry.ts";
import { type Concluded, notedHead, settledHead } from "./head.ts";
import type { Journal } from "./journal.ts";
import type { Draught, Found } from "./record.ts";
import type { Noted } from "./said.ts";
import type { Conclusion, Notes, Progress } from "./spool.ts";

export interface Rewrite {
  readonly record: Draught;
  /** The entry whose record it is. */
  readonly entry?: Entry;
}

/** How to write a record again, if it still says something. */
export async function rewriteOf(
  { head, at }: Found,
  entries: Entries,
  journal: Pick<Journal, "reread">,
): Promise<Rewrite | undefined> {
  if (head.kind === "proven") return undefined;
  if (head.kind === "settled") return settling(renewed(head, entries));
  if (head.kind === "noted") {
    const notes = knownOf(head.id, head.notes, entries);
    return { record: { head: notedHead(head.id, notes) } };
  }
  const concludes = head.concludes && renewed(head.concludes, entries);
  const entry = entries.get(head.id);
  const isLive = entry?.place.at === at;
  const record = isLive ? await journal.reread(entry, concludes) : undefined;
  if (isLive && record) return { record, entry };
  // The report is done with; what it concluded stays so.
  return concludes && settling(concludes);
}

function settling(conclusion: Conclusion): Rewrite {
  return { record: { head: settledHead(conclusion) } };
}

/** The same, with what is known by now: a later record may have told more. */
function renewed(
  { id, destinations, notes }: Concluded,
  entries: Entries,
): Conclusion {
  return {
    ...{ id, destinations },
    ...notes && { notes: knownOf(id, notes, entries) },
  };
}

/** What is known by now of the destinations that `notes` tell of. */
function knownOf(
  id: string,
  notes: readonly Noted[],
  entries: Entries,
): Notes {
  const entry = entries.get(id);
  const known: Record<string, Progress> = {};
  for (const { key } of notes) {
    const progress = entry?.progress(key);
    if (progress) known[key] = progress;
  }
  return known;
}

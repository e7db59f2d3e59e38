/** A log whose lines about messages become chapters of their stories. */

import type { Stories } from "./story.ts";

type Log = (event: string, fields?: Record<string, unknown>) => void;

/** Passes every line on to `log`, and those with an `id` to `stories`, too. */
export function tellingLog(
  log: Log,
  stories: Pick<Stories, "tell">,
  now: () => number,
): Log {
  return (event, fields = {}) => {
    log(event, fields);
    const { id, level: _, ...rest } = fields;
    if (typeof id !== "string") return;
    stories.tell({ time: now(), id, event, fields: rest });
  };
}

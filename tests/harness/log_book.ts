/** What a stage's sessions logged, for scripts that ask. */
export class LogBook {
  readonly entries: [event: string, fields: Record<string, unknown>][] = [];

  /** Writes an event down; bound, so that it can be handed over as the log. */
  readonly log = (event: string, fields: Record<string, unknown>): void => {
    this.entries.push([event, fields]);
  };

  /** For `expect log EVENT`: the last such event, a field a line. */
  lines(event: string): string[] {
    const last = this.entries.findLast(([name]) => name === event);
    if (!last) throw new Error(`Cannot find the event "${event}"`);
    return Object.entries(last[1]).map(([key, value]) => `${key} ${value}`);
  }

  /** For `expect no log TEXT`: the events that contain it. */
  hits(text: string): string[] {
    return this.entries.map((entry) => JSON.stringify(entry))
      .filter((entry) => entry.includes(text));
  }
}

/**
 * The log: one line an event, JSON or text, with redaction here and nowhere else.
 *
 * Lines are written behind the server's back: a log that nobody reads never holds
 * up mail. What cannot be written in time is dropped and counted.
 *
 * @module
 */

export type LogLevel = "debug" | "info" | "warn" | "error";

/** Notes one event. `fields` may carry `level`; without it the event is "info". */
export type Log = (event: string, fields?: Record<string, unknown>) => void;

/** Looked at with every event: format and level may change while the log is open. */
export interface LogOptions {
  readonly format: "json" | "text";
  readonly level: LogLevel;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Takes whole lines. */
  readonly write: (lines: Uint8Array) => Promise<unknown>;
}

const RANK: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };
const SECRET =
  /pass(?:word|phrase)?$|secret|token|credential|authorization|digest|response|proof/i;
const LONGEST = 2000;
/** Milliseconds that lines wait for others: a write for each would cost more than a message does. */
const GATHER = 50;
/** Characters that may wait for a slow reader of the log. */
const BACKLOG = 4 * 1024 * 1024;

/** A log, and a promise-returning `drain` for the end of the process. */
export function openLog(
  options: LogOptions,
): { log: Log; drain: () => Promise<void> } {
  const encoder = new TextEncoder();
  let waiting = "";
  let dropped = 0;
  let writing: Promise<void> | undefined;
  let draining = false;
  let hurry = () => {};
  const gather = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, GATHER);
      hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const pump = async () => {
    while (waiting !== "") {
      if (!draining) await gather();
      const lines = waiting;
      waiting = "";
      await options.write(encoder.encode(lines)).catch(() => {});
    }
    writing = undefined;
  };
  const log: Log = (event, fields = {}) => {
    const { level = "info", ...rest } = fields as { level?: LogLevel };
    if (RANK[level] < RANK[options.level]) return;
    if (waiting.length > BACKLOG) {
      dropped++;
      return;
    }
    const missing = dropped > 0 ? { dropped_lines: dropped } : {};
    dropped = 0;
    const format = options.format === "json" ? formatJson : formatText;
    waiting +=
      format(options.now(), level, event, redact({ ...rest, ...missing })) +
      "\n";
    writing ??= Promise.resolve().then(pump);
    if (RANK[level] >= RANK.warn) hurry();
  };
  return {
    log,
    drain: async () => {
      draining = true;
      hurry();
      while (writing !== undefined) await writing;
      draining = false;
    },
  };
}

function redact(fields: Record<string, unknown>): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    shown[key] = SECRET.test(key) ? "[redacted]" : shorten(value);
  }
  return shown;
}

function shorten(value: unknown): unknown {
  if (value instanceof Error) return shorten(value.stack ?? value.message);
  if (typeof value !== "string" || value.length <= LONGEST) return value;
  return `${value.slice(0, LONGEST)}… (${value.length} characters)`;
}

function formatJson(
  now: number,
  level: LogLevel,
  event: string,
  fields: Record<string, unknown>,
): string {
  return JSON.stringify({
    time: new Date(now).toISOString(),
    level,
    event,
    ...fields,
  });
}

function formatText(
  now: number,
  level: LogLevel,
  event: string,
  fields: Record<string, unknown>,
): string {
  const pairs = Object.entries(fields).map(([key, value]) =>
    `${key}=${formatValue(value)}`
  );
  return [new Date(now).toISOString(), level, event, ...pairs].join(" ");
}

/** Bare where it cannot be mistaken, else as a JSON string: no value can break the line. */
function formatValue(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value) ?? "";
  return /^[\w.:@/+<>\[\]-]+$/.test(text) ? text : JSON.stringify(text);
}

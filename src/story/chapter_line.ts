/**
 * A chapter as a line of text, for people and programs:
 *
 *     2026-11-26T10:20:30.400Z mfz3k1x9a000-0k3j2 delivered to="mailbox:alice@example.test"
 *
 * Values are JSON, so that none can end the line or be taken for another.
 *
 * @module
 */

import type { Chapter } from "./story.ts";

/** Characters of one value; a peer may write long replies. */
const LONGEST = 2000;
const LINE = /^(\S+) ([a-z0-9-]+) (\S+)(?: (.*))?$/;

export function formatChapter({ time, id, event, fields }: Chapter): string {
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}=${formatValue(value)}`);
  return `${new Date(time).toISOString()} ${id} ${event}${pairs.join("")}`;
}

/** Reads a line; undefined for one that is none, such as one that a crash tore. */
export function parseChapter(line: string): Chapter | undefined {
  const [, when, id, event, rest = ""] = LINE.exec(line) ?? [];
  const time = Date.parse(when ?? "");
  if (id === undefined || event === undefined || Number.isNaN(time)) {
    return undefined;
  }
  return { time, id, event, fields: parseFields(rest) };
}

function formatValue(value: unknown): string {
  const plain = value instanceof Error ? value.message : value;
  const text = typeof plain === "string" && plain.length > LONGEST
    ? `${plain.slice(0, LONGEST)}…`
    : plain;
  return JSON.stringify(text) ?? "null";
}

function parseFields(text: string): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const part of pairsOf(text)) {
    const equals = part.indexOf("=");
    try {
      fields[part.slice(0, equals)] = JSON.parse(part.slice(equals + 1));
    } catch {
      // A value that was cut short tells nothing.
    }
  }
  return fields;
}

/** Splits at the spaces that are inside of no string. */
function pairsOf(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === '"') quoted = !quoted;
    else if (text[i] === " " && !quoted) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts.filter((part) => part.includes("="));
}

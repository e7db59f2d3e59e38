/**
 * What is known of a destination, kept small. What was said is kept as JSON and once: a
 * server that is away says the same of all that waits for it.
 */

import type { Notes, Progress } from "./spool.ts";

/** Progress of a destination as it is kept. */
export interface Noted {
  readonly key: string;
  readonly attempts: number;
  readonly next: number;
  readonly last: number | undefined;
  /** All else, as `shareSaid` gives it. */
  readonly said: string;
}

type Said = Omit<Progress, "attempts" | "next" | "last">;

interface Known {
  readonly json: string;
  readonly said: Said;
}

/** So many are known at a time; beyond that, forgetting all is good enough. */
const MOST = 1000;

const known = new Map<string, Known>();

/** Notes as they are kept. */
export function notedOf(notes: Notes): Noted[] {
  return Object.entries(notes).map(([key, progress]) => {
    const { attempts, next, last, ...said } = progress;
    const json = shareSaid(JSON.stringify(said).slice(1, -1));
    return { key, attempts, next, last, said: json };
  });
}

export function progressOf(
  { attempts, next, last, said }: Omit<Noted, "key">,
): Progress {
  const words = (known.get(said) ?? learn(said)).said;
  return { attempts, next, ...last !== undefined && { last }, ...words };
}

/**
 * The JSON to keep, which takes memory once however many keep it.
 *
 * @param members A JSON object without its braces.
 * @throws {Error} When that is no JSON, or says something else.
 */
export function shareSaid(members: string): string {
  return (known.get(members) ?? learn(members)).json;
}

function learn(members: string): Known {
  const said: unknown = JSON.parse(`{${members}}`);
  if (!isSaid(said)) throw new Error("Cannot read a note: it says no progress");
  // Written anew: what was given may be part of a longer text, and keep all of that.
  const json = JSON.stringify(said).slice(1, -1);
  const found = { json, said };
  if (known.size >= MOST) known.clear();
  known.set(json, found);
  return found;
}

function isSaid(value: unknown): value is Said {
  const { reply } = value as Said;
  return reply === undefined ||
    typeof reply === "object" && reply !== null && Array.isArray(reply.lines) &&
      reply.lines.every((line) => typeof line === "string");
}

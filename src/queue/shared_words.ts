/**
 * Replies that many destinations had, kept once: a server that is away says the same of
 * all that waits for it.
 */

import type { Reply } from "../mail/mod.ts";
import type { Progress } from "./spool.ts";

/** Replies that are known at a time; beyond that, forgetting all is good enough. */
const MOST = 1000;

const replies = new Map<string, Reply>();
const peers = new Map<string, string>();

/** The same progress, in less memory. */
export function shareWords(progress: Progress): Progress {
  const { reply, peer } = progress;
  return {
    ...progress,
    ...reply && { reply: shared(replies, JSON.stringify(reply), reply) },
    ...peer !== undefined && { peer: shared(peers, peer, peer) },
  };
}

function shared<T>(known: Map<string, T>, key: string, value: T): T {
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size >= MOST) known.clear();
  known.set(key, value);
  return value;
}

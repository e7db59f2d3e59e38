/** Findings that may still be used: bounded in number and size, the least used go first (RFC 2308 §5, §7). */

import type { Finding } from "./follow.ts";

export interface CacheLimits {
  readonly entries: number;
  /** Octets, about. */
  readonly size: number;
  /** Seconds that records are kept at most, whatever their zone says. */
  readonly ttl: number;
  /** The same for what is missing. */
  readonly negativeTtl: number;
  /** Seconds for trouble: long enough that a crowd of questions asks once, no longer. */
  readonly troubleTtl: number;
}

interface Entry {
  readonly finding: Finding;
  /** Milliseconds of `now`. */
  readonly expires: number;
  readonly size: number;
}

export class FindingCache {
  /** In the order of their last use. */
  readonly #entries = new Map<string, Entry>();
  readonly #limits: CacheLimits;
  readonly #now: () => number;
  #size = 0;

  /** `now` gives milliseconds that only grow. */
  constructor(limits: CacheLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  get count(): number {
    return this.#entries.size;
  }

  /** Octets, about. */
  get size(): number {
    return this.#size;
  }

  get(key: string): Finding | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.expires <= this.#now()) {
      this.#remove(key);
      return undefined;
    }
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.finding;
  }

  set(key: string, finding: Finding): void {
    this.#remove(key);
    const seconds = Math.min(finding.ttl, this.#longest(finding));
    const size = sizeOf(key, finding);
    if (seconds <= 0 || size > this.#limits.size) return;
    const expires = this.#now() + seconds * 1000;
    this.#entries.set(key, { finding, expires, size });
    this.#size += size;
    for (const oldest of this.#entries.keys()) {
      const { entries, size } = this.#limits;
      if (this.#entries.size <= entries && this.#size <= size) break;
      this.#remove(oldest);
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#size = 0;
  }

  #longest(finding: Finding): number {
    if (finding.kind === "trouble") return this.#limits.troubleTtl;
    const isPositive = finding.kind === "records" && finding.records.length > 0;
    return isPositive ? this.#limits.ttl : this.#limits.negativeTtl;
  }

  #remove(key: string): void {
    this.#size -= this.#entries.get(key)?.size ?? 0;
    this.#entries.delete(key);
  }
}

/** What an entry, and what an object in it, cost beside their texts. */
const OVERHEAD = 200;

function sizeOf(key: string, finding: Finding): number {
  const own = OVERHEAD + 2 * key.length;
  if (finding.kind !== "records") return own;
  return finding.records.reduce<number>(
    (sum, record) => sum + OVERHEAD / 2 + textOf(record),
    own + 2 * finding.canonical.length,
  );
}

/** Twice the length of a record's text, or of its octets. */
function textOf(record: unknown): number {
  if (typeof record === "string") return 2 * record.length;
  const { exchange, data } = record as {
    exchange?: string;
    data?: Uint8Array;
  };
  return 2 * (exchange?.length ?? data?.length ?? 0);
}

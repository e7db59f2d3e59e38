/**
 * What delivery remembers of domains between attempts and over restarts: policies
 * that they published, and how well their connections were protected.
 *
 * A port with two implementations, in memory and in SQLite.
 *
 * @module
 */

/** How well a connection to a domain was protected, from worst to best. */
export const TLS_LEVELS = ["plain", "encrypted", "verified"] as const;
export type TlsLevel = typeof TLS_LEVELS[number];

/** A policy of RFC 8461 §3.2, as it was fetched. */
export interface StsPolicy {
  /** The id of the TXT record that announced it (RFC 8461 §3.1). */
  readonly id: string;
  readonly mode: "enforce" | "testing" | "none";
  /** Patterns of host names: "mx.example.org", "*.example.org". */
  readonly mx: readonly string[];
  /** Milliseconds since 1970 until when it is in force without being seen again. */
  readonly expires: number;
}

/** The best level seen at a domain. */
export interface SeenLevel {
  readonly level: TlsLevel;
  /** Milliseconds since 1970, of the last connection that had it. */
  readonly seen: number;
}

/** One connection, for the reports of RFC 8460. */
export interface TlsResult {
  readonly domain: string;
  readonly policy: "tlsa" | "sts" | "no-policy-found";
  readonly host: string;
  /** The RFC 8460 §4.3 result type; "successful" where nothing failed. */
  readonly result: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** How often something came about in a day (UTC). */
export interface TlsCount extends Omit<TlsResult, "time"> {
  /** "2026-11-26". */
  readonly day: string;
  readonly count: number;
}

export interface Notebook {
  policy(domain: string): StsPolicy | undefined;
  keepPolicy(domain: string, policy: StsPolicy): void;
  level(domain: string): SeenLevel | undefined;
  keepLevel(domain: string, seen: SeenLevel): void;
  count(result: TlsResult): void;
  counts(day: string): readonly TlsCount[];
  /** Drops what is of no use any more at `now`. */
  tidy(now: number): void;
  close(): void;
}

/** "2026-11-26" of a time in UTC. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** RFC 8460 reports on a day; a week is kept for who was away. */
export const COUNTS_KEPT = 8 * 24 * 3600 * 1000;

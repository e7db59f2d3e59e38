/**
 * What connections showed of a domain's TLS, kept for two uses: a domain that has
 * been spoken to under TLS is not spoken to with less for a while (so that somebody
 * in the middle cannot take STARTTLS away), and the reports of RFC 8460.
 *
 * @module
 */

import type { CallResult } from "./call.ts";
import { type Notebook, TLS_LEVELS, type TlsLevel } from "./notebook.ts";
import type { Protection } from "./protection.ts";
import type { Route } from "./route.ts";

export interface TlsMemoryOptions {
  readonly notebook: Notebook;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds for which a level counts. */
  readonly span: () => number;
}

/** A level that is seen all the time is written down this often. */
const FRESH = 3600 * 1000;

export class TlsMemory {
  readonly #options: TlsMemoryOptions;

  constructor(options: TlsMemoryOptions) {
    this.#options = options;
  }

  /** The best level that `domain` has shown within the span. */
  level(domain: string): TlsLevel | undefined {
    const { notebook, now, span } = this.#options;
    const known = notebook.level(domain);
    return known && known.seen > now() - span() ? known.level : undefined;
  }

  /** Notes the level of a connection that took messages; one that counts is never lowered. */
  saw(domain: string, level: TlsLevel): void {
    const { notebook, now } = this.#options;
    const known = this.level(domain);
    if (known !== undefined && rank(level) < rank(known)) return;
    const before = notebook.level(domain);
    const isFresh = known === level && before!.seen > now() - FRESH;
    if (!isFresh) notebook.keepLevel(domain, { level, seen: now() });
  }

  count(about: Omit<Parameters<Notebook["count"]>[0], "time">): void {
    this.#options.notebook.count({ ...about, time: this.#options.now() });
  }
}

function rank(level: TlsLevel): number {
  return TLS_LEVELS.indexOf(level);
}

/** A connection that has ended. */
export interface Spoken {
  readonly route: Route;
  readonly host: string;
  readonly protection: Protection;
  readonly result: CallResult;
}

/** Notes what a connection to a host that DNS named has shown. */
export function noteTls(spoken: Spoken, memory: TlsMemory): void {
  const { route, host, protection, result } = spoken;
  if (route.rule.kind !== "mx" || result.unreached) return;
  const { report, tls } = result;
  if (report && report.failure === undefined && report.transmissions > 0) {
    memory.saw(route.domain, levelOf(tls));
  }
  const outcome = resultType(result, protection);
  if (outcome === undefined) return;
  memory.count({
    domain: route.domain,
    policy: POLICIES[protection.why] ?? "no-policy-found",
    host,
    result: outcome,
  });
}

const POLICIES: Record<string, "tlsa" | "sts"> = { dane: "tlsa", sts: "sts" };

function levelOf(tls: CallResult["tls"]): TlsLevel {
  if (tls === undefined) return "plain";
  return tls.verified ? "verified" : "encrypted";
}

/** RFC 8460 §4.3; undefined for what says nothing about TLS. */
function resultType(
  { tls, tlsFailure, report }: CallResult,
  protection: Protection,
): string | undefined {
  if (tlsFailure) return tlsFailure.kind;
  if (tls) return "successful";
  const offered = report?.peer.offeredTls ?? true;
  return protection.kind === "tls" && !offered
    ? "starttls-not-supported"
    : undefined;
}

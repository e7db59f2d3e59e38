/**
 * MTA-STS for senders (RFC 8461): which hosts a domain says are its own, and that
 * they are to be spoken to under TLS with a certificate that verifies.
 *
 * mailauth reads the policy file. Its `getPolicy` is not used: it fetches without a
 * bound on size or time and takes "*.example.org" for names of any depth.
 *
 * @module
 */

// deno-lint-ignore-file camelcase -- names of the file format
import { parsePolicy } from "mailauth/lib/mta-sts.js";
import { DnsError, type Resolver } from "../../dns/mod.ts";
import type { Notebook, StsPolicy } from "./notebook.ts";

/** Fetches the text of a policy from its well-known place (RFC 8461 §3.3). Rejects for anything but a 200. */
export type FetchPolicy = (domain: string) => Promise<string>;

export interface MtaStsOptions {
  readonly resolver: Resolver;
  readonly fetch: FetchPolicy;
  readonly notebook: Notebook;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: (event: string, fields: Record<string, unknown>) => void;
}

/** RFC 8461 §3.2 lets a policy live for a year at the most. */
const LONGEST = 31_557_600 * 1000;
/** RFC 8461 §5.1: after a failure it is not fetched again for five minutes. */
const RETRY = 5 * 60 * 1000;
/** Failures that are remembered. */
const MOST_FAILURES = 10_000;

export class MtaSts {
  readonly #options: MtaStsOptions;
  /** When fetching a domain's policy last failed. */
  readonly #failures = new Map<string, number>();
  readonly #underWay = new Map<string, Promise<StsPolicy | undefined>>();

  constructor(options: MtaStsOptions) {
    this.#options = options;
  }

  /** The policy in force for `domain` now; undefined without one. Never rejects. */
  policyFor(domain: string): Promise<StsPolicy | undefined> {
    const before = this.#underWay.get(domain);
    if (before) return before;
    const look = this.#look(domain).finally(() =>
      this.#underWay.delete(domain)
    );
    this.#underWay.set(domain, look);
    return look;
  }

  async #look(domain: string): Promise<StsPolicy | undefined> {
    const { notebook, now } = this.#options;
    const kept = notebook.policy(domain);
    const known = kept && kept.expires > now() ? kept : undefined;
    const id = await this.#announced(domain);
    // RFC 8461 §5.1: what is cached stays in force while nothing newer can be had.
    if (id === undefined || id === known?.id) return known;
    return await this.#renew(domain, id) ?? known;
  }

  /** The id in the one TXT record that begins with "v=STSv1;" (RFC 8461 §3.1). */
  async #announced(domain: string): Promise<string | undefined> {
    try {
      const { records } = await this.#options.resolver.txt(
        `_mta-sts.${domain}`,
      );
      const policies = records.filter((text) => /^v=STSv1\s*;/.test(text));
      if (policies.length !== 1) return undefined;
      return /;\s*id\s*=\s*([A-Za-z0-9]{1,32})\s*(?:;|$)/.exec(policies[0]!)
        ?.[1];
    } catch (error) {
      if (error instanceof DnsError) return undefined;
      throw error;
    }
  }

  async #renew(domain: string, id: string): Promise<StsPolicy | undefined> {
    const { fetch, notebook, now, log } = this.#options;
    const failed = this.#failures.get(domain);
    if (failed !== undefined && now() < failed + RETRY) return undefined;
    try {
      const policy = readPolicy(await fetch(domain), id, now());
      notebook.keepPolicy(domain, policy);
      this.#failures.delete(domain);
      return policy;
    } catch (error) {
      if (this.#failures.size >= MOST_FAILURES) this.#failures.clear();
      this.#failures.set(domain, now());
      log("sts_policy_failed", { level: "warn", domain, error: String(error) });
      return undefined;
    }
  }
}

/** @throws {Error} When the text is no policy. */
function readPolicy(text: string, id: string, now: number): StsPolicy {
  const { mode, mx = [], maxAge } = parsePolicy(text);
  if (maxAge === undefined) throw new Error("the policy has no max_age");
  const expires = now + Math.min(maxAge * 1000, LONGEST);
  return { id, mode, mx, expires };
}

/** Whether a policy names `host` (RFC 8461 §4.1): "*" stands for exactly one label. */
export function namesHost(policy: StsPolicy, host: string): boolean {
  const parent = host.slice(host.indexOf(".") + 1);
  return policy.mx.some((pattern) =>
    pattern.startsWith("*.")
      ? host.includes(".") && pattern.slice(2) === parent
      : pattern === host
  );
}

/** The notebook in memory: the contract in a page. */

import {
  COUNTS_KEPT,
  dayOf,
  type Notebook,
  type SeenLevel,
  type StsPolicy,
  type TlsCount,
  type TlsResult,
} from "./notebook.ts";

export function memoryNotebook(): Notebook {
  const policies = new Map<string, StsPolicy>();
  const levels = new Map<string, SeenLevel>();
  const counts = new Map<string, TlsCount>();

  function count({ time, ...about }: TlsResult): void {
    const day = dayOf(time);
    const { domain, policy, host, result } = about;
    const key = JSON.stringify([day, domain, policy, host, result]);
    const before = counts.get(key)?.count ?? 0;
    counts.set(key, { ...about, day, count: before + 1 });
  }

  function tidy(now: number): void {
    for (const [domain, { expires }] of policies) {
      if (expires < now) policies.delete(domain);
    }
    const oldest = dayOf(now - COUNTS_KEPT);
    for (const [key, { day }] of counts) {
      if (day < oldest) counts.delete(key);
    }
  }

  return {
    policy: (domain) => policies.get(domain),
    keepPolicy: (domain, policy) => void policies.set(domain, policy),
    level: (domain) => levels.get(domain),
    keepLevel: (domain, seen) => void levels.set(domain, seen),
    count,
    counts: (day) => [...counts.values()].filter((one) => one.day === day),
    tidy,
    close: () => {},
  };
}

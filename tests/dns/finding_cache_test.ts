/** The cache's bounds: number, size, and what goes first. */

import { assert, assertEquals } from "@std/assert";
import { FindingCache } from "../../src/dns/finding_cache.ts";
import type { Finding } from "../../src/dns/follow.ts";

const LIMITS = {
  ...{ entries: 3, size: 100_000 },
  ...{ ttl: 1000, negativeTtl: 100, troubleTtl: 5 },
};

function finding(text: string): Finding {
  const common = { canonical: "a.test", secure: false, ttl: 60 };
  return { kind: "records", records: [text], ...common };
}

Deno.test("cache: beyond its entries the least used goes first", () => {
  const cache = new FindingCache(LIMITS, () => 0);
  for (const key of ["a", "b", "c"]) cache.set(key, finding(key));
  cache.get("a");
  cache.set("d", finding("d"));
  const kept = ["a", "b", "c", "d"].filter((key) => cache.get(key));
  assertEquals(kept, ["a", "c", "d"]);
});

Deno.test("cache: its size is bounded, and given back", () => {
  const cache = new FindingCache({ ...LIMITS, entries: 1e6 }, () => 0);
  for (let i = 0; i < 1000; i++) {
    cache.set(`${i}`, finding("x".repeat(i % 100 === 0 ? 40_000 : 1000)));
    assert(cache.size <= LIMITS.size);
  }
  assert(cache.count > 10 && cache.get("999") !== undefined);
  cache.set("huge", finding("x".repeat(60_000)));
  assertEquals(cache.get("huge"), undefined);
  for (let i = 0; i < 1000; i++) cache.set(`${i}`, { ...finding(""), ttl: 0 });
  assertEquals([cache.count, cache.size], [0, 0]);
});

Deno.test("cache: what is over its time goes when it is asked for", () => {
  let now = 0;
  const cache = new FindingCache(LIMITS, () => now);
  cache.set("a", finding("a"));
  cache.set("a", finding("b"));
  assertEquals(cache.count, 1);
  now = 60_000;
  assertEquals(cache.get("a"), undefined);
  assertEquals([cache.count, cache.size], [0, 0]);
});

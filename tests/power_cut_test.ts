/**
 * The promise of a 250, proven on a disk that forgets what was not synced: through
 * thousands of power cuts at random moments everything that was acknowledged is there
 * exactly once and whole, and what was settled stays settled.
 *
 * A seed that fails is a whole story: run it alone to read it.
 */

import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import { quarantineRun } from "./harness/power_cut/quarantine_run.ts";
import { type RunResult, spoolRun } from "./harness/power_cut/spool_run.ts";

const LIVES = 6;

type Run = (seed: number, ignored?: ReadonlySet<string>) => Promise<RunResult>;

const RUNS: Record<string, Run> = {
  spool: (seed, ignored) => spoolRun(seed, LIVES, ignored),
  quarantine: quarantineRun,
};

/** Runs seeds from 1 on until there were `cuts` power cuts. */
async function runUntil(cuts: number, run: Run): Promise<RunResult> {
  let [cut, checks] = [0, 0];
  const syncNames = new Set<string>();
  for (let seed = 1; cut < cuts; seed++) {
    const result = await run(seed).catch((error) => {
      throw new Error(`seed ${seed}: ${error.message}`, { cause: error });
    });
    cut += result.cuts;
    checks += result.checks;
    for (const name of result.syncNames) syncNames.add(name);
  }
  return { cuts: cut, checks, syncNames };
}

Deno.test("power cut: the spool loses nothing and repeats nothing through 10,000 cuts", async () => {
  const { checks } = await runUntil(10_000, RUNS.spool!);
  assertGreaterOrEqual(checks, 50_000);
});

Deno.test("power cut: the copy of a damaged record outlives its segment", async () => {
  assertEquals((await runUntil(100, RUNS.quarantine!)).checks, 100);
});

Deno.test("power cut: without any one of its syncs a promise breaks", async () => {
  const names = new Set<string>();
  for (const run of Object.values(RUNS)) {
    for (const name of (await runUntil(300, run)).syncNames) names.add(name);
  }
  names.delete("test");
  assert(names.has("journal"), "the runs sync");
  const unnoticed: string[] = [];
  for (const name of names) {
    if (!await breaks(new Set([name]))) unnoticed.push(name);
  }
  assertEquals(unnoticed, []);
});

/** True when a run with `ignored` syncs breaks a promise. */
async function breaks(ignored: ReadonlySet<string>): Promise<boolean> {
  for (let seed = 1; seed <= 3000; seed++) {
    for (const run of Object.values(RUNS)) {
      try {
        await run(seed, ignored);
      } catch {
        return true;
      }
    }
  }
  return false;
}

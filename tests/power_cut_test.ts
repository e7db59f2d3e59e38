/**
 * The promise of a 250, proven on a disk that forgets what was not synced (RFC 5321
 * §4.2.5, §6.1): through thousands of power cuts at random moments everything that
 * was acknowledged is there exactly once and whole, what was settled or removed stays
 * so, and no UID is used twice (RFC 9051 §2.3.1.1).
 *
 * A seed that fails is a whole story: run it alone to read it.
 */

import { assert, assertEquals, assertGreaterOrEqual } from "@std/assert";
import { imapRun } from "./harness/power_cut/imap_run.ts";
import { listRun } from "./harness/power_cut/list_run.ts";
import { mailRun } from "./harness/power_cut/mail_run.ts";
import { quarantineRun } from "./harness/power_cut/quarantine_run.ts";
import { type RunResult, spoolRun } from "./harness/power_cut/spool_run.ts";

interface Kind {
  readonly run: (
    seed: number,
    ignored?: ReadonlySet<string>,
  ) => Promise<RunResult>;
  /** Seeds within which the lack of a sync must show. */
  readonly seeds: number;
}

const QUARANTINE: Kind = { run: quarantineRun, seeds: 50 };
const LIST: Kind = { run: listRun, seeds: 50 };
const SPOOL: Kind = {
  run: (seed, ignored) => spoolRun(seed, 6, ignored),
  seeds: 3000,
};
const MAIL: Kind = {
  run: (seed, ignored) => mailRun(seed, 3 + seed % 3, ignored),
  seeds: 400,
};
const IMAP: Kind = {
  run: (seed, ignored) => imapRun(seed, 3 + seed % 3, ignored),
  seeds: 800,
};

/** Runs seeds from 1 on until there were `cuts` power cuts. */
async function runUntil(cuts: number, { run }: Kind): Promise<RunResult> {
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

Deno.test("power cut: the spool loses nothing and repeats nothing through 3,000 cuts", async () => {
  assertGreaterOrEqual((await runUntil(3000, SPOOL)).checks, 20_000);
});

Deno.test("power cut: mail arrives exactly once and stays as its owner left it through 10,000 cuts", async () => {
  assertGreaterOrEqual((await runUntil(10_000, MAIL)).checks, 30_000);
});

Deno.test("power cut: mailboxes are as their owner left them, whatever IMAP does, through 5,000 cuts", async () => {
  assertGreaterOrEqual((await runUntil(5000, IMAP)).checks, 50_000);
});

Deno.test("power cut: what was shown of the list of mailboxes stays", async () => {
  assertEquals((await runUntil(100, LIST)).checks, 100);
});

Deno.test("power cut: the copy of a damaged record outlives its segment", async () => {
  assertEquals((await runUntil(100, QUARANTINE)).checks, 100);
});

Deno.test("power cut: without any one of its syncs a promise breaks", async () => {
  const kindsOf = new Map<string, Kind[]>();
  for (const kind of [QUARANTINE, LIST, SPOOL, MAIL, IMAP]) {
    const { syncNames } = await runUntil(200, kind);
    for (const name of syncNames) {
      kindsOf.set(name, [...kindsOf.get(name) ?? [], kind]);
    }
  }
  kindsOf.delete("test");
  assert(kindsOf.has("journal") && kindsOf.has("store.message"));
  const unnoticed: string[] = [];
  for (const [name, kinds] of kindsOf) {
    if (!await breaks(new Set([name]), kinds)) unnoticed.push(name);
  }
  assertEquals(unnoticed, []);
});

/** True when a run with `ignored` syncs breaks a promise. */
async function breaks(
  ignored: ReadonlySet<string>,
  kinds: readonly Kind[],
): Promise<boolean> {
  for (const { run, seeds } of kinds) {
    for (let seed = 1; seed <= seeds; seed++) {
      try {
        await run(seed, ignored);
      } catch {
        return true;
      }
    }
  }
  return false;
}

/** A user's mailboxes through several lives on one disk, each compared with what was promised. */

import {
  DiskError,
  type MemoryDisk,
  memoryDisk,
} from "../../../src/disk/mod.ts";
import { maildirStore, memoryIndex } from "../../../src/store/mod.ts";
import { seededRandom } from "../seeded_random.ts";
import { assertBetween, NOTHING, Shown, type State } from "./imap_state.ts";
import { nextStep, type Step } from "./imap_steps.ts";
import { end, heal, type Random, trouble } from "./spool_life.ts";
import type { RunResult } from "./spool_run.ts";

/** What is promised; and a step that may have happened. */
interface Promised {
  state: State;
  begun: Step | undefined;
}

/** As `spoolRun`. */
export async function imapRun(
  seed: number,
  lives: number,
  ignored: ReadonlySet<string> = new Set(),
): Promise<RunResult> {
  const random = seededRandom(seed);
  const shown = new Shown();
  const promised: Promised = { state: NOTHING, begun: undefined };
  let tokens = 0;
  const fresh = () => `token${++tokens}`;
  // UIDVALIDITYs come from this clock, which hardly moves.
  let time = 1_700_000_000_000;
  const now = () => time += random() < 0.1 ? Math.floor(random() * 3000) : 0;
  let index = memoryIndex();
  let disk = memoryDisk({ random, now, faults: { ignoreSync: ignored } });
  for (let life = 0; life < lives; life++) {
    const host = "mx.example.test";
    const store = maildirStore({
      ...{ disk, root: "/m", index, host, now, random, givesBack: true },
    });
    const user = await tolerate(disk, () => store.open("alice"));
    if (user) {
      await tolerate(disk, async () => {
        compare(await shown.look(user), promised);
        trouble(disk, random, 250);
        await live(promised, random, fresh, async (step) => {
          // After a while of quiet the index is believed without a look at the folders.
          if (random() < 0.3) time += 5000;
          await step.run(user);
          return () => shown.look(user);
        });
      });
    }
    // What a process that dies leaves unsynced the next one may show, and lose.
    disk = random() < 0.3
      ? disk.kill()
      : await end(disk, () => store.close(), random);
    heal(disk);
    if (random() < 0.4) index = memoryIndex();
  }
  return { cuts: lives, checks: shown.checks, syncNames: disk.syncNames };
}

function compare(found: State, promised: Promised): void {
  const { state, begun } = promised;
  try {
    assertBetween(
      found,
      state,
      begun?.after ?? state,
      begun?.likeness ?? "whole",
    );
  } catch (error) {
    const { message } = error as Error;
    throw new Error(`after "${begun?.what ?? "nothing"}": ${message}`);
  }
  promised.state = found;
  promised.begun = undefined;
}

/** Goes on until the disk fails, or for some steps; what was begun last is noted. */
async function live(
  promised: Promised,
  random: Random,
  fresh: () => string,
  run: (step: Step) => Promise<() => Promise<State>>,
): Promise<void> {
  for (let steps = 1 + random() * 8; steps > 0; steps--) {
    const step = nextStep(promised.state, random, fresh);
    promised.begun = step;
    const look = await run(step);
    promised.state = step.after;
    promised.begun = undefined;
    compare(await look(), promised);
  }
}

/** Trouble of the disk ends what is done, and the life. */
async function tolerate<T>(
  disk: MemoryDisk,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DiskError) return undefined;
    if (disk.dead && `${error}`.includes("power")) return undefined;
    throw error;
  }
}

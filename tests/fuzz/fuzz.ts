/**
 * `deno task fuzz [--seconds N] [--target NAME] [--seed N]`: feeds mutated inputs to the
 * fuzz targets and keeps what breaks an invariant as `corpus/<target>/crash-<hash>`,
 * which every ordinary test run replays.
 *
 * There is no coverage to steer by: it lives on the corpus, the dictionary and speed.
 */

import { parseArgs } from "@std/cli/parse-args";
import {
  corpusFolder,
  loadTarget,
  type TargetName,
  TARGETS,
} from "./target.ts";
import type { Assignment, Finding } from "./worker.ts";

/** Milliseconds that one input may take: parsers take linear time, inputs are small. */
const PATIENCE = 10_000;

const args = parseArgs(Deno.args, { string: ["seconds", "target", "seed"] });
const seconds = Number(args.seconds ?? 30);
const seed = Number(args.seed ?? Date.now() % 0x7fffffff);
const chosen = TARGETS.filter((name) =>
  [undefined, name].includes(args.target as TargetName)
);
if (!(seconds > 0) || !Number.isInteger(seed) || chosen.length === 0) {
  console.error(
    `usage: fuzz [--seconds N] [--target ${TARGETS.join("|")}] [--seed N]`,
  );
  Deno.exit(2);
}

let crashes = 0;
for (const name of chosen) {
  const { invariant } = await loadTarget(name);
  const share = seconds / chosen.length;
  console.log(`${name}: ${invariant}\n  seed ${seed}, ${share.toFixed(0)} s`);
  const finding = await fuzzInWorker(name, share * 1000);
  if (finding.kind === "over") {
    console.log(`  ${finding.count} inputs, none broke it`);
    continue;
  }
  crashes++;
  console.log(
    `  BROKEN: ${finding.message}\n  kept as ${await keep(
      name,
      finding.bytes,
    )}`,
  );
}
Deno.exit(crashes === 0 ? 0 : 1);

/** Runs a target in a worker, and takes it for broken when one input takes too long. */
function fuzzInWorker(target: TargetName, duration: number): Promise<Finding> {
  const shared = new SharedArrayBuffer(8 + 128 * 1024);
  const state = new Int32Array(shared, 0, 2);
  const worker = new Worker(new URL("worker.ts", import.meta.url).href, {
    type: "module",
  });
  return new Promise((resolve) => {
    let last = -1;
    const watchdog = setInterval(() => {
      if (state[0] === last && last > 0) {
        const bytes = new Uint8Array(shared, 8).slice(0, state[1]);
        end({
          kind: "crash",
          bytes,
          message: `takes more than ${PATIENCE} ms`,
        });
      }
      last = state[0]!;
    }, PATIENCE);
    const end = (finding: Finding) => {
      clearInterval(watchdog);
      worker.terminate();
      resolve(finding);
    };
    worker.onmessage = (event: MessageEvent<Finding>) => end(event.data);
    worker.onerror = (event) => {
      event.preventDefault();
      // An error outside of any promise: the input in hand is to blame.
      const bytes = new Uint8Array(shared, 8).slice(0, state[1]);
      end({ kind: "crash", bytes, message: event.message });
    };
    const assignment: Assignment = { target, seed, duration, shared };
    worker.postMessage(assignment);
  });
}

async function keep(name: TargetName, bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(
    await crypto.subtle.digest("SHA-256", bytes.slice()),
  );
  const file = `crash-${digest.toHex().slice(0, 16)}`;
  const folder = corpusFolder(name);
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeFile(new URL(file, folder), bytes);
  return `tests/fuzz/corpus/${name}/${file}`;
}

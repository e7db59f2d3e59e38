/**
 * The side of the fuzzer that may hang: runs mutated inputs and shows the one in hand
 * in shared memory, so that the other side can save it.
 */

import { concatBytes } from "../../src/bytes/mod.ts";
import { seededRandom } from "../harness/seeded_random.ts";
import { mutate } from "./mutate.ts";
import {
  type FuzzTarget,
  loadTarget,
  readCorpus,
  runEveryWay,
  type TargetName,
} from "./target.ts";

/** What the worker is told. */
export interface Assignment {
  readonly target: TargetName;
  readonly seed: number;
  /** Milliseconds. */
  readonly duration: number;
  /** Two 32-bit numbers (inputs so far, length of the input in hand) and the input. */
  readonly shared: SharedArrayBuffer;
}

/** What the worker tells. */
export type Finding =
  | { readonly kind: "over"; readonly count: number }
  | {
    readonly kind: "crash";
    readonly bytes: Uint8Array;
    readonly message: string;
  };

/** Tries that go into making a crasher smaller. */
const SHRINK_TRIES = 2000;

interface WorkerScope {
  onmessage: (event: MessageEvent<Assignment>) => void;
  postMessage(finding: Finding): void;
}
const scope = globalThis as unknown as WorkerScope;

scope.onmessage = async ({ data }) => {
  const target = await loadTarget(data.target);
  const corpus = (await readCorpus(data.target)).map((file) => file.bytes);
  if (corpus.length === 0) corpus.push(new Uint8Array());
  scope.postMessage(await fuzz(target, corpus, data));
};

async function fuzz(
  target: FuzzTarget,
  corpus: readonly Uint8Array[],
  { seed, duration, shared }: Assignment,
): Promise<Finding> {
  const random = seededRandom(seed);
  const state = new Int32Array(shared, 0, 2);
  const shown = new Uint8Array(shared, 8);
  const until = performance.now() + duration;
  let count = 0;
  while (performance.now() < until) {
    const bytes = mutate(corpus, random);
    shown.set(bytes);
    state[1] = bytes.length;
    state[0] = ++count;
    const message = await complaint(target, bytes);
    if (message === undefined) continue;
    return { kind: "crash", ...await shrink(target, bytes, message) };
  }
  return { kind: "over", count };
}

/** What is thrown for `bytes`, without what varies from input to input. */
async function complaint(
  target: FuzzTarget,
  bytes: Uint8Array,
): Promise<string | undefined> {
  try {
    await runEveryWay(target, bytes);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.stack ?? error.message : `${error}`;
  }
}

/** The first line of a stack and where it was thrown. */
function kindOf(message: string): string {
  const place = /\bat .*/.exec(message)?.[0] ?? "";
  return message.split(":")[0] + place;
}

/** Takes ranges out of a crasher as long as it breaks in the same place. */
async function shrink(
  target: FuzzTarget,
  crasher: Uint8Array,
  crash: string,
): Promise<{ bytes: Uint8Array; message: string }> {
  let [bytes, message, tries] = [crasher, crash, 0];
  for (let size = bytes.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at < bytes.length && tries < SHRINK_TRIES; tries++) {
      const smaller = concatBytes([
        bytes.subarray(0, at),
        bytes.subarray(at + size),
      ]);
      const found = await complaint(target, smaller);
      if (found !== undefined && kindOf(found) === kindOf(crash)) {
        [bytes, message] = [smaller, found];
      } else {
        at += size;
      }
    }
  }
  return { bytes, message };
}

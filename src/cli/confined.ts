/**
 * The worker's side of `confine.ts`: runs the server and tells when it has ended.
 *
 * @module
 */

import type { FromWorker, Plan, ToWorker } from "./confine.ts";
import type { PlanAnswer } from "./read_plan.ts";
import { runDev } from "./run_dev.ts";
import { runServe } from "./run_serve.ts";
import { tidyMemorySoon } from "./tidy_memory.ts";

/** A server that a plan started. */
export interface Running {
  readonly stop: () => Promise<void>;
  readonly reload: () => Promise<void>;
}

declare const self: DedicatedWorkerGlobalScope;
interface DedicatedWorkerGlobalScope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker): void;
}

let running: Promise<Running> | undefined;
let ending: Promise<void> | undefined;
/** Reloads go one after the other, in the order of the signals. */
let reloading: Promise<void> = Promise.resolve();

self.onmessage = ({ data }) => {
  switch (data.kind) {
    case "plan":
      running = start(data.plan, data.answer);
      running.then(
        () => {
          self.postMessage({ kind: "started" });
          tidyMemorySoon();
        },
        (error) => {
          console.error(
            `denomaild: ${error instanceof Error ? error.message : error}`,
          );
          self.postMessage({ kind: "ended", code: 1 });
        },
      );
      break;
    case "stop":
      ending ??= end();
      break;
    case "reload":
      reloading = reloading.then(reload);
      break;
  }
};

function start(plan: Plan, answer: PlanAnswer): Promise<Running> {
  return plan.kind === "dev" ? runDev(plan, answer) : runServe(plan, answer);
}

async function reload(): Promise<void> {
  // A server that did not start has said so already.
  const server = await running?.catch(() => undefined);
  await server?.reload();
}

async function end(): Promise<void> {
  let code = 0;
  try {
    await (await running)?.stop();
  } catch (error) {
    console.error(`denomaild: ${error instanceof Error ? error.stack : error}`);
    code = 1;
  }
  self.postMessage({ kind: "ended", code });
}

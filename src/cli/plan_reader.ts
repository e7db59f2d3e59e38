/**
 * The reading worker's side of `read_plan.ts`: answers one plan with its configuration.
 *
 * @module
 */

import type { Plan } from "./confine.ts";
import { devFolder } from "./dev_folder.ts";
import { loadPlan } from "./load_plan.ts";
import type { PlanAnswer } from "./read_plan.ts";

declare const self: {
  onmessage: ((event: MessageEvent<Plan>) => void) | null;
  postMessage(message: PlanAnswer): void;
};

self.onmessage = async ({ data: plan }) => {
  try {
    const folder = plan.kind === "dev"
      ? await devConfiguration(plan.data)
      : plan.config;
    self.postMessage({ plan: await loadPlan(folder) });
  } catch (error) {
    const refusal = error instanceof Error ? error.message : String(error);
    self.postMessage({ refusal });
  }
};

/** Only who runs a demonstration waits for the code that makes its configuration. */
async function devConfiguration(data: string): Promise<string> {
  const folder = devFolder(data);
  const { makeDevConfiguration } = await import("./dev_configuration.ts");
  await makeDevConfiguration(folder);
  return folder;
}

/**
 * `serve`, in the worker: a configuration folder becomes a running server.
 *
 * @module
 */

import type { Plan } from "./confine.ts";
import type { Running } from "./confined.ts";
import { accepted, type PlanAnswer, readPlanAgain } from "./read_plan.ts";
import { servePlan } from "./serve_plan.ts";

/** Starts a server; the promise is rejected with a text for people when it cannot. */
export async function runServe(
  plan: Extract<Plan, { kind: "serve" }>,
  answer: PlanAnswer,
): Promise<Running> {
  const first = accepted(answer);
  const { data_folder } = first.configuration;
  return await servePlan(first, plan.data, async () => {
    const next = await readPlanAgain(plan);
    if (!plan.named && next.configuration.data_folder !== data_folder) {
      throw new Error(
        'Cannot take another "data_folder" while the server runs: restart it',
      );
    }
    return next;
  });
}

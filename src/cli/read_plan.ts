/**
 * Reads what a plan is about, its configuration folder, in a worker that ends with that.
 *
 * The schema and its library are needed for a moment at the start; in the server's own
 * thread they would stay in memory for good, a sixth of what a server at rest takes. V8 gives a worker's memory back at its end only with
 * `--no-memory-pool-share-memory-on-teardown`: it would keep it for other workers.
 *
 * @module
 */

import type { Plan } from "./confine.ts";
import { devFolder } from "./dev_folder.ts";
import type { LoadedPlan } from "./load_plan.ts";

/** What was read, or a text for people that tells why it cannot be used. */
export type PlanAnswer =
  | { readonly plan: LoadedPlan }
  | { readonly refusal: string };

/** Folders that a reader may read and write. */
export type ReaderRights = Pick<
  Deno.PermissionOptionsObject,
  "read" | "write"
>;

/** Reads the folder and what it names, and checks all of it. */
export async function readPlan(
  plan: Plan,
  rights: ReaderRights,
): Promise<PlanAnswer> {
  const worker = new Worker(new URL("./plan_reader.ts", import.meta.url), {
    type: "module",
    name: "configuration",
    deno: {
      permissions: {
        ...rights,
        net: false,
        env: false,
        ffi: false,
        run: false,
        sys: false,
        import: false,
      },
    },
  });
  try {
    return await new Promise<PlanAnswer>((resolve) => {
      worker.onmessage = ({ data }: MessageEvent<PlanAnswer>) => resolve(data);
      worker.onerror = (event) => {
        event.preventDefault();
        resolve({ refusal: event.message });
      };
      worker.postMessage(plan);
    });
  } finally {
    worker.terminate();
  }
}

/**
 * Reads it again, in the server's own thread: the schema stays in memory from then on.
 * A worker of a worker would take more than a second each time, of which Deno 2.9 lets
 * it wait for half of one before each of its first two turns.
 *
 * @throws {Error} With every problem on a line of its own.
 */
export async function readPlanAgain(plan: Plan): Promise<LoadedPlan> {
  const { loadPlan } = await import("./load_plan.ts");
  return await loadPlan(
    plan.kind === "dev" ? devFolder(plan.data) : plan.config,
  );
}

/**
 * What an answer holds.
 *
 * @throws {Error} With every problem on a line of its own.
 */
export function accepted(answer: PlanAnswer): LoadedPlan {
  if ("refusal" in answer) throw new Error(answer.refusal);
  return answer.plan;
}

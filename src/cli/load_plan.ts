/**
 * From a configuration folder to what a server is started with.
 *
 * @module
 */

import { formatProblem, type Problem } from "../config/mod.ts";
import type { ServerPlan } from "../server.ts";
import { inspectFolder } from "./inspect_folder.ts";

/** What a configuration folder gives, and what is not quite right with it. Plain data: it crosses a thread. */
export interface LoadedPlan extends ServerPlan {
  readonly warnings: readonly Problem[];
}

/**
 * Reads a configuration folder and what it names, and checks all of it.
 *
 * @throws {Error} With every problem on a line of its own.
 */
export async function loadPlan(folder: string): Promise<LoadedPlan> {
  const { configuration, certificates, authorities, problems } =
    await inspectFolder(folder);
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0 || !configuration) throw problemsError(errors);
  return { configuration, certificates, authorities, warnings: problems };
}

function problemsError(problems: readonly Problem[]): Error {
  return new Error(
    `Cannot use the configuration:\n${problems.map(formatProblem).join("\n")}`,
  );
}

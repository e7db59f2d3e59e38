/**
 * From a configuration folder to what a server is started with.
 *
 * @module
 */

import {
  formatProblem,
  type Problem,
  readAuthorities,
  readCertificates,
  readConfigurationFolder,
} from "../config/mod.ts";
import type { ServerPlan } from "../server.ts";
import { checkAccounts } from "./check_accounts.ts";

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
  const loaded = await readConfigurationFolder(folder);
  if ("problems" in loaded) throw problemsError(loaded.problems);
  const { certificates, problems } = await readCertificates(loaded);
  const { authorities, problems: more } = await readAuthorities(loaded);
  const all = [...checkAccounts(loaded), ...problems, ...more];
  const errors = all.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw problemsError(errors);
  const { configuration } = loaded;
  return { configuration, certificates, authorities, warnings: all };
}

function problemsError(problems: readonly Problem[]): Error {
  return new Error(
    `Cannot use the configuration:\n${problems.map(formatProblem).join("\n")}`,
  );
}

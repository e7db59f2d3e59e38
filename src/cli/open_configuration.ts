/** The configuration that a command line names, or a refusal with everything that is wrong with it. */

import type { Loaded, Problem } from "../config/mod.ts";
import { defaultConfigFolder, defaultDataFolder } from "./folders.ts";
import { CommandFailed, type Invocation, optionValue } from "./subcommand.ts";

/** The folder of the `*.conf` files: `--config`, or where they usually are. */
export function configFolder(invocation: Invocation): string {
  return optionValue(invocation, "config") ?? defaultConfigFolder();
}

/**
 * Reads the configuration of `folder`.
 *
 * @throws {CommandFailed} With a line for every error.
 */
export async function openConfiguration(folder: string): Promise<Loaded> {
  const { readConfigurationFolder } = await import("../config/mod.ts");
  const result = await readConfigurationFolder(folder);
  if ("problems" in result) throw await configurationRefused(result.problems);
  return result;
}

/** The refusal that names every problem. */
export async function configurationRefused(
  problems: readonly Problem[],
): Promise<CommandFailed> {
  const { formatProblem } = await import("../config/mod.ts");
  const lines = problems.map((problem) => `\n${formatProblem(problem)}`);
  return new CommandFailed(`Cannot use the configuration:${lines.join("")}`);
}

/** Where mail and accounts are: `--data`, or what the configuration says, or beside the program. */
export function dataFolder(
  invocation: Invocation,
  configured: string | undefined,
): string {
  return optionValue(invocation, "data") ?? configured ?? defaultDataFolder();
}

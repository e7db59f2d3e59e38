/** The queue and the stories that a command line is about: the running server's, or the folder's own. */

import type { Operations } from "../control/mod.ts";
import {
  configFolder,
  dataFolder,
  openConfiguration,
} from "./open_configuration.ts";
import { CommandFailed, type Invocation } from "./subcommand.ts";

/**
 * Calls `name`; its items as they come. Where no server runs, the spool is opened for
 * the time of the call.
 *
 * @throws {CommandFailed} With what speaks against it.
 */
export async function* callOperation(
  invocation: Invocation,
  name: string,
  given: Readonly<Record<string, unknown>>,
): AsyncGenerator<unknown> {
  const { configuration } = await openConfiguration(configFolder(invocation));
  const folder = dataFolder(invocation, configuration.data_folder);
  const { callServer, ControlRefusal, NotRunning } = await import(
    "../control/mod.ts"
  );
  try {
    yield* callServer(folder, name, given);
  } catch (error) {
    if (error instanceof ControlRefusal) throw refusal(error);
    if (!(error instanceof NotRunning)) throw error;
    yield* callDirectly(folder, name, given);
  }
}

async function* callDirectly(
  folder: string,
  name: string,
  given: Readonly<Record<string, unknown>>,
): AsyncGenerator<unknown> {
  const { openIdle } = await import("../idle_operations.ts");
  const idle = await openIdle(folder).catch((error) => {
    throw refusal(error);
  });
  try {
    const operation: Operations[string] | undefined = idle.operations[name];
    yield* operation!(given);
  } finally {
    await idle.close();
  }
}

function refusal(error: unknown): CommandFailed {
  const message = error instanceof Error ? error.message : String(error);
  return new CommandFailed(message, { cause: error });
}

/**
 * `serve`, in the worker: a configuration folder becomes a running server.
 *
 * @module
 */

import {
  formatProblem,
  type Problem,
  readCertificates,
  readConfigurationFolder,
} from "../config/mod.ts";
import { type Log, type LogOptions, openLog } from "../log.ts";
import { type Server, type ServerPlan, startServer } from "../server.ts";
import { checkAccounts } from "./check_accounts.ts";
import type { Plan } from "./confine.ts";
import type { Running } from "./confined.ts";

/** What a configuration folder gives, and what is not quite right with it. */
export interface LoadedPlan extends ServerPlan {
  readonly warnings: readonly Problem[];
}

/** Starts a server; the promise is rejected with a text for people when it cannot. */
export async function runServe(
  { config, data, named }: Extract<Plan, { kind: "serve" }>,
): Promise<Running> {
  const first = await loadPlan(config);
  const { data_folder } = first.configuration;
  return await serveWith(first, data, async () => {
    const next = await loadPlan(config);
    if (!named && next.configuration.data_folder !== data_folder) {
      throw new Error(
        'Cannot take another "data_folder" while the server runs: restart it',
      );
    }
    return next;
  });
}

/** Runs a server until it is stopped; `reload` makes the plan for SIGHUP. */
export async function serveWith(
  first: LoadedPlan,
  data: string,
  reload: () => Promise<LoadedPlan>,
  started: (server: Server) => Promise<void> = () => Promise.resolve(),
): Promise<Running> {
  const options = {
    ...logSettingOf(first),
    now: () => Date.now(),
    write: writeOut,
  };
  const { log, drain } = openLog(options);
  warn(first, log);
  const server = await startServer(first, data, log).finally(drain);
  log("started", { ports: portsOf(server) });
  try {
    await started(server);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return {
    reload: async () => {
      try {
        const next = await reload();
        await server.reload(next);
        Object.assign(options, logSettingOf(next));
        warn(next, log);
        log("reloaded", { ports: portsOf(server) });
      } catch (error) {
        log("reload_refused", {
          level: "error",
          error: error instanceof Error ? error.message : String(error),
        });
      }
    },
    stop: async () => {
      log("stopping");
      await server.stop();
      log("stopped");
      await drain();
    },
  };
}

function portsOf({ ports }: Server): string {
  return ports.map(({ kind, port }) => `${kind}:${port}`).join(" ");
}

function warn({ warnings }: LoadedPlan, log: Log): void {
  for (const problem of warnings) {
    log("configuration_warning", {
      level: "warn",
      warning: formatProblem(problem),
    });
  }
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
  const all = [...checkAccounts(loaded), ...problems];
  const errors = all.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw problemsError(errors);
  const { configuration } = loaded;
  return { configuration, certificates, warnings: all };
}

function problemsError(problems: readonly Problem[]): Error {
  return new Error(
    `Cannot use the configuration:\n${problems.map(formatProblem).join("\n")}`,
  );
}

function logSettingOf(
  { configuration: { Log, debug } }: LoadedPlan,
): Pick<LogOptions, "format" | "level"> {
  return { format: Log.format, level: debug ? "debug" : Log.level };
}

async function writeOut(lines: Uint8Array): Promise<void> {
  for (let at = 0; at < lines.length;) {
    at += await Deno.stdout.write(lines.subarray(at));
  }
}

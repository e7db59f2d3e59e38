/**
 * `serve`, in the worker: a configuration folder becomes a running server.
 *
 * @module
 */

import {
  type Configuration,
  formatProblem,
  type Problem,
  readCertificates,
  readConfigurationFolder,
} from "../config/mod.ts";
import { type Log, openLog } from "../log.ts";
import { type Server, type ServerPlan, startServer } from "../server.ts";
import type { Plan } from "./confine.ts";
import type { Running } from "./confined.ts";

/** Starts a server; the promise is rejected with a text for people when it cannot. */
export async function runServe(
  plan: Extract<Plan, { kind: "serve" }>,
): Promise<Running> {
  const first = await loadPlan(plan.config);
  return await serveWith(first, plan.data, () => loadPlan(plan.config));
}

/** Runs a server until it is stopped; `reload` makes the plan for SIGHUP. */
export async function serveWith(
  first: ServerPlan,
  data: string,
  reload: () => Promise<ServerPlan>,
  started: (server: Server) => Promise<void> = () => Promise.resolve(),
): Promise<Running> {
  const { log, drain } = logOf(first.configuration);
  let server: Server;
  try {
    server = await startServer(first, data, log);
    await started(server);
  } finally {
    await drain();
  }
  log("started", {
    ports: server.ports.map(({ kind, port }) => `${kind}:${port}`).join(" "),
  });
  return {
    reload: () => reloadWith(server, reload, log),
    stop: async () => {
      log("stopping");
      await server.stop();
      log("stopped");
      await drain();
    },
  };
}

async function reloadWith(
  server: Server,
  reload: () => Promise<ServerPlan>,
  log: Log,
): Promise<void> {
  try {
    server.reload(await reload());
    log("reloaded");
  } catch (error) {
    log("reload_refused", {
      level: "error",
      error: error instanceof Error ? error.message : String(error),
    });
  }
}

/**
 * Reads a configuration folder and what it names.
 *
 * @throws {Error} With every problem on a line of its own.
 */
export async function loadPlan(folder: string): Promise<ServerPlan> {
  const loaded = await readConfigurationFolder(folder);
  if ("problems" in loaded) throw problemsError(loaded.problems);
  const { certificates, problems } = await readCertificates(loaded);
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw problemsError(errors);
  return { configuration: loaded.configuration, certificates };
}

function problemsError(problems: readonly Problem[]): Error {
  return new Error(
    `Cannot use the configuration:\n${problems.map(formatProblem).join("\n")}`,
  );
}

function logOf({ Log, debug }: Configuration): ReturnType<typeof openLog> {
  return openLog({
    format: Log.format,
    level: debug ? "debug" : Log.level,
    now: () => Date.now(),
    write: writeOut,
  });
}

async function writeOut(lines: Uint8Array): Promise<void> {
  for (let at = 0; at < lines.length;) {
    at += await Deno.stdout.write(lines.subarray(at));
  }
}

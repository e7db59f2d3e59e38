/**
 * A server from its plan to its end, with its log.
 *
 * @module
 */

import { formatProblem } from "../config/values/mod.ts";
import { type Log, type LogOptions, openLog } from "../log.ts";
import { type Server, startServer } from "../server.ts";
import type { Running } from "./confined.ts";
import type { LoadedPlan } from "./load_plan.ts";

/** Runs a server until it is stopped; `reload` makes the plan for SIGHUP. */
export async function servePlan(
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

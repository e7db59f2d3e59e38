/**
 * Runs a server in a worker that may touch only the folders of this very run.
 *
 * Which folders those are stands on the command line and in the configuration, so no
 * flag of `deno run` or `deno compile` can name them. The program therefore starts with
 * reading and writing allowed, hands exactly what is needed to a worker, and gives up
 * all of its own rights as soon as the worker has started: only the worker meets peers.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { type PlanAnswer, readPlan } from "./read_plan.ts";
import { tidyMemorySoon } from "./tidy_memory.ts";

/** What the worker may do; nothing else is granted. */
export interface Rights {
  readonly read: readonly string[];
  readonly write: readonly string[];
}

/** What the worker is asked to run. Plain data: it crosses a thread. */
export type Plan =
  | {
    readonly kind: "serve";
    readonly config: string;
    readonly data: string;
    /** The command line named `data`; the configuration has no say in it then. */
    readonly named: boolean;
  }
  | {
    readonly kind: "dev";
    readonly data: string;
    readonly temporary: boolean;
    readonly portBase: number;
    readonly readyFile: string | undefined;
  };

/** What the worker is told, and what it tells. */
export type ToWorker =
  | {
    readonly kind: "plan";
    readonly plan: Plan;
    readonly answer: PlanAnswer;
  }
  | { readonly kind: "stop" }
  | { readonly kind: "reload" };
export type FromWorker =
  | { readonly kind: "started" }
  | { readonly kind: "ended"; readonly code: number };

/** Runs `plan` until it ends by itself or by a signal; resolves to the exit code. */
export async function runConfined(plan: Plan, rights: Rights): Promise<number> {
  const read = [...rights.read, ...sourceFolder()];
  // On another core the configuration is read while the server's code loads.
  const reading = readPlan(plan, {
    read,
    write: plan.kind === "dev" ? [...rights.write] : false,
  });
  const worker = new Worker(new URL("./confined.ts", import.meta.url), {
    type: "module",
    name: "server",
    deno: {
      permissions: {
        net: "inherit",
        read,
        write: [...rights.write],
        env: false,
        ffi: false,
        run: false,
        sys: false,
        import: false,
      },
    },
  });
  const ended = new Promise<number>((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
      if (data.kind === "ended") resolve(data.code);
      // Not earlier: a worker's modules are loaded under its parent's rights, too.
      else void giveUpRights().then(tidyMemorySoon);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      console.error(`denomaild: ${event.message}`);
      resolve(1);
    };
  });
  const tell = (message: ToWorker) => worker.postMessage(message);
  void reading.then((answer) => tell({ kind: "plan", plan, answer }));
  Deno.addSignalListener("SIGTERM", () => tell({ kind: "stop" }));
  Deno.addSignalListener("SIGINT", () => tell({ kind: "stop" }));
  Deno.addSignalListener("SIGHUP", () => tell({ kind: "reload" }));
  const code = await ended;
  worker.terminate();
  return code;
}

/** The modules themselves, which a worker reads like any file; a compiled program carries them. */
function sourceFolder(): string[] {
  return Deno.build.standalone
    ? []
    : [fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "")];
}

async function giveUpRights(): Promise<void> {
  for (const name of ["read", "write", "net"] as const) {
    await Deno.permissions.revoke({ name });
  }
}

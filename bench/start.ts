/** From the start of the process to the first 220, with accounts and certificate in place. */

import { startServer, taskFlags } from "../tests/harness/server.ts";
import { pause } from "./programs.ts";
import { type Finding, say } from "./report.ts";

const ROOT = new URL("../", import.meta.url).pathname;

export async function startScenario(
  folder: string,
  rounds: number,
): Promise<Finding[]> {
  const data = `${folder}/start`;
  // The first start makes accounts and a certificate; a server that is restarted has them.
  const first = performance.now();
  await (await startServer(data)).stop();
  say(`  first start and stop: ${(performance.now() - first).toFixed(0)} ms`);
  const samples: number[] = [];
  for (let round = 0; round < rounds; round++) {
    samples.push(await startOnce(data));
    say(`  start to listening: ${samples.at(-1)!.toFixed(0)} ms`);
  }
  return [{
    ...{ scenario: "start", what: "start to listening", unit: "ms" },
    ours: samples,
    target: { of: "median", at: "most", value: 400 },
  }];
}

/** Milliseconds until every listener is up. */
export async function startOnce(data: string): Promise<number> {
  const file = `${data}.ready.json`;
  await Deno.remove(file).catch(() => {});
  const started = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...[...taskFlags("dev"), `${ROOT}main.ts`, "dev", "--data", data],
      ...["--port-base", "0", "--ready-file", file],
    ],
    cwd: ROOT,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    while (!isThere(file)) {
      if (performance.now() - started > 30_000) {
        throw new Error("The server was not ready in time");
      }
      await pause(2);
    }
    return performance.now() - started;
  } finally {
    child.kill("SIGTERM");
    await child.status;
  }
}

function isThere(file: string): boolean {
  try {
    Deno.statSync(file);
    return true;
  } catch {
    return false;
  }
}

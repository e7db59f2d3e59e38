/** Memory at rest, and what a thousand idle connections add to it. */

import type { TLSSocket } from "node:tls";
import { LineClient } from "../tests/harness/line_client.ts";
import { type RunningServer, startServer } from "../tests/harness/server.ts";
import { memoryOf, pause } from "./programs.ts";
import { type Finding, say } from "./report.ts";
import { startTls } from "./start_tls.ts";

const CONNECTIONS = 1000;
/** Connections that are made at a time. */
const AT_ONCE = 20;
/** Milliseconds for garbage to be noticed. */
const REST = 5000;

export async function idleScenario(folder: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  const scenario = "idle";
  for (const kind of ["plain", "STARTTLS"] as const) {
    const server = await startServer(`${folder}/idle-${kind}`);
    try {
      await pause(REST);
      const before = await memoryOf(server.pid);
      say(`  at rest: ${(before / 1024).toFixed(1)} MB`);
      const close = await openMany(server, kind);
      await pause(REST);
      const during = await memoryOf(server.pid);
      close();
      const each = (during - before) / CONNECTIONS;
      say(`  ${kind}: ${each.toFixed(1)} KB a connection`);
      if (kind === "plain") {
        findings.push({
          ...{ scenario, what: "memory at rest", unit: "MB" },
          ours: [before / 1024],
          target: { of: "median", at: "most", value: 80 },
        });
      }
      findings.push({
        ...{ scenario, what: `an idle connection, ${kind}`, unit: "KB" },
        ours: [each],
        target: { of: "median", at: "most", value: kind === "plain" ? 20 : 60 },
      });
    } finally {
      await server.stop();
    }
  }
  return findings;
}

/** Opens connections that have said EHLO and now wait; the returned function ends them. */
async function openMany(
  { ready }: RunningServer,
  kind: "plain" | "STARTTLS",
): Promise<() => void> {
  const plain: LineClient[] = [];
  const secure: TLSSocket[] = [];
  const ca = await Deno.readTextFile(ready.ca);
  const { smtp, submission } = ready.ports;
  const open = async () => {
    if (kind === "STARTTLS") {
      secure.push(await startTls(submission, ca));
      return;
    }
    const client = await LineClient.connect(smtp);
    await client.reply();
    await client.say("EHLO client.example.org");
    plain.push(client);
  };
  for (let opened = 0; opened < CONNECTIONS; opened += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, open));
  }
  return () => {
    for (const client of plain) client.close();
    for (const socket of secure) socket.destroy();
  };
}

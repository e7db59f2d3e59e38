/** Memory at rest, and what idle connections add to it. */

import type { Socket } from "node:net";
import { type RunningServer, startServer } from "../tests/harness/server.ts";
import { memoryOf, pause } from "./programs.ts";
import { type Finding, say } from "./report.ts";
import { sayHello, startTls } from "./start_tls.ts";

/** Connections after which memory is looked at: the garbage of few is not yet collected. */
const STEPS = [1000, 5000] as const;
/** Connections that are made at a time. */
const AT_ONCE = 20;
/** Milliseconds for garbage to be noticed. */
const REST = 5000;
/** The most that an idle connection may cost, in KB. */
const LIMIT = { plain: 20, STARTTLS: 60 } as const;
type Kind = keyof typeof LIMIT;

export async function idleScenario(folder: string): Promise<Finding[]> {
  return [
    ...await measure(folder, "plain"),
    // Without its first line: what rests is the same.
    ...(await measure(folder, "STARTTLS")).slice(1),
  ];
}

async function measure(folder: string, kind: Kind): Promise<Finding[]> {
  const data = `${folder}/idle-${kind}`;
  // The first start makes a certificate; a server at rest has done that long ago.
  await (await startServer(data)).stop();
  const server = await startServer(data);
  const sockets: Socket[] = [];
  try {
    await pause(REST);
    const before = await memoryOf(server.pid);
    say(`  at rest: ${(before / 1024).toFixed(1)} MB`);
    const findings: Finding[] = [{
      ...{ scenario: "idle", what: "memory at rest", unit: "MB" },
      ours: [before / 1024],
      target: { of: "median", at: "most", value: 80 },
    }];
    for (const count of STEPS) {
      await openUpTo(count, sockets, server, kind);
      await pause(REST);
      const each = (await memoryOf(server.pid) - before) / count;
      say(`  ${kind}: ${each.toFixed(1)} KB each of ${count} connections`);
      findings.push({
        scenario: "idle",
        what: `each of ${count} idle connections, ${kind}`,
        unit: "KB",
        ours: [each],
        ...(count === STEPS.at(-1) && {
          target: { of: "median", at: "most", value: LIMIT[kind] },
        }),
      });
    }
    return findings;
  } finally {
    for (const socket of sockets) socket.destroy();
    await server.stop();
  }
}

/**
 * Opens connections that have said EHLO and now wait.
 * They come from several addresses, because one may not have so many.
 */
async function openUpTo(
  count: number,
  sockets: Socket[],
  { ready }: RunningServer,
  kind: Kind,
): Promise<void> {
  const ca = await Deno.readTextFile(ready.ca);
  const { smtp, submission } = ready.ports;
  while (sockets.length < count) {
    const from = `127.0.1.${1 + sockets.length / AT_ONCE}`;
    const open = () =>
      kind === "plain" ? sayHello(smtp, from) : startTls(submission, ca, from);
    sockets.push(
      ...await Promise.all(Array.from({ length: AT_ONCE }, open)),
    );
  }
}

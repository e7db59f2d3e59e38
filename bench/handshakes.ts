/** TLS handshakes a second: implicit ones counted by openssl, STARTTLS by node:tls. */

import { startServer } from "../tests/harness/server.ts";
import { requirePrograms, run } from "./programs.ts";
import { type Finding, say } from "./report.ts";
import { startTls } from "./start_tls.ts";

/** Seconds of openssl's run. */
const SECONDS = 4;
const STARTTLS_COUNT = 500;
const AT_ONCE = 4;

export async function handshakeScenario(folder: string): Promise<Finding[]> {
  await requirePrograms("openssl");
  const server = await startServer(`${folder}/handshakes`);
  try {
    const { ports, ca } = server.ready;
    const implicit = await countImplicit(ports.pop3s);
    const upgraded = await countUpgraded(
      ports.submission,
      await Deno.readTextFile(ca),
    );
    say(`  TLS ${implicit.toFixed(0)}/s, STARTTLS ${upgraded.toFixed(0)}/s`);
    const common = { scenario: "handshakes", unit: "1/s" };
    return [
      { ...common, what: "new TLS connections", ours: [implicit] },
      {
        ...common,
        what: "SMTP connections that say EHLO, STARTTLS, EHLO",
        ours: [upgraded],
      },
    ];
  } finally {
    await server.stop();
  }
}

/** Connections a second, made by several processes at once. */
async function countImplicit(port: number): Promise<number> {
  const counts = Array.from({ length: AT_ONCE }, () => countByOne(port));
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

async function countByOne(port: number): Promise<number> {
  const text = await run(
    "openssl",
    ...["s_time", "-connect", `127.0.0.1:${port}`, "-new"],
    ...["-time", `${SECONDS}`],
  );
  // "N connections in S real seconds"; its other line counts only its own CPU time.
  const match = /^(\d+) connections in (\d+) real seconds/m.exec(text);
  if (!match) throw new Error(`Cannot read what openssl said:\n${text}`);
  return Number(match[1]) / Number(match[2]);
}

async function countUpgraded(port: number, ca: string): Promise<number> {
  const started = performance.now();
  for (let made = 0; made < STARTTLS_COUNT; made += AT_ONCE) {
    const open = () => startTls(port, ca);
    const sockets = await Promise.all(Array.from({ length: AT_ONCE }, open));
    for (const socket of sockets) socket.destroy();
  }
  return STARTTLS_COUNT / ((performance.now() - started) / 1000);
}

/** How long it takes until a client in IDLE hears of a delivery. */

import { ImapClient } from "../tests/harness/imap_client.ts";
import { greetSmtp, sendMessage } from "../tests/harness/line_client.ts";
import { startServer } from "../tests/harness/server.ts";
import { waitUntilIdle } from "./programs.ts";
import { type Finding, median, say } from "./report.ts";

/** Deliveries, one after the other. */
const DELIVERIES = 300;
const MESSAGE = `Subject: x\r\n\r\n${"0123456789abcdef\r\n".repeat(227)}`;

/** From a 250 of SMTP, and from an OK of APPEND, to the EXISTS of another session. */
export async function imapIdleScenario(folder: string): Promise<Finding[]> {
  const server = await startServer(`${folder}/imap-idle`);
  try {
    const { accounts, ports } = server.ready;
    // A start ends with a collection of all garbage, a second later.
    await waitUntilIdle(server.pid);
    const { address, password } = accounts[0]!;
    const enter = () => ImapClient.login(ports.imap, address, password);
    const [idler, appender] = [await enter(), await enter()];
    await idler.ok("SELECT INBOX");
    await idler.line.send("i IDLE\r\n");
    await idler.response();
    const smtp = await greetSmtp(ports.smtp);
    const deliver = async () => {
      const to = [address];
      const reply = await sendMessage(smtp, "s@example.org", to, MESSAGE);
      if (!reply.startsWith("250")) throw new Error(reply);
    };
    const delivered = await measure(idler, deliver);
    const append = () => appender.append("INBOX", MESSAGE);
    const appended = await measure(idler, append);
    reportDisk(await storedFiles(`${folder}/stored`));
    for (const client of [idler, appender, smtp]) client.close();
    return [
      finding("a delivery heard in IDLE, after its 250", delivered),
      finding("an APPEND heard in IDLE, after its OK", appended),
    ];
  } finally {
    await server.stop();
  }
}

/** Milliseconds of what the disk alone takes for a delivery: a file, its sync, its name, its folder's sync. */
async function storedFiles(folder: string): Promise<number[]> {
  await Deno.mkdir(folder);
  const octets = new TextEncoder().encode(MESSAGE);
  const samples: number[] = [];
  for (let n = 0; n < DELIVERIES; n++) {
    const begun = performance.now();
    const file = await Deno.open(`${folder}/${n}.tmp`, {
      ...{ createNew: true, write: true },
    });
    file.writeSync(octets);
    await file.syncData();
    file.close();
    await Deno.rename(`${folder}/${n}.tmp`, `${folder}/${n}`);
    using directory = await Deno.open(folder);
    await directory.sync();
    samples.push(performance.now() - begun);
  }
  return samples;
}

function reportDisk(samples: readonly number[]): void {
  say(`  a file stored and synced on this disk: ${figures(samples)}`);
}

function figures(samples: readonly number[]): string {
  const sorted = [...samples].sort((a, b) => a - b);
  const late = sorted[Math.floor(sorted.length * 0.99)]!;
  return `${median(sorted).toFixed(2)} ms, ${
    late.toFixed(1)
  } ms for the slowest of a hundred, ${sorted.at(-1)!.toFixed(1)} ms at worst`;
}

async function measure(
  idler: ImapClient,
  bring: () => Promise<unknown>,
): Promise<number[]> {
  const samples: number[] = [];
  for (let n = 0; n < DELIVERIES; n++) {
    const heard = (async () => {
      while (!/ EXISTS$/.test(await idler.response()));
      return performance.now();
    })();
    await bring();
    const acknowledged = performance.now();
    samples.push(Math.max(0, await heard - acknowledged));
  }
  return samples;
}

function finding(what: string, ours: readonly number[]): Finding {
  say(`  ${what}: ${figures(ours)}`);
  return {
    ...{ scenario: "imap-idle", what, unit: "ms", ours },
    target: { of: "median", at: "most", value: 50 },
  };
}

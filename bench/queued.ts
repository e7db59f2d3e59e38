/**
 * What a long queue costs: memory and start-up with 100,000 messages of 4 KiB that
 * wait for other servers.
 */

import { filesDisk } from "../src/disk/mod.ts";
import { openFileSpool, type Spool } from "../src/queue/mod.ts";
import { startServer } from "../tests/harness/server.ts";
import { memoryOf, pause } from "./programs.ts";
import { type Finding, say } from "./report.ts";
import { startOnce } from "./start.ts";

const SIZE = 4096;
const AT_ONCE = 2000;
/** Each 500 messages go to one domain. */
const A_DOMAIN = 500;
/** Milliseconds for garbage to be noticed. */
const REST = 8000;

export async function queuedScenario(
  folder: string,
  count: number,
  rounds: number,
): Promise<Finding[]> {
  const data = `${folder}/queued`;
  // Accounts and certificate are made by the first start.
  await (await startServer(data)).stop();
  await fill(`${data}/spool`, count);
  const starts: number[] = [];
  for (let round = 0; round < rounds; round++) {
    starts.push(await startOnce(data));
    say(`  start with ${count} queued: ${starts.at(-1)!.toFixed(0)} ms`);
  }
  const server = await startServer(data);
  let memory: number;
  try {
    await pause(REST);
    memory = await memoryOf(server.pid) / 1024;
  } finally {
    await server.stop();
  }
  say(`  memory with ${count} queued: ${memory.toFixed(1)} MB`);
  return [
    {
      ...{ scenario: "queued", what: `start with ${count} queued`, unit: "ms" },
      ours: starts,
      target: { of: "median", at: "most", value: 2000 },
    },
    {
      ...{
        scenario: "queued",
        what: `memory with ${count} queued`,
        unit: "MB",
      },
      ours: [memory],
      target: { of: "median", at: "most", value: 150 },
    },
  ];
}

/** Fills the spool as if messages had been tried once and were greylisted. */
async function fill(path: string, count: number): Promise<void> {
  const spool = await openFileSpool({
    ...{ disk: filesDisk(), path, log: () => {} },
    ...{ now: Date.now, random: Math.random },
  });
  for (let at = 0; at < count; at += AT_ONCE) {
    const numbers = Array.from(
      { length: Math.min(AT_ONCE, count - at) },
      (_, i) => at + i,
    );
    await Promise.all(numbers.map((number) => put(spool, number)));
  }
  await spool.close();
  say(`  ${count} messages are queued`);
}

async function put(spool: Spool, number: number): Promise<void> {
  const address = `user${number}@${
    Math.floor(number / A_DOMAIN)
  }.peers.example.net`;
  const draft = spool.begin();
  await draft.write(new Uint8Array(SIZE).fill(0x61 + number % 26));
  await draft.commit({
    from: "alice@denomaild.test",
    recipients: [{ address, destinations: [{ kind: "remote", address }] }],
    ...{ body: "7BIT", smtputf8: false, submitter: "alice@denomaild.test" },
    received: Date.now(),
  });
  await spool.note(draft.id, {
    [`remote:${address}`]: {
      ...{ attempts: 1, next: Date.now() + 3_600_000, last: Date.now() },
      reply: {
        ...{ code: 451, enhanced: "4.7.1" },
        lines: ["Greylisted, please try again later"],
      },
      peer: "mx.peers.example.net[192.0.2.1]:25",
    },
  });
}

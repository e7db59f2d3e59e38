/**
 * Acknowledged messages a second, beside Postfix: smtp-source sends 4 KiB messages over
 * 20 connections, once with a new connection a message and once with lasting ones.
 */

import { startServer } from "../tests/harness/server.ts";
import { startPostfix } from "./postfix.ts";
import { countFiles, run, waitForFiles } from "./programs.ts";
import { type Finding, median, say } from "./report.ts";

const CONNECTIONS = 20;
const SIZE = 4096;

/** A server under test, and the folder in which its deliveries appear. */
interface Receiver {
  readonly name: "denomaild" | "Postfix";
  readonly port: number;
  readonly inbox: string;
  /** Messages a second: acknowledged, and delivered. */
  readonly acknowledged: number[];
  readonly delivered: number[];
}

/** Runs both kinds of load in alternating order; `folder` is on the disk in question. */
export async function acceptScenario(
  folder: string,
  rounds: number,
  messages: number,
): Promise<Finding[]> {
  const postfix = await startPostfix(await newFolder(`${folder}/postfix`));
  try {
    const server = await startServer(`${folder}/accept`);
    try {
      const inbox = `${server.ready.data}/mail/example.test/alice/new`;
      const ours = { name: "denomaild", port: server.ready.ports.smtp, inbox };
      const theirs = { name: "Postfix", ...postfix };
      const findings: Finding[] = [];
      for (const lasting of [true, false]) {
        const pair = [ours, theirs].map(({ name, port, inbox }) => ({
          ...{ name, port, inbox, acknowledged: [], delivered: [] },
        })) as unknown as [Receiver, Receiver];
        await alternate(pair, lasting, rounds, messages);
        findings.push(...report(pair, lasting));
      }
      return findings;
    } finally {
      await server.stop();
    }
  } finally {
    await postfix.stop();
  }
}

async function newFolder(path: string): Promise<string> {
  await Deno.mkdir(path, { recursive: true });
  return path;
}

async function alternate(
  pair: readonly [Receiver, Receiver],
  lasting: boolean,
  rounds: number,
  messages: number,
): Promise<void> {
  // A first round warms caches, compiled code and process pools; it does not count.
  for (const receiver of pair) await load(receiver, lasting, messages >> 2);
  for (const { acknowledged, delivered } of pair) {
    acknowledged.length = delivered.length = 0;
  }
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? pair : pair.toReversed();
    for (const receiver of order) await load(receiver, lasting, messages);
  }
}

/** One run of smtp-source, up to the last delivery. */
async function load(
  { name, port, inbox, acknowledged, delivered }: Receiver,
  lasting: boolean,
  messages: number,
): Promise<void> {
  const before = countFiles(inbox);
  const started = performance.now();
  await run(
    "smtp-source",
    ...(lasting ? ["-d"] : []),
    ...["-s", `${CONNECTIONS}`, "-m", `${messages}`, "-l", `${SIZE}`],
    ...["-f", "sender@example.org", "-t", "alice@example.test"],
    `127.0.0.1:${port}`,
  );
  const answered = performance.now() - started;
  const done = await waitForFiles(inbox, before + messages, started);
  acknowledged.push(messages / (answered / 1000));
  delivered.push(messages / (done / 1000));
  say(
    `  ${name}${lasting ? " -d" : ""}: ${acknowledged.at(-1)!.toFixed(0)}/s ` +
      `acknowledged, ${delivered.at(-1)!.toFixed(0)}/s delivered`,
  );
}

function report(
  [ours, theirs]: readonly [Receiver, Receiver],
  lasting: boolean,
): Finding[] {
  const how = lasting ? "lasting connections" : "a connection a message";
  const common = { scenario: "accept", beside: "Postfix" };
  say(`  ${how}: ${median(ours.acknowledged).toFixed(0)}/s`);
  return [{
    ...common,
    what: `4 KiB messages acknowledged, ${CONNECTIONS} senders, ${how}`,
    unit: "1/s",
    ours: ours.acknowledged,
    theirs: theirs.acknowledged,
    target: { of: "ratio", at: "least", value: 4 },
  }, {
    ...common,
    what: `the same, up to the delivery of all`,
    unit: "1/s",
    ours: ours.delivered,
    theirs: theirs.delivered,
  }];
}

/**
 * Messages relayed a second, beside Postfix: smtp-source sends 4 KiB messages over 20
 * connections, the server passes them on to smtp-sink. The clock runs from the first
 * submission to the last message at the sink.
 *
 * Both as they come: Postfix opens up to 20 connections to a destination, denomaild 10
 * (`connections_per_destination`). Nobody uses TLS: the sink has none.
 */

import { ServeSite } from "../tests/serve/serve_site.ts";
import { startPostfix } from "./postfix.ts";
import { requirePrograms, run } from "./programs.ts";
import { queuedScenario } from "./queued.ts";
import { type Finding, say } from "./report.ts";
import { type SmtpSink, startSmtpSink } from "./smtp_sink.ts";

const SENDERS = 20;
const SIZE = 4096;
const DOMAIN = "peer.test";
const QUEUED = 100_000;

/** A server under test. */
interface Relay {
  readonly name: "denomaild" | "Postfix";
  readonly port: number;
  /** Messages a second at the sink, and acknowledged to their senders. */
  readonly relayed: number[];
  readonly acknowledged: number[];
}

/** Relays in alternating order, then measures a long queue; `folder` is on the disk in question. */
export async function outboundScenario(
  folder: string,
  rounds: number,
  messages: number,
): Promise<Finding[]> {
  await requirePrograms("smtp-sink", "smtp-source");
  const sink = await startSmtpSink();
  try {
    const findings = await besidePostfix(folder, sink, rounds, messages);
    return [...findings, ...await queuedScenario(folder, QUEUED, 3)];
  } finally {
    await sink.stop();
  }
}

async function besidePostfix(
  folder: string,
  sink: SmtpSink,
  rounds: number,
  messages: number,
): Promise<Finding[]> {
  await Deno.mkdir(`${folder}/postfix`);
  const postfix = await startPostfix(`${folder}/postfix`, sink.port);
  try {
    await using site = await ServeSite.make({
      domain: "relay.test",
      Outbound: {
        Routes: {
          [DOMAIN]: { host: "127.0.0.1", port: sink.port, relay: true },
        },
      },
    }, folder);
    await using server = await site.serve();
    const pair = [
      relay("denomaild", server.ports.smtp!),
      relay("Postfix", postfix.port),
    ] as const;
    await alternate(pair, sink, rounds, messages);
    return report(pair);
  } finally {
    await postfix.stop();
  }
}

function relay(name: Relay["name"], port: number): Relay {
  return { name, port, relayed: [], acknowledged: [] };
}

async function alternate(
  pair: readonly [Relay, Relay],
  sink: SmtpSink,
  rounds: number,
  messages: number,
): Promise<void> {
  // A first round warms caches, compiled code and process pools; it does not count.
  for (const one of pair) await load(one, sink, messages >> 2);
  for (const one of pair) one.relayed.length = one.acknowledged.length = 0;
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? pair : pair.toReversed();
    for (const one of order) await load(one, sink, messages);
  }
}

/** One run of smtp-source, up to the last message at the sink. */
async function load(
  { name, port, relayed, acknowledged }: Relay,
  sink: SmtpSink,
  messages: number,
): Promise<void> {
  const last = sink.reaches(sink.taken() + messages);
  const started = performance.now();
  const [answered, arrived] = await Promise.all([
    run(
      ...["smtp-source", "-d", "-s", `${SENDERS}`] as const,
      ...["-m", `${messages}`, "-l", `${SIZE}`],
      ...["-f", "sender@example.org", "-t", `alice@${DOMAIN}`],
      `127.0.0.1:${port}`,
    ).then(() => performance.now()),
    last,
  ]);
  acknowledged.push(messages / (answered - started) * 1000);
  relayed.push(messages / (arrived - started) * 1000);
  say(
    `  ${name}: ${acknowledged.at(-1)!.toFixed(0)}/s acknowledged, ` +
      `${relayed.at(-1)!.toFixed(0)}/s relayed`,
  );
}

function report([ours, theirs]: readonly [Relay, Relay]): Finding[] {
  const common = { scenario: "outbound", unit: "1/s", beside: "Postfix" };
  return [{
    ...common,
    what: `4 KiB messages relayed to smtp-sink, ${SENDERS} senders`,
    ours: ours.relayed,
    theirs: theirs.relayed,
    target: { of: "ratio", at: "least", value: 2 },
  }, {
    ...common,
    what: "the same, up to the last 250 to a sender",
    ours: ours.acknowledged,
    theirs: theirs.acknowledged,
  }];
}

/**
 * A mailbox of a million messages: how long it takes to open it, the first time and from
 * the index, to page in it, and how much memory that takes. Nobody runs beside us.
 */

import { RawImapClient } from "../tests/harness/raw_imap_client.ts";
import { type RunningServer, startServer } from "../tests/harness/server.ts";
import { memoryOf, pause } from "./programs.ts";
import { type Finding, median, say } from "./report.ts";

const USER = "alice@example.test";
const FIRST_DATE = Date.UTC(2000, 0, 1) / 1000;
/** Seconds from one message to the next. */
const STEP = 600;
/** Milliseconds for garbage to be noticed. */
const REST = 8000;
/** Messages of a page, as clients show them. */
const PAGE = 50;

/** What a client asks for that shows the newest messages. */
const COMMANDS: readonly (readonly [what: string, command: string])[] = [
  [
    `FETCH of the last ${PAGE}`,
    "(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)",
  ],
  ["SEARCH UNSEEN", "SEARCH UNSEEN"],
  ["SEARCH by date", "SEARCH SINCE 1-Jun-2010 BEFORE 10-Jun-2010"],
  [
    `SORT (REVERSE ARRIVAL), the first ${PAGE}`,
    `SORT RETURN (PARTIAL 1:${PAGE}) (REVERSE ARRIVAL) UTF-8 ALL`,
  ],
];

export async function largeScenario(
  folder: string,
  rounds: number,
  count: number,
): Promise<Finding[]> {
  const data = `${folder}/large`;
  await (await startServer(data)).stop();
  fill(`${data}/mail/example.test/alice/cur`, count);
  const first = await withServer(data, (server) => open(server, []));
  const findings = [row("first LOGIN and SELECT", "ms", [first.opened])];
  return await withServer(data, async (server) => {
    const samples: Samples = COMMANDS.map(() => []);
    const again = await open(server, samples, rounds);
    findings.push(
      row("LOGIN and SELECT, from the index", "ms", [again.opened]),
    );
    for (const [i, [what]] of COMMANDS.entries()) {
      findings.push(row(what, "ms", samples[i]!));
    }
    await pause(REST);
    findings.push(row("memory", "MB", [await memoryOf(server.pid) / 1024]));
    return findings;
  });

  function row(what: string, unit: string, ours: readonly number[]): Finding {
    const whole = `${what}, ${count} messages`;
    say(`  ${whole}: ${median(ours).toFixed(1)} ${unit}`);
    return { scenario: "imap-large", what: whole, unit, ours };
  }
}

/** By command. */
type Samples = number[][];

async function withServer<T>(
  data: string,
  work: (server: RunningServer) => Promise<T>,
): Promise<T> {
  const server = await startServer(data);
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

/** Opens the mailbox and runs the commands; milliseconds that LOGIN and SELECT took: the first one opens INBOX. */
async function open(
  { ready: { ports, accounts } }: RunningServer,
  samples: Samples,
  rounds = 0,
): Promise<{ opened: number }> {
  const client = await RawImapClient.connect(ports.imap);
  const opened = await timed(async () => {
    await client.login(USER, accounts[0]!.password);
    await client.ok("SELECT INBOX");
  });
  const { text } = await client.ok("STATUS INBOX (MESSAGES)");
  const count = Number(/MESSAGES (\d+)/.exec(text)![1]);
  for (let round = 0; round < rounds; round++) {
    for (const [i, [, command]] of COMMANDS.entries()) {
      const whole = command.startsWith("(")
        ? `FETCH ${count - PAGE + 1}:${count} ${command}`
        : command;
      samples[i]!.push(await timed(() => client.count(whole)));
    }
  }
  client.close();
  return { opened };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** Small messages, each a file as our delivery would have named it; one in ten is new. */
function fill(cur: string, count: number): void {
  const begun = performance.now();
  Deno.mkdirSync(cur, { recursive: true });
  for (let i = 0; i < count; i++) {
    const seconds = FIRST_DATE + i * STEP;
    const date = new Date(seconds * 1000).toUTCString().replace("GMT", "+0000");
    const text = `From: writer ${i % 1000} <w${i % 1000}@mx.example>\r\n` +
      `To: me@example.test\r\nSubject: message ${i}\r\nDate: ${date}\r\n` +
      `Message-ID: <${i}@mx.example>\r\n\r\nIt says ${i}.\r\n`;
    const letters = i % 10 === 0 ? "" : "S";
    const name = `${seconds}.Qlarge-${i}.host,S=${text.length},U=${i + 1}`;
    Deno.writeTextFileSync(`${cur}/${name}:2,${letters}`, text);
  }
  const took = (performance.now() - begun) / 1000;
  say(`  ${count} messages, in ${took.toFixed(0)} s`);
}

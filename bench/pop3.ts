/**
 * Download of 2,000 messages of 20 KB over POP3, beside Dovecot: each RETR after the
 * answer to the last one, all of them pipelined, and by curl.
 */

import { Buffer } from "node:buffer";
import { LineClient, sendMessage } from "../tests/harness/line_client.ts";
import { startServer } from "../tests/harness/server.ts";
import {
  DOVECOT_PASSWORD,
  makeDovecotMaildir,
  startDovecot,
} from "./dovecot.ts";
import { run, waitForFiles } from "./programs.ts";
import { type Finding, say } from "./report.ts";

const COUNT = 2000;
const SIZE = 20_000;
/** RETR commands that a pipelining client sends ahead. */
const WINDOW = 100;

interface Maildrop {
  readonly name: string;
  readonly port: number;
  readonly login: string;
  readonly password: string;
}

const WAYS = {
  "one RETR after the other": (drop: Maildrop) => download(drop, 1),
  [`pipelined, ${WINDOW} ahead`]: (drop: Maildrop) => download(drop, WINDOW),
  "by curl": byCurl,
};

export async function pop3Scenario(
  folder: string,
  rounds: number,
): Promise<Finding[]> {
  const messages = Array.from({ length: COUNT }, (_, i) => makeMessage(i));
  const mail = `${folder}/maildir`;
  await makeDovecotMaildir(mail, messages);
  await Deno.mkdir(`${folder}/dovecot`);
  const dovecot = await startDovecot(`${folder}/dovecot`, mail);
  try {
    const server = await startServer(`${folder}/pop3`);
    try {
      const { ports, accounts, data } = server.ready;
      await fill(ports.lmtp, accounts[0]!.address, messages);
      const inbox = `${data}/mail/example.test/alice/new`;
      await waitForFiles(inbox, COUNT, performance.now());
      const [{ address, password }] = accounts as [typeof accounts[0]];
      return await compare(rounds, [
        { name: "denomaild", port: ports.pop3, login: address, password },
        {
          ...{ name: "Dovecot", port: dovecot.ports.pop3 },
          ...{ login: "alice", password: DOVECOT_PASSWORD },
        },
      ]);
    } finally {
      await server.stop();
    }
  } finally {
    await dovecot.stop();
  }
}

async function compare(
  rounds: number,
  pair: readonly [Maildrop, Maildrop],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [way, fetchAll] of Object.entries(WAYS)) {
    const samples = new Map<Maildrop, number[]>(pair.map((drop) => [drop, []]));
    // The first download builds indexes and warms caches; it does not count.
    for (const drop of pair) await fetchAll(drop);
    for (let round = 0; round < rounds; round++) {
      for (const drop of round % 2 === 0 ? pair : pair.toReversed()) {
        const started = performance.now();
        await fetchAll(drop);
        const rate = COUNT / ((performance.now() - started) / 1000);
        samples.get(drop)!.push(rate);
        say(`  ${drop.name}, ${way}: ${rate.toFixed(0)}/s`);
      }
    }
    findings.push({
      scenario: "pop3",
      what: `20 KB messages downloaded, ${way}`,
      unit: "1/s",
      ours: samples.get(pair[0])!,
      theirs: samples.get(pair[1])!,
      beside: "Dovecot",
      target: { of: "ratio", at: "least", value: 1 },
    });
  }
  return findings;
}

function makeMessage(number: number): string {
  const header = `From: sender@example.org\r\nSubject: message ${number}\r\n` +
    `Message-ID: <${number}@example.org>\r\n\r\n`;
  const line =
    "The quick brown fox jumps over the lazy dog, again and again.\r\n";
  const room = SIZE - header.length;
  return header + line.repeat(Math.floor(room / line.length));
}

async function fill(
  port: number,
  to: string,
  messages: readonly string[],
): Promise<void> {
  const client = await LineClient.connect(port);
  await client.reply();
  await client.say("LHLO client.example.org");
  for (const message of messages) {
    const answer = await sendMessage(
      client,
      "sender@example.org",
      [to],
      message,
    );
    if (!answer.startsWith("250")) throw new Error(answer);
  }
  await client.say("QUIT");
  client.close();
}

/** One whole session: login, every message with `window` RETRs under way, QUIT. */
async function download(drop: Maildrop, window: number): Promise<void> {
  const client = await LineClient.connect(drop.port);
  await client.line();
  for (const words of [`USER ${drop.login}`, `PASS ${drop.password}`]) {
    await answered(client, words);
  }
  const stat = await answered(client, "STAT");
  if (Number(stat.split(" ")[1]) !== COUNT) throw new Error(stat);
  const reader = new EndCounter(client.conn);
  for (let asked = 0; asked < COUNT; asked += window) {
    let commands = "";
    for (let i = 1; i <= window; i++) commands += `RETR ${asked + i}\r\n`;
    await client.send(commands);
    await reader.readTo(asked + window);
  }
  await answered(client, "QUIT");
  client.close();
  if (reader.octets < COUNT * SIZE * 0.99) {
    throw new Error(`Only ${reader.octets} octets came`);
  }
}

async function answered(client: LineClient, words: string): Promise<string> {
  await client.send(words + "\r\n");
  const answer = await client.line();
  if (!answer.startsWith("+OK")) throw new Error(`${words}: ${answer}`);
  return answer;
}

/** Counts the ends of multi-line answers; looks at no octet twice. */
class EndCounter {
  octets = 0;
  #ends = 0;
  #buffer = Buffer.alloc(256 * 1024);
  #kept = 0;

  constructor(readonly conn: Pick<Deno.Conn, "read">) {}

  async readTo(ends: number): Promise<void> {
    while (this.#ends < ends) {
      const count = await this.conn.read(this.#buffer.subarray(this.#kept));
      if (count === null) throw new Error("The server closed the connection");
      this.octets += count;
      const seen = this.#buffer.subarray(0, this.#kept + count);
      let from = 0;
      for (let at; (at = seen.indexOf("\r\n.\r\n", from)) >= 0;) {
        this.#ends++;
        from = at + 5;
      }
      // An end may lie across two reads.
      const rest = seen.subarray(Math.max(from, seen.length - 4));
      this.#kept = rest.length;
      this.#buffer.set(rest);
    }
  }
}

async function byCurl(drop: Maildrop): Promise<void> {
  const { login, password, port } = drop;
  await run(
    "curl",
    ...["--silent", "--show-error", "--user", `${login}:${password}`],
    ...["--output", "/dev/null", `pop3://127.0.0.1:${port}/[1-${COUNT}]`],
  );
}

/** A thousand sessions at once: in IDLE, hearing of a delivery; and under TLS, at rest. */

import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { constants, deflateRawSync } from "node:zlib";
import { LineClient, sendMessage } from "../tests/harness/line_client.ts";
import { type Contestant, enter, type Pair } from "./imap.ts";
import { pause } from "./programs.ts";
import { type Finding, median, say } from "./report.ts";

export const COUNT = 1000;
/** Connections that are made at a time. */
const AT_ONCE = 20;
/** Milliseconds for garbage to be noticed. */
const REST = 5000;
const MESSAGE = "Subject: x\r\nFrom: a@example.org\r\n\r\nx\r\n";

/** A session in IDLE; it waits for lines. */
class Idler {
  #text = "";
  #wake = () => {};
  #failed: Error | undefined;

  constructor(readonly socket: Socket) {
    socket.on("data", (chunk: Uint8Array) => {
      this.#text += new TextDecoder().decode(chunk);
      this.#wake();
    });
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("The server closed")));
  }

  #fail(error: Error): void {
    this.#failed ??= error;
    this.#wake();
  }

  /** Waits until `what` was said; what came until then is forgotten. */
  async hears(what: string): Promise<void> {
    while (!this.#text.includes(what)) {
      if (this.#failed) throw this.#failed;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    this.#text = this.#text.slice(this.#text.indexOf(what) + what.length);
  }

  async say(command: string, until: string): Promise<void> {
    this.socket.write(`${command}\r\n`);
    await this.hears(until);
  }

  /** As `say`, once, over a connection that is compressed by now; what is answered is not looked at. */
  async saySqueezed(command: string): Promise<void> {
    const finishFlush = constants.Z_SYNC_FLUSH;
    this.#text = "";
    this.socket.write(deflateRawSync(`${command}\r\n`, { finishFlush }));
    while (this.#text === "") {
      if (this.#failed) throw this.#failed;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }
}

/** What lies between a session and its peer. */
type How = "plain" | "TLS" | "TLS and DEFLATE";

/** From many addresses: one of them may not have so many connections. */
function dial({ ports, ca }: Contestant, n: number, how: How): Socket {
  const localAddress = `127.0.1.${1 + Math.floor(n / AT_ONCE)}`;
  const options = { host: "127.0.0.1", localAddress };
  return how !== "plain"
    ? connectTls({ ...options, port: ports.imaps, ca, servername: "localhost" })
    : connectTcp({ ...options, port: ports.imap });
}

async function idleIn(
  contestant: Contestant,
  mailbox: string,
  n: number,
  how: How,
): Promise<Idler> {
  const idler = new Idler(dial(contestant, n, how));
  await idler.hears("\r\n");
  const { user, password } = contestant;
  await idler.say(`a LOGIN ${user} ${password}`, "a OK");
  await idler.say(`b SELECT ${mailbox}`, "b OK");
  if (how === "TLS and DEFLATE") {
    await idler.say("d COMPRESS DEFLATE", "d OK");
    await idler.saySqueezed("c IDLE");
  } else {
    await idler.say("c IDLE", "+ ");
  }
  return idler;
}

async function manyIn(
  contestant: Contestant,
  mailbox: string,
  how: How,
): Promise<Idler[]> {
  const idlers: Idler[] = [];
  while (idlers.length < COUNT) {
    idlers.push(
      ...await Promise.all(Array.from(
        { length: AT_ONCE },
        (_, i) => idleIn(contestant, mailbox, idlers.length + i, how),
      )),
    );
  }
  return idlers;
}

export async function sessionRows(
  pair: Pair,
  rounds: number,
): Promise<Finding[]> {
  const heard = await Promise.all([hearing(pair[0]), hearing(pair[1])]);
  const samples: number[][] = [[], []];
  for (let round = 0; round < rounds; round++) {
    for (const i of round % 2 === 0 ? [0, 1] : [1, 0]) {
      samples[i]!.push(await heard[i]!.round());
    }
  }
  for (const { end } of heard) end();
  const [ours, theirs] = samples as [number[], number[]];
  const what = `${COUNT} sessions in IDLE hear of a delivery by LMTP`;
  say(`  ${what}: ${median(ours)} ms, Dovecot ${median(theirs)} ms`);
  const memory = [
    await memoryOfSessions(pair[0], "TLS"),
    await memoryOfSessions(pair[1], "TLS"),
  ];
  const squeezed = await memoryOfSessions(pair[0], "TLS and DEFLATE");
  const common = { scenario: "imap", beside: "Dovecot" };
  return [{
    ...{ ...common, what, unit: "ms", ours, theirs },
    target: { of: "ratio", at: "most", value: 1 },
  }, {
    ...common,
    what: `each of ${COUNT} sessions in IDLE under TLS`,
    unit: "KB",
    ours: [memory[0]!],
    theirs: [memory[1]!],
    target: { of: "ratio", at: "most", value: 1 },
  }, {
    // Dovecot's is a plugin that is not switched on.
    scenario: "imap",
    what: `each of ${COUNT} sessions in IDLE under TLS, compressed`,
    unit: "KB",
    ours: [squeezed],
  }];
}

/** Sessions that wait for messages of one mailbox. */
async function hearing(contestant: Contestant) {
  const client = await enter(contestant);
  await client.ok("CREATE Heard");
  const idlers = await manyIn(contestant, "Heard", "plain");
  let sent = 0;
  return {
    /** Milliseconds from MAIL to the last one that hears of the message. */
    round: async () => {
      const text = `* ${++sent} EXISTS`;
      const lmtp = await LineClient.connect(contestant.ports.lmtp);
      await lmtp.reply();
      await lmtp.say("LHLO client.example.org");
      const to = contestant.user.replace("@", "+Heard@");
      const begun = performance.now();
      const all = Promise.all(idlers.map((idler) => idler.hears(text)));
      const reply = await sendMessage(lmtp, "s@example.org", [to], MESSAGE);
      if (!reply.startsWith("250")) throw new Error(reply);
      await all;
      const took = performance.now() - begun;
      lmtp.close();
      return took;
    },
    end: () => {
      for (const { socket } of idlers) socket.destroy();
      client.close();
    },
  };
}

/** Kilobytes that each of many sessions adds. */
async function memoryOfSessions(
  contestant: Contestant,
  how: How,
): Promise<number> {
  const client = await enter(contestant);
  const mailbox = how === "TLS" ? "Rest" : "Squeezed";
  await client.ok(`CREATE ${mailbox}`);
  await pause(REST);
  const before = await contestant.memory();
  const idlers = await manyIn(contestant, mailbox, how);
  await pause(REST);
  const each = (await contestant.memory() - before) / COUNT;
  for (const { socket } of idlers) socket.destroy();
  client.close();
  say(
    `  ${contestant.name}: ${
      each.toFixed(1)
    } KB each of ${COUNT} sessions under ${how}`,
  );
  return each;
}

// Any octets make an IMAP session reply or end: it never throws, never sends a bare CR
// or LF, never runs into a fault of its own, and says the same whether octets come at
// once or one by one.

import { isAscii, latin1Encode } from "../../src/bytes/mod.ts";
import { ImapStage } from "../harness/imap_stage.ts";
import type { Peer } from "../harness/stage.ts";

export const invariant =
  "any octets make an IMAP session reply or end, in the same words for any packets: no bare line end, no fault of its own";

const USER = "alice@example.test";

const MESSAGES = [
  "Subject: one\\r\\n\\r\\nHello\\r\\n",
  "Content-Type: multipart/mixed; boundary=b\\r\\n\\r\\n--b\\r\\n\\r\\nx\\r\\n--b--\\r\\n",
  "A: b\\r\\n",
];

/** What has to be said before most commands are legal. */
const PREFIX = latin1Encode(
  `p1 LOGIN ${USER} secret\r\np2 SELECT INBOX\r\n`,
);

/** Throws when `bytes` break the invariant, before login or after. */
export async function run(bytes: Uint8Array): Promise<void> {
  for (const prefix of [new Uint8Array(0), PREFIX]) {
    const input = Uint8Array.from([...prefix, ...bytes]);
    const whole = await play([input]);
    const piecemeal = await play(Array.from(input, (octet) => [octet]));
    if (whole !== piecemeal) {
      throw new Error(`two answers:\n${whole}\nand\n${piecemeal}`);
    }
  }
}

/** Plays one session to its end and returns all that it said. */
async function play(packets: Iterable<ArrayLike<number>>): Promise<string> {
  const stage = await newStage();
  const peer = await stage.connect(1);
  for (const packet of packets) {
    await peer.send(Uint8Array.from(packet));
    if (await peer.isClosed()) break;
  }
  await peer.end();
  const said = await hearAll(peer);
  if (!await peer.isClosed()) throw new Error("the session did not end");
  if (stage.logged.entries.some(([event]) => event === "imap.fault")) {
    throw new Error(`a fault: ${JSON.stringify(stage.logged)}`);
  }
  return said;
}

async function newStage(): Promise<ImapStage> {
  const stage = new ImapStage();
  await stage.given(["user", USER, "secret"]);
  // STARTTLS and COMPRESS drop what came with them, so that packets would matter.
  await stage.given(["tls", "off"]);
  await stage.given(["enable_compress", "off"]);
  for (const message of MESSAGES) {
    await stage.given(["mail", USER, "INBOX", ...message.split(" ")]);
  }
  return stage;
}

async function hearAll(peer: Peer): Promise<string> {
  const lines: string[] = [];
  let line = await peer.hear();
  while (line !== undefined) {
    lines.push(line);
    line = await peer.hear();
  }
  const said = lines.map((line) => `${line}\r\n`).join("");
  // Other octets were decoded, and do not count any more as literals say.
  if (isAscii(said) && /\r(?!\n)|(?<!\r)\n/.test(withoutLiterals(said))) {
    throw new Error(`a bare line end in ${JSON.stringify(said)}`);
  }
  return said;
}

/** Literals hold whatever messages hold. */
function withoutLiterals(said: string): string {
  let rest = "";
  let at = 0;
  for (
    const head of said.matchAll(/\{(\d+)\}\r\n/g)
  ) {
    // What looks like a literal within one is none.
    if (head.index < at) continue;
    const start = head.index + head[0].length;
    rest += said.slice(at, start);
    at = start + Number(head[1]);
  }
  return rest + said.slice(at);
}

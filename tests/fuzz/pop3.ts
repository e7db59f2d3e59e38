// Any octets make a POP3 session reply or end: it never throws, never sends a bare CR
// or LF, never leaves a maildrop locked or a message open, removes nothing without
// QUIT, and says the same whether octets come at once or one by one.

import { latin1Encode } from "../../src/bytes/mod.ts";
import { Pop3Stage } from "../harness/pop3_stage.ts";
import type { Peer } from "../harness/stage.ts";

export const invariant =
  "any octets make a POP3 session reply or end, in the same words for any packets: no bare line end, no lock, no open message, no removal without QUIT";

const MESSAGES = [
  "Subject: one\r\n\r\nHello\r\n",
  ".first\r\nA: b\r\n\r\n.\r\n..\r\nlast",
  "A: b\r\n",
  "",
].map(latin1Encode);

const USER = "alice@example.test";

/** Throws when `bytes` break the invariant. */
export async function run(bytes: Uint8Array): Promise<void> {
  const whole = await play([bytes]);
  const piecemeal = await play(Array.from(bytes, (octet) => [octet]));
  if (whole !== piecemeal) {
    throw new Error(`two answers:\n${whole}\nand\n${piecemeal}`);
  }
}

/** Plays one session to its end and returns all that it said. */
async function play(packets: Iterable<ArrayLike<number>>): Promise<string> {
  const stage = newStage();
  const { inbox } = stage.users.get(USER)!;
  const peer = await stage.connect(1);
  for (const packet of packets) {
    await peer.send(Uint8Array.from(packet));
    if (await peer.isClosed()) break;
  }
  await peer.end();
  const said = await hearAll(peer);
  if (!await peer.isClosed()) throw new Error("the session did not end");
  if (stage.setting.maildrops.has(USER)) throw new Error("still locked");
  // What was read ahead in vain is closed when it has come.
  for (let i = 0; i < 5; i++) await Promise.resolve();
  if (inbox.open !== 0) throw new Error(`${inbox.open} messages left open`);
  if (inbox.messages.length < MESSAGES.length && !/signing off/.test(said)) {
    throw new Error("removed without QUIT");
  }
  if (stage.logged.entries.some(([event]) => event === "pop3.fault")) {
    throw new Error(`a fault: ${JSON.stringify(stage.logged)}`);
  }
  return said;
}

function newStage(): Pop3Stage {
  const stage = new Pop3Stage();
  stage.given(["user", USER, "secret", "legacy"]);
  stage.given(["offersApop", "on"]);
  stage.given(["mechanisms", "PLAIN", "LOGIN", "CRAM-MD5"]);
  // STLS drops what came with it, so that packets would matter.
  stage.given(["tls", "off"]);
  const user = stage.user(USER);
  for (const message of MESSAGES) user.inbox.receive(message);
  return stage;
}

async function hearAll(peer: Peer): Promise<string> {
  const lines: string[] = [];
  let line = await peer.hear();
  while (line !== undefined) {
    if (/[\r\n]/.test(line)) {
      throw new Error(`a bare line end in ${JSON.stringify(line)}`);
    }
    lines.push(line);
    line = await peer.hear();
  }
  return lines.join("\n");
}

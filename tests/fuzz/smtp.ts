// Any octets make an SMTP or LMTP session reply or end: it never throws, never keeps
// more than its limit, never sends a bare CR or LF, leaves no draft open, stores what
// it acknowledged and nothing else, no text with a bare line end among it, and says
// the same whether octets come at once or one by one.

import { memoryAccounts } from "../../src/accounts/mod.ts";
import { concatBytes, latin1Decode, utf8Encode } from "../../src/bytes/mod.ts";
import { limits } from "../../src/wire/mod.ts";
import { SmtpStage } from "../harness/smtp_stage.ts";
import type { VirtualPeer } from "../harness/virtual_stage.ts";

export const invariant =
  "any octets make an SMTP session reply or end, in the same words for any packets: no bare line end, no open draft, nothing stored that was not acknowledged";

const MESSAGE_SIZE = 2000;

const LOGIN = "AUTH PLAIN AGFsaWNlQGV4YW1wbGUudGVzdABzZWNyZXQ=\r\n";
const MAIL =
  "MAIL FROM:<alice@example.test>\r\nRCPT TO:<alice@example.test>\r\nRCPT TO:<both@example.test>\r\n";

/** The same for all sessions: SCRAM's salts are made up once. */
const ACCOUNTS = memoryAccounts({
  accounts: { "alice@example.test": { password: "secret", legacy: true } },
  aliases: { "both@example.test": "alice@example.test" },
}, { cost: { ln: 4, r: 8, p: 1 } });

/** An octet below 8 in front picks a listener and where the dialogue stands; any other starts at the greeting of port 25. */
const STARTS: readonly (readonly [listener: string, said: string])[] = [
  ["mx", "EHLO a\r\n"],
  ["mx", `EHLO a\r\n${MAIL}`],
  ["mx", `EHLO a\r\n${MAIL}DATA\r\n`],
  ["mx", `EHLO a\r\nMAIL FROM:<> BODY=BINARYMIME SMTPUTF8\r\n`],
  ["submissions", "EHLO a\r\n"],
  ["submissions", `EHLO a\r\n${LOGIN}${MAIL}DATA\r\n`],
  ["lmtp", `LHLO a\r\n${MAIL}`],
  ["lmtp", `LHLO a\r\n${MAIL}DATA\r\n`],
];

/** Throws when `bytes` break the invariant. */
export async function run(bytes: Uint8Array): Promise<void> {
  const start = STARTS[bytes[0] ?? 255];
  const [listener, said] = start ?? ["mx", ""];
  const all = concatBytes([utf8Encode(said), bytes.subarray(start ? 1 : 0)]);
  const whole = await play(listener, [all]);
  const piecemeal = await play(
    listener,
    Array.from(all, (octet) => Uint8Array.of(octet)),
  );
  if (whole !== piecemeal) {
    throw new Error(`two answers:\n${whole}\nand\n${piecemeal}`);
  }
}

/** Plays one session to its end; returns all that it said and stored. */
async function play(
  listener: string,
  packets: readonly Uint8Array[],
): Promise<string> {
  const stage = newStage(listener);
  const peer = await stage.connect(1) as VirtualPeer;
  for (const packet of packets) {
    await peer.send(packet);
    if (await peer.isClosed()) break;
    if (peer.wire.buffered > limits.smtp.authLine) {
      throw new Error(`${peer.wire.buffered} octets kept`);
    }
  }
  await peer.end();
  if (!await peer.isClosed()) throw new Error("the session did not end");
  const said = await hearAll(peer);
  if (stage.spool.open !== 0) throw new Error("a draft is left open");
  const fault = stage.logged.entries.find(([event]) => event === "smtp.fault");
  if (fault) throw new Error(`a fault: ${JSON.stringify(fault)}`);
  const stored = await storedMessages(stage);
  const acknowledged = new Set(said.match(/Queued as \S+/g));
  if (acknowledged.size !== stored.length) {
    throw new Error(`${acknowledged.size} acknowledged, ${stored.length} kept`);
  }
  return [said, ...stored].join("\n");
}

function newStage(listener: string): SmtpStage {
  const stage = new SmtpStage();
  stage.given(["listener", listener]);
  stage.accounts = ACCOUNTS;
  stage.given(["messageSize", `${MESSAGE_SIZE}`]);
  stage.given(["receivedHops", "5"]);
  if (listener === "submissions") {
    stage.given(["mechanisms", "PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"]);
  }
  // STARTTLS drops what came with it, so that packets would matter.
  stage.given(["tls", "off"]);
  return stage;
}

async function hearAll(peer: VirtualPeer): Promise<string> {
  const lines: string[] = [];
  for (let line = await peer.hear(); line !== undefined;) {
    if (/[\r\n]/.test(line)) {
      throw new Error(`a bare line end in ${JSON.stringify(line)}`);
    }
    if (!/^[2-5]\d\d[ -]/.test(line)) throw new Error(`no reply: ${line}`);
    lines.push(line);
    line = await peer.hear();
  }
  return lines.join("\n");
}

/** All messages of the spool, checked. */
async function storedMessages(stage: SmtpStage): Promise<string[]> {
  const { spool } = stage.spool;
  const texts: string[] = [];
  for (const { id, size } of spool.entries()) {
    const { envelope } = (await spool.load(id))!;
    const octets = await spool.read(id);
    const text = latin1Decode(await octets.read(size) ?? new Uint8Array(0));
    octets.close();
    if (!text.startsWith("Received: from ")) throw new Error("no trace field");
    // The trace field, and the Date and Message-ID of a submission, come on top.
    if (text.length > MESSAGE_SIZE + 600) throw new Error("too big");
    const bare = /(?<!\r)\n|\r(?!\n)/.test(text);
    if (bare && envelope.body !== "BINARYMIME") {
      throw new Error("a bare line end");
    }
    if (envelope.recipients.length === 0) throw new Error("for nobody");
    texts.push(text);
  }
  return texts;
}

// Any octets from a server make our client's session end with a report when the
// connection does: it never throws, tells each message that it took one result a
// recipient, says "sent" only on a 2yz to the message, closes what it opened, and never
// sends a bare CR or LF.

import { SmtpClientStage } from "../harness/smtp_client_stage.ts";
import type { VirtualPeer } from "../harness/virtual_stage.ts";

export const invariant =
  "any octets from a server end our client's session with a report, and each message with one true result a recipient";

/** An octet below 8 in front picks what the client is to do, and what the server has said already. */
const STARTS: readonly (readonly [given: string[], said: string[]])[] = [
  [[], []],
  [[], ["220 a\r\n", "250-a\r\n250-PIPELINING\r\n250 SIZE 1000\r\n"]],
  [[], ["220 a\r\n", "250-a\r\n250-CHUNKING\r\n250 DSN\r\n"]],
  [["lmtp"], ["220 a\r\n", "250-a\r\n250 PIPELINING\r\n"]],
  [["lmtp"], ["220 a\r\n", "250-a\r\n250 CHUNKING\r\n"]],
  [["starttls required"], ["220 a\r\n", "250-a\r\n250 STARTTLS\r\n"]],
  [["login a b", "allow_plaintext"], ["220 a\r\n"]],
  [["login a b"], ["220 a\r\n", "250-a\r\n250 AUTH SCRAM-SHA-256\r\n"]],
];

/** Throws when `bytes` break the invariant. */
export async function run(bytes: Uint8Array): Promise<void> {
  const start = STARTS[bytes[0] ?? 255];
  await play(start ?? STARTS[0]!, [bytes.subarray(start ? 1 : 0)]);
}

/** An octet a packet; replies and commands alternate otherwise. */
export async function runBytewise(bytes: Uint8Array): Promise<void> {
  const start = STARTS[bytes[0] ?? 255];
  const octets = bytes.subarray(start ? 1 : 0);
  await play(
    start ?? STARTS[0]!,
    Array.from(octets, (octet) => Uint8Array.of(octet)),
  );
}

async function play(
  [given, said]: typeof STARTS[number],
  packets: readonly Uint8Array[],
): Promise<void> {
  const stage = newStage(given);
  const peer = await stage.connect(1) as VirtualPeer;
  let heard = "";
  const texts = said.map((text) => new TextEncoder().encode(text));
  for (const packet of [...texts, ...packets]) {
    await peer.send(packet);
    heard += await peer.hearOctets(Infinity);
    await peer.startTls();
    if (await peer.isClosed()) break;
  }
  await peer.end();
  heard += await peer.hearOctets(Infinity);
  if (!await peer.isClosed()) throw new Error("the session did not end");
  if (/(?<!\r)\n|\r(?!\n)/.test(heard)) throw new Error("a bare line end");
  check(stage);
}

function newStage(given: readonly string[]): SmtpClientStage {
  const stage = new SmtpClientStage();
  for (const words of given) stage.given(words.split(" "));
  stage.given(["mail", "a@example.test", "b@example.org,c@example.org"]);
  stage.given(["mail", "<>", "d@example.org", "8BITMIME", "SMTPUTF8"]);
  stage.given(["content", "Subject: \\xc3\\xa4\\r\\n\\r\\n.\\r\\n"]);
  return stage;
}

function check(stage: SmtpClientStage): void {
  const { report, mails } = stage;
  if (!report) throw new Error("no report");
  if (report.failure?.kind === "local") {
    throw new Error("a bug", { cause: report.failure.error });
  }
  if (stage.opened !== stage.closed) throw new Error("a message left open");
  const told = mails.filter(({ results }) => results !== undefined);
  if (told.length !== report.transmissions) throw new Error("untold results");
  for (const { transmission, results } of told) {
    if (results!.length !== transmission.recipients.length) {
      throw new Error("not one result a recipient");
    }
    for (const { kind, reply, step, spoken } of results!) {
      const isTwo = reply.code >= 200 && reply.code < 300;
      const isSent = kind === "sent";
      if (isSent !== isTwo || isSent && (step !== "message" || !spoken)) {
        throw new Error(`a false result: ${kind} ${reply.code} ${step}`);
      }
      if (/[\r\n]/.test(reply.lines.join(""))) throw new Error("a line end");
    }
  }
}

/** What scripts cannot show: it depends on how octets come in packets, or on our own bugs. */

import { assertEquals } from "@std/assert";
import { latin1Encode } from "../../src/bytes/mod.ts";
import { SmtpClientStage } from "../harness/smtp_client_stage.ts";
import type { VirtualPeer } from "../harness/virtual_stage.ts";

async function begin(
  stage: SmtpClientStage,
  ...packets: string[]
): Promise<VirtualPeer> {
  const peer = await stage.connect(1) as VirtualPeer;
  for (const packet of packets) await peer.send(latin1Encode(packet));
  return peer;
}

function oneMail(...more: string[]): SmtpClientStage {
  const stage = new SmtpClientStage();
  stage.given(["mail", "a@example.test", "b@example.org", ...more]);
  return stage;
}

Deno.test("a reply that nobody asked for is not taken for the next answer", async () => {
  const stage = oneMail();
  await begin(
    stage,
    "220 x\r\n",
    "250 x\r\n",
    "250 mail\r\n250 rcpt\r\n354 data\r\n250 queued\r\n",
  );
  const [result] = stage.mails[0]!.results!;
  assertEquals(result!.kind, "later");
  assertEquals(result!.reply.lines, ["The server said 250 and was not asked"]);
  assertEquals(stage.report?.failure?.kind, "protocol");
});

Deno.test("a 421 that came unasked is what it says", async () => {
  const stage = oneMail();
  await begin(stage, "220 x\r\n", "250 x\r\n421 4.3.2 Going down\r\n");
  assertEquals(stage.report?.failure?.kind, "lost");
  assertEquals(stage.report?.failure?.reply.lines, ["Going down"]);
  assertEquals(stage.mails[0]!.results![0]!.reply.lines, ["Going down"]);
});

Deno.test("a reply to the greeting's packet is not an answer to EHLO", async () => {
  const stage = oneMail();
  await begin(stage, "220 x\r\n250 x\r\n");
  assertEquals(stage.report?.failure?.kind, "protocol");
  assertEquals(stage.mails[0]!.results, undefined);
});

Deno.test("many recipients: no more than 50 commands are under way at a time (RFC 2920 §3.1)", async () => {
  const stage = new SmtpClientStage();
  stage.given([
    "mail",
    "a@example.test",
    Array.from({ length: 100 }, (_, i) => `u${i}@example.org`).join(","),
  ]);
  const peer = await begin(stage, "220 x\r\n", "250-x\r\n250 PIPELINING\r\n");
  const windows: number[] = [];
  let said = await peer.hearOctets(Infinity);
  said = said.replace(/^EHLO.*\r\n/, "");
  while (/^(?:MAIL|RCPT|DATA)/.test(said)) {
    const commands = said.trimEnd().split("\r\n");
    windows.push(commands.length);
    const replies = commands.map((command) =>
      command === "DATA" ? "354 go\r\n" : "250 ok\r\n"
    );
    await peer.send(latin1Encode(replies.join("")));
    said = await peer.hearOctets(Infinity);
  }
  assertEquals(windows, [50, 50, 2]);
  await peer.send(latin1Encode("250 queued\r\n221 bye\r\n"));
  assertEquals(stage.mails[0]!.results!.length, 100);
});

Deno.test("a `next` that fails ends the session as our own trouble, and nothing is thrown", async () => {
  const stage = new SmtpClientStage();
  const error = new Error("the queue is on fire");
  stage.setting.next = () => Promise.reject(error);
  await begin(stage, "220 x\r\n", "250 x\r\n");
  assertEquals(stage.report?.failure?.kind, "local");
  assertEquals(stage.report?.failure?.error, error);
});

Deno.test("`done` may take its time: the next message waits for it", async () => {
  const stage = oneMail();
  stage.given(["mail", "a@example.test", "c@example.org"]);
  let release = () => {};
  const mail = stage.mails[0]!;
  mail.transmission.done = (results) => {
    mail.results = results;
    return new Promise((resolve) => release = resolve);
  };
  const peer = await stage.connect(1) as VirtualPeer;
  await peer.send(latin1Encode("220 x\r\n"));
  await peer.send(latin1Encode("250 x\r\n"));
  const refused = peer.send(latin1Encode("550 no\r\n"));
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(mail.results?.[0]?.kind, "failed");
  assertEquals((await peer.hearOctets(Infinity)).match(/MAIL/g)?.length, 1);
  release();
  await refused;
  assertEquals((await peer.hearOctets(Infinity)).match(/MAIL/g)?.length, 1);
});

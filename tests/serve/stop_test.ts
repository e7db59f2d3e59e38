/** SIGTERM: who hears what, and how soon it is over. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fakeNameServer } from "../dns/fake_name_server.ts";
import {
  greetSmtp,
  LineClient,
  loginPop3,
  sendMessage,
} from "../harness/line_client.ts";
import { ScriptedPeer } from "../interop/peers/scripted_peer.ts";
import { firstMessage } from "./first_message.ts";
import { startTls } from "./secure_client.ts";
import { ServeSite } from "./serve_site.ts";

const CONFIGURATION = {
  Accounts: { "alice@example.test": "wonderland" },
  POP3: { allow_plaintext_auth: true },
  TLS: {
    certificate_file: "mail.example.test.pem",
    certificate_key_file: "mail.example.test.key",
  },
};

Deno.test("SIGTERM: idle connections are told, a message under way is taken, exit code 0 within ten seconds", async () => {
  await using site = await ServeSite.make(CONFIGURATION);
  const ca = await site.certify("mail.example.test");
  const server = await site.serve();
  const { smtp, pop3, lmtp } = server.ports as Record<string, number>;
  const idle = await LineClient.connect(smtp!);
  await idle.reply();
  const protectedIdle = await startTls(smtp!, "mail.example.test", ca);
  const reader = await loginPop3(pop3!, "alice@example.test", "wonderland");
  const newcomer = await LineClient.connect(pop3!);
  await newcomer.line();
  const imap = await LineClient.connect(server.ports.imap!);
  await imap.line();
  const local = await LineClient.connect(lmtp!);
  await local.reply();
  const sender = await LineClient.connect(smtp!);
  await sender.reply();
  await sender.say("EHLO client.example.org");
  await sender.say("MAIL FROM:<s@example.org>");
  await sender.say("RCPT TO:<alice@example.test>");
  await sender.say("DATA");
  await sender.send("Subject: half\r\n\r\nfirst ");

  const asked = performance.now();
  server.signal("SIGTERM");
  assertStringIncludes(await idle.reply(), "421 4.3.2");
  assertStringIncludes(await protectedIdle.reply(), "421 4.3.2");
  assertStringIncludes(await local.reply(), "421 4.3.2");
  assertStringIncludes(await reader.line(), "-ERR");
  assertStringIncludes(await newcomer.line(), "-ERR");
  assertStringIncludes(await imap.line(), "* BYE");
  await assertRefused(smtp!);
  assertStringIncludes(await sender.say("second\r\n."), "250 2.0.0");
  assertStringIncludes(await sender.reply(), "421 4.3.2");
  assertEquals(await server.ended, 0);
  const took = performance.now() - asked;
  assert(took < 10_000, `it took ${took} ms`);
  imap.close();
  for (const client of [idle, protectedIdle, reader, newcomer, local, sender]) {
    client.close();
  }
  const events = server.events().map(({ event }) => event);
  assert(events.indexOf("stopping") < events.indexOf("smtp.accepted"));
  assertEquals(events.at(-1), "stopped");

  await using again = await site.serve();
  const message = await firstMessage(
    again.ports.pop3!,
    "alice@example.test",
    "wonderland",
  );
  assertStringIncludes(message, "first second");
});

Deno.test("SIGTERM: a client that never ends its message does not hold the server longer than ten seconds", async () => {
  await using site = await ServeSite.make({
    Accounts: CONFIGURATION.Accounts,
  });
  const server = await site.serve();
  const sender = await LineClient.connect(server.ports.smtp!);
  await sender.reply();
  await sender.say("EHLO client.example.org");
  await sender.say("MAIL FROM:<s@example.org>");
  await sender.say("RCPT TO:<alice@example.test>");
  assertStringIncludes(await sender.say("DATA"), "354");
  const asked = performance.now();
  // The second signal changes nothing.
  server.signal("SIGTERM");
  server.signal("SIGTERM");
  assertEquals(await server.ended, 0);
  const took = performance.now() - asked;
  assert(took < 10_000, `it took ${took} ms`);
  sender.close();
});

Deno.test("SIGTERM: peers that hang on both sides hold the server no longer than ten seconds, and what was cut off counts as no attempt", async () => {
  await using peer = new ScriptedPeer("127.0.0.1", 0, {
    act: (moment) => moment === "." ? "hang" : undefined,
  });
  await using mute = new ScriptedPeer("127.0.0.1", 0, {
    act: () => "hang",
  });
  const to = (port: number) => ({ host: "127.0.0.1", port, relay: true });
  await using names = await silentNameServer();
  await using site = await ServeSite.make({
    ...{ domain: "here.test", Accounts: { "ann@here.test": "secret" } },
    DNS: { servers: [`127.0.0.1:${names.port}`] },
    Outbound: {
      Routes: {
        "dot.test": to(peer.port),
        "mute.test": to(mute.port),
        "unknown.test": { host: "host.unknown.test", relay: true },
      },
    },
  });
  const server = await site.serve();
  const client = await greetSmtp(server.ports.smtp!);
  const recipients = ["x@dot.test", "x@mute.test", "x@unknown.test"];
  for (const recipient of recipients) {
    const text = `Subject: to ${recipient}\r\n\r\nx\r\n`;
    const answer = await sendMessage(
      client,
      "ann@here.test",
      [recipient],
      text,
    );
    assertStringIncludes(answer, "250 2.0.0");
  }
  assertStringIncludes(await client.say("MAIL FROM:<s@example.org>"), "250");
  assertStringIncludes(await client.say("RCPT TO:<ann@here.test>"), "250");
  assertStringIncludes(await client.say("DATA"), "354");
  while (!peer.commands.includes("DATA") || mute.connections === 0) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const asked = performance.now();
  server.signal("SIGTERM");
  assertEquals(await server.ended, 0);
  const took = performance.now() - asked;
  assert(took < 10_000, `it took ${took} ms`);
  client.close();

  for (const { port } of [peer, mute]) {
    const { reply } = await server.event(
      "connection_failed",
      (one) => String(one.peer).endsWith(`:${port}`),
    );
    assertStringIncludes(String(reply), "this server is stopping");
  }

  const listed = await site.command("queue list --json");
  const attempts = listed.trim().split("\n").map((line) =>
    JSON.parse(line).destinations[0].attempts
  );
  assertEquals(attempts, [0, 0, 0]);
  // Nothing waits for a second attempt: it is made with the next start.
  peer.script = {};
  await using again = await site.serve();
  await again.event("delivered", ({ to }) => to === "remote:x@dot.test");
  assertStringIncludes(peer.taken[0]!.text, "Subject: to x@dot.test");
});

/** A name server that hears all and says nothing. */
async function silentNameServer() {
  const server = await fakeNameServer(() => []);
  return { port: server.port, [Symbol.asyncDispose]: () => server.close() };
}

async function assertRefused(port: number): Promise<void> {
  try {
    (await LineClient.connect(port)).close();
  } catch (error) {
    assert(error instanceof Deno.errors.ConnectionRefused, String(error));
    return;
  }
  throw new Error(`Port ${port} still takes connections`);
}

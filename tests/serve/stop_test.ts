/** SIGTERM: who hears what, and how soon it is over. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { LineClient, loginPop3 } from "../harness/line_client.ts";
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

async function assertRefused(port: number): Promise<void> {
  try {
    (await LineClient.connect(port)).close();
  } catch (error) {
    assert(error instanceof Deno.errors.ConnectionRefused, String(error));
    return;
  }
  throw new Error(`Port ${port} still takes connections`);
}

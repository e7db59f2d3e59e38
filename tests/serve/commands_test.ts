/** `user`, `alias` and `mailbox` beside a server that runs: it notices at once. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  greetSmtp,
  LineClient,
  loginPop3,
  sendMessage,
} from "../harness/line_client.ts";
import { firstMessage } from "./first_message.ts";
import { type Served, ServeSite } from "./serve_site.ts";

const CAROL = "carol@example.test";

async function rcpt(server: Served, address: string): Promise<string> {
  const client = await greetSmtp(server.ports.smtp!);
  await client.say("MAIL FROM:<>");
  const answer = await client.say(`RCPT TO:<${address}>`);
  client.close();
  return answer.slice(0, 9);
}

async function login(server: Served, password: string): Promise<boolean> {
  try {
    (await loginPop3(server.ports.pop3!, CAROL, password)).close();
    return true;
  } catch (error) {
    assertStringIncludes(String(error), "PASS: -ERR");
    return false;
  }
}

Deno.test("a server that runs notices what user, alias and mailbox do beside it", async () => {
  await using site = await ServeSite.make({
    POP3: { allow_plaintext_auth: true },
    Limits: { connections_per_peer: 1000 },
  });
  await using server = await site.serve();

  assertEquals(await rcpt(server, CAROL), "550 5.1.1");
  await site.command(`user add ${CAROL}`, "first\n");
  assertEquals(await rcpt(server, CAROL), "250 2.1.5");
  assertEquals(await login(server, "first"), true);

  await site.command(`user password ${CAROL}`, "second\n");
  assertEquals(await login(server, "first"), false);
  assertEquals(await login(server, "second"), true);

  assertEquals(await rcpt(server, "team@example.test"), "550 5.1.1");
  await site.command(`alias add team@example.test ${CAROL}`);
  assertEquals(await rcpt(server, "team@example.test"), "250 2.1.5");
  const sender = await greetSmtp(server.ports.smtp!);
  for (const to of ["team@example.test", CAROL]) {
    const sent = await sendMessage(
      sender,
      "s@example.org",
      [to],
      "Subject: x\r\n\r\nx\r\n",
    );
    assertEquals(sent.slice(0, 9), "250 2.0.0");
  }
  sender.close();
  await firstMessage(server.ports.pop3!, CAROL, "second");
  await delivered(server, 2);

  assertStringIncludes(await site.command(`mailbox list ${CAROL}`), "INBOX");
  await site.command(`mailbox verify ${CAROL}`);
  const reader = await loginPop3(server.ports.pop3!, CAROL, "second");
  const before = await uidl(reader);
  // The server has the index open meanwhile.
  await site.command(`mailbox rebuild ${CAROL}`);
  assertEquals(await uidl(reader), before);
  await reader.send("QUIT\r\n");
  await reader.line();
  reader.close();
  const later = await loginPop3(server.ports.pop3!, CAROL, "second");
  assertEquals(await uidl(later), before);
  assertEquals(before.length, 2);
  later.close();

  await site.command(`user disable ${CAROL}`);
  assertEquals(await login(server, "second"), false);
  assertEquals(await rcpt(server, CAROL), "250 2.1.5");
  await site.command(`user disable --refuse-mail ${CAROL}`);
  assertEquals(await rcpt(server, CAROL), "550 5.2.1");
  await site.command(`user enable ${CAROL}`);
  assertEquals(await login(server, "second"), true);
  await site.command(`alias remove team@example.test`);
  assertEquals(await rcpt(server, "team@example.test"), "550 5.1.1");
  await site.command(`user remove ${CAROL}`);
  assertEquals(await rcpt(server, CAROL), "550 5.1.1");
  assertEquals(await login(server, "second"), false);
  assert(!server.output().includes("second"));
});

/** Waits until `count` deliveries have been logged. */
async function delivered(server: Served, count: number): Promise<void> {
  while (
    server.events().filter(({ event }) => event === "delivered").length < count
  ) await new Promise((resolve) => setTimeout(resolve, 10));
}

async function uidl(client: LineClient): Promise<string[]> {
  await client.send("UIDL\r\n");
  assertStringIncludes(await client.line(), "+OK");
  return (await client.dotLines()).split("\r\n").filter((line) => line !== "");
}

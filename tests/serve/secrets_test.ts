/** The log of a whole server: JSON lines, tied together by sessions, without secrets. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { createHash } from "node:crypto";
import { LineClient, sendMessage } from "../harness/line_client.ts";
import { authenticate, type Credentials } from "./sasl_client.ts";
import { connectSecure } from "./secure_client.ts";
import { ServeSite } from "./serve_site.ts";

const MECHANISMS = [
  ...["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256"],
  ...["SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS"],
];
const ALICE = "alice@example.test";

Deno.test("no password and no AUTH response is in the log after logins with every mechanism, right and wrong", async () => {
  await using site = await ServeSite.make({
    Accounts: { [ALICE]: { password: "correct-horse", legacy: true } },
    TLS: {
      certificate_file: "localhost.pem",
      certificate_key_file: "localhost.key",
    },
    POP3: { allow_plaintext_auth: true, max_auth_failures: 20 },
    Log: { level: "debug" },
  });
  const ca = await site.certify("localhost");
  await using server = await site.serve();
  const { submissions, pop3s, pop3 } = server.ports as Record<string, number>;
  const secrets = ["correct-horse", "battery-staple"];
  const right: Credentials = { login: ALICE, password: "correct-horse", ca };
  const wrong = { ...right, password: "battery-staple" };
  for (const mechanism of MECHANISMS) {
    for (const credentials of [wrong, right]) {
      const smtp = await connectSecure(submissions!, "localhost", ca);
      await smtp.reply();
      await smtp.say("EHLO client.example.org");
      const mail = await connectSecure(pop3s!, "localhost", ca);
      await mail.line();
      for (const [client, good] of [[smtp, "235"], [mail, "+OK"]] as const) {
        const { sent, last } = await authenticate(
          client,
          mechanism,
          credentials,
        );
        assertEquals(
          last.startsWith(good),
          credentials === right,
          `${mechanism}: ${last}`,
        );
        secrets.push(...sent.flatMap((line) => line.split(" ").slice(-1)));
        client.close();
      }
    }
  }
  await apop(pop3!, secrets);
  await userAndPass(pop3!, "battery-staple");
  await userAndPass(pop3!, "correct-horse");

  const names = [...MECHANISMS, "AUTH", "", "APOP"];
  const output = server.output();
  for (const secret of secrets.filter((word) => !names.includes(word))) {
    assert(secret.length > 7, secret);
    assert(!output.includes(secret), `"${secret}" is in the log`);
  }
  const events = server.events();
  for (const event of ["smtp.login", "smtp.login_failed", "pop3.login"]) {
    assertEquals(
      events.filter((one) => one.event === event).length >= 7,
      true,
      event,
    );
  }
});

Deno.test("every line of the log is JSON, and what one connection does has one session", async () => {
  await using site = await ServeSite.make({
    Accounts: { [ALICE]: "correct-horse" },
    TLS: {
      certificate_file: "localhost.pem",
      certificate_key_file: "localhost.key",
    },
  });
  const ca = await site.certify("localhost");
  await using server = await site.serve();
  const client = await connectSecure(
    server.ports.submissions!,
    "localhost",
    ca,
  );
  await client.reply();
  await client.say("EHLO client.example.org");
  const login = { login: ALICE, password: "correct-horse", ca };
  await authenticate(client, "SCRAM-SHA-256-PLUS", login);
  const message = `From: <${ALICE}>\r\nSubject: x\r\n\r\nx\r\n`;
  assertMatch(await sendMessage(client, ALICE, [ALICE], message), /^250 /);
  client.close();
  const reader = await connectSecure(server.ports.pop3s!, "localhost", ca);
  await reader.line();
  await authenticate(reader, "PLAIN", login);
  reader.close();

  const accepted = await server.event("smtp.accepted");
  const delivered = await server.event("delivered");
  assertEquals(delivered.id, accepted.id);
  const read = await server.event("pop3.login");
  const of = (session: unknown) =>
    server.events().filter((event) => event.session === session)
      .map(({ event }) => event);
  assertEquals(of(accepted.session).slice(0, 3), [
    ...["tls", "smtp.login", "smtp.accepted"],
  ]);
  assertEquals(of(read.session).slice(0, 2), ["tls", "pop3.login"]);
  assert(read.session !== accepted.session);
  for (const line of server.output().trimEnd().split("\n")) {
    const { time, level, event } = JSON.parse(line);
    assertMatch(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    assertMatch(level, /^(?:debug|info|warn|error)$/);
    assertMatch(event, /^[a-z0-9_.-]+$/);
  }
});

async function apop(port: number, secrets: string[]): Promise<void> {
  for (const password of ["battery-staple", "correct-horse"]) {
    const client = await LineClient.connect(port);
    const [stamp] = /<[^>]+>/.exec(await client.line())!;
    const digest = createHash("md5").update(stamp + password).digest("hex");
    secrets.push(digest);
    await client.send(`APOP ${ALICE} ${digest}\r\n`);
    const expected = password === "correct-horse" ? "+OK" : "-ERR";
    assertEquals((await client.line()).startsWith(expected), true);
    client.close();
  }
}

async function userAndPass(port: number, password: string): Promise<void> {
  const client = await LineClient.connect(port);
  await client.line();
  await client.send(`USER ${ALICE}\r\nPASS ${password}\r\n`);
  await client.line();
  await client.line();
  client.close();
}

/** SIGHUP: what changes, what stays, and that a bad configuration changes nothing. */

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { LineClient, loginPop3 } from "../harness/line_client.ts";
import { connectSecure, startTls } from "./secure_client.ts";
import { LISTENERS, type Served, ServeSite } from "./serve_site.ts";

const CLEAR = { SMTP: {}, POP3: { allow_plaintext_auth: true } };
const ALICE = { "alice@example.test": "wonderland" };

async function greeting(port: number): Promise<string> {
  const client = await LineClient.connect(port);
  const line = await client.reply();
  client.close();
  return line;
}

async function ehlo(port: number): Promise<string> {
  const client = await LineClient.connect(port);
  await client.reply();
  const lines = await client.say("EHLO client.example.org");
  client.close();
  return lines;
}

async function rcpt(port: number, address: string): Promise<string> {
  const client = await LineClient.connect(port);
  await client.reply();
  await client.say("EHLO client.example.org");
  await client.say("MAIL FROM:<>");
  const answer = await client.say(`RCPT TO:<${address}>`);
  client.close();
  return answer.slice(0, 9);
}

Deno.test("SIGHUP takes greetings, accounts, aliases, limits and log settings; old connections live on", async () => {
  await using site = await ServeSite.make({ ...CLEAR, Accounts: ALICE });
  await using server = await site.serve();
  const { smtp, pop3 } = server.ports as { smtp: number; pop3: number };
  const old = await LineClient.connect(smtp);
  assertEquals(await old.reply(), "220 mail.example.test ESMTP");
  await old.say("EHLO client.example.org");
  await old.say("MAIL FROM:<>");
  assertEquals(await rcpt(smtp, "carol@example.test"), "550 5.1.1");

  await site.configure({
    ...CLEAR,
    SMTP: { start_greeting: "hello again" },
    Accounts: { ...ALICE, "carol@example.test": "third" },
    Aliases: { "team@example.test": "carol@example.test" },
    Limits: { connections_per_peer: 2 },
    Log: { level: "warn", format: "text" },
  });
  server.signal("SIGHUP");
  while (await greeting(smtp) !== "220 mail.example.test ESMTP hello again");
  // One of two connections is still the old one; that of the loop is about to go.
  let second = await LineClient.connect(smtp);
  while (!(await second.reply()).startsWith("220")) {
    second.close();
    second = await LineClient.connect(smtp);
  }
  assertStringIncludes(await greeting(smtp), "421 4.7.0");
  second.close();

  assertEquals(
    (await old.say("RCPT TO:<carol@example.test>")).slice(0, 3),
    "250",
  );
  assertStringIncludes(await old.say("DATA"), "354");
  assertStringIncludes(await old.say("Subject: x\r\n\r\nx\r\n."), "250 2.0.0");
  old.close();
  assertEquals(await rcpt(smtp, "team@example.test"), "250 2.1.5");
  const carol = await loginPop3(pop3, "carol@example.test", "third");
  carol.close();
  // What is logged at "info" is no longer written, and what is written is text.
  await site.configure({ domains: "none" });
  server.signal("SIGHUP");
  while (!server.output().includes(" error reload_refused ")) await pause(10);
  const after = server.output().split("\n").slice(1);
  assertEquals(after.map((line) => line.split(" ")[2]), [
    "reload_refused",
    undefined,
  ]);
});

Deno.test("a configuration that is wrong is refused at SIGHUP with every error, and the old one stays whole", async () => {
  await using site = await ServeSite.make({ ...CLEAR, Accounts: ALICE });
  await using server = await site.serve();
  const { smtp, pop3 } = server.ports as { smtp: number; pop3: number };

  await site.configure({
    Accounts: { "alice@example.test": "changed" },
    SMTP: { start_greeting: "never", enable_strattls: true, timeout: "long" },
  });
  const refused = await server.reload();
  assertEquals(refused.event, "reload_refused");
  assertStringIncludes(String(refused.error), "/conf/a.conf:");
  assertStringIncludes(String(refused.error), "enable_starttls");
  assertStringIncludes(String(refused.error), "SMTP.timeout");

  await site.configure({
    Accounts: { "alice@example.test": "$scrypt$nonsense" },
  });
  const account = await server.reload();
  assertEquals(account.event, "reload_refused");
  assert(
    /a\.conf:\d+:\d+: .*alice@example\.test/.test(String(account.error)),
    String(account.error),
  );

  assertEquals(await greeting(smtp), "220 mail.example.test ESMTP");
  (await loginPop3(pop3, "alice@example.test", "wonderland")).close();
});

Deno.test("a reload that cannot have a new port changes nothing else either", async () => {
  await using site = await ServeSite.make({ ...CLEAR, Accounts: ALICE });
  await using server = await site.serve();
  const { smtp, pop3 } = server.ports as { smtp: number; pop3: number };
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  const cert = await site.certify("mail.example.test");
  await site.configure({
    ...CLEAR,
    TLS: {
      certificate_file: "mail.example.test.pem",
      certificate_key_file: "mail.example.test.key",
    },
    SMTP: { start_greeting: "never" },
    Accounts: { "carol@example.test": "third" },
    Listeners: [...LISTENERS, {
      kind: "smtp",
      port,
      addresses: ["127.0.0.1"],
    }],
  });
  const refused = await server.reload();
  assertEquals(
    refused.error,
    `Cannot listen on 127.0.0.1 port ${port} for smtp: the port is taken`,
  );
  assertEquals(await greeting(smtp), "220 mail.example.test ESMTP");
  assert(!(await ehlo(smtp)).includes("STARTTLS"));
  assertEquals(await rcpt(smtp, "carol@example.test"), "550 5.1.1");
  (await loginPop3(pop3, "alice@example.test", "wonderland")).close();
  await assertRejects(() => startTls(smtp, "mail.example.test", cert), Error);
});

Deno.test("listeners come, go, and change what is spoken on a port that stays open", async () => {
  await using site = await ServeSite.make({});
  await using server = await site.serve();
  const { smtp, pop3, lmtp } = server.ports as Record<string, number>;
  const fixed = (kind: string, port: number) => ({
    kind,
    port,
    addresses: ["127.0.0.1"],
  });
  // The server runs on free ports; from here on they are named.
  await site.configure({ Listeners: [fixed("smtp", smtp! + 0)] });
  const own = await server.reload();
  assertStringIncludes(String(own.error), "the port is taken");

  using probe = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = probe.addr as Deno.NetAddr;
  probe.close();
  await site.configure({ Listeners: [fixed("smtp", port)] });
  assertEquals((await server.reload()).event, "reloaded");
  assertStringIncludes(await greeting(port), "220");
  for (const closed of [smtp, pop3, lmtp]) {
    await assertRejects(
      () => LineClient.connect(closed!),
      Deno.errors.ConnectionRefused,
    );
  }
  await site.configure({ Listeners: [fixed("pop3", port)] });
  assertEquals((await server.reload()).event, "reloaded");
  const client = await LineClient.connect(port);
  assertStringIncludes(await client.line(), "+OK");
  client.close();
});

Deno.test("the first certificate that a reload brings makes STARTTLS available, the next one replaces it", async () => {
  await using site = await ServeSite.make({});
  await using server = await site.serve();
  const { smtp, submission } = server.ports as Record<string, number>;
  assert(!(await ehlo(smtp!)).includes("STARTTLS"));
  const TLS = {
    certificate_file: "mail.example.test.pem",
    certificate_key_file: "mail.example.test.key",
  };
  const first = await site.certify("mail.example.test");
  await site.configure({ TLS });
  assertEquals((await server.reload()).event, "reloaded");
  const old = await startTls(submission!, "mail.example.test", first);
  const implicit = await connectSecure(
    await newPort(server, "submissions"),
    "mail.example.test",
    first,
  );
  assertStringIncludes(await implicit.reply(), "220");
  implicit.close();

  const second = await site.certify("mail.example.test");
  assertEquals((await server.reload()).event, "reloaded");
  await assertRejects(() => startTls(smtp!, "mail.example.test", first), Error);
  const renewed = await startTls(smtp!, "mail.example.test", second);
  assertStringIncludes(await renewed.say("EHLO client.example.org"), "250");
  renewed.close();
  assertStringIncludes(await old.say("EHLO client.example.org"), "AUTH");
  old.close();

  // A key that is not the certificate's: refused, and the good pair goes on.
  await Deno.copyFile(
    `${site.folder}/conf/mail.example.test.pem`,
    `${site.folder}/conf/mail.example.test.key`,
  );
  const refused = await server.reload();
  assertEquals(refused.event, "reload_refused");
  assertStringIncludes(String(refused.error), "TLS.certificate_key_file");
  (await startTls(smtp!, "mail.example.test", second)).close();

  // Without certificates: no STARTTLS any more, and no ports that begin with TLS.
  await site.configure({});
  assertEquals((await server.reload()).event, "reloaded");
  assert(!(await ehlo(smtp!)).includes("STARTTLS"));
});

Deno.test("another data folder needs a restart, and a reload says so", async () => {
  await using site = await ServeSite.make({ data_folder: "../mail-data" });
  const server = site.spawn("serve", "--config", `${site.folder}/conf`);
  await server.event("started");
  assert((await Deno.stat(`${site.folder}/mail-data/spool`)).isDirectory);
  await site.configure({ data_folder: "../other" });
  const refused = await server.reload();
  assertEquals(
    refused.error,
    'Cannot take another "data_folder" while the server runs: restart it',
  );
  assertEquals(await server.stop(), 0);
});

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** The port of a listener that a reload opened, by its log line. */
async function newPort(server: Served, kind: string): Promise<number> {
  const { ports } = await server.event(
    "reloaded",
    ({ ports }) => String(ports).includes(`${kind}:`),
  );
  return Number(new RegExp(`${kind}:(\\d+)`).exec(String(ports))![1]);
}

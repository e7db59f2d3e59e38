/** Starting `serve`: from which files, on which ports, and why not. */

import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { selfSignedCertificate } from "../../src/net/mod.ts";
import { LineClient, loginPop3 } from "../harness/line_client.ts";
import { firstMessage } from "./first_message.ts";
import { ServeSite } from "./serve_site.ts";

const DAY = 24 * 60 * 60 * 1000;

Deno.test("all *.conf files of the folder count as one, others do not count", async () => {
  await using site = await ServeSite.make({
    Accounts: { "alice@example.test": "wonderland" },
    POP3: { allow_plaintext_auth: true },
  });
  await site.configure({
    server_name: "mx1.example.test",
    Accounts: { "bob@example.test": "the-builder" },
  }, "b.conf");
  await site.configure({ server_name: "never.example.test" }, "c.conf.off");
  await using server = await site.serve();
  const smtp = await LineClient.connect(server.ports.smtp!);
  assertEquals(await smtp.reply(), "220 mx1.example.test ESMTP");
  smtp.close();
  for (
    const [name, password] of [["alice", "wonderland"], ["bob", "the-builder"]]
  ) {
    (await loginPop3(server.ports.pop3!, `${name}@example.test`, password!))
      .close();
  }
  assertEquals((await Deno.stat(site.data)).mode! & 0o777, 0o700);
  assertEquals(await server.stop(), 0);
});

Deno.test("a configuration that is wrong is refused with every error of every file and exit code 1", async () => {
  await using site = await ServeSite.make({
    Accounts: { "alice@example.test": "$scrypt$nonsense" },
    TLS: { certificate_file: "no.pem", certificate_key_file: "no.key" },
  });
  const serve = ["serve", "--config", `${site.folder}/conf`];
  const files = await site.run(...serve, "--data", site.data);
  assertEquals(files.code, 1);
  assertMatch(files.output, /a\.conf:\d+:\d+: .*alice@example\.test/);
  assertMatch(
    files.output,
    /a\.conf:\d+:\d+: "TLS\.certificate_file": Cannot read "[^"]*no\.pem": it does not exist/,
  );
  assertMatch(files.output, /"TLS\.certificate_key_file": Cannot read/);

  await Deno.writeTextFile(
    `${site.folder}/conf/b.conf`,
    '{ "SMTP": { "timeout": "x" },\n "Pop3": {} }',
  );
  await Deno.writeTextFile(`${site.folder}/conf/c.conf`, "{ nonsense }");
  const keys = await site.run(...serve, "--data", site.data);
  assertEquals(keys.code, 1);
  assertMatch(keys.output, /b\.conf:1:\d+: .*SMTP\.timeout/);
  assertMatch(keys.output, /b\.conf:2:2: .*"Pop3".*"POP3"/);
  assertMatch(keys.output, /c\.conf:1:3: /);
  assert(!keys.output.includes("    at "), keys.output);

  const none = await site.run(
    "serve",
    "--config",
    `${site.folder}/none`,
    "--data",
    site.data,
  );
  assertEquals(none.code, 1);
  assertStringIncludes(
    none.output,
    "Cannot read the folder: it does not exist",
  );
  // Refused before anything was made.
  assertEquals(await exists(site.data), false);
});

Deno.test("a port that is taken is an error that names it, with exit code 1", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  await using site = await ServeSite.make({
    Listeners: [
      { kind: "pop3", port: 0, addresses: ["127.0.0.1"] },
      { kind: "smtp", port, addresses: ["127.0.0.1"] },
    ],
  });
  const ended = await site.run(
    ...["serve", "--config", `${site.folder}/conf`, "--data", site.data],
  );
  assertEquals(ended, {
    code: 1,
    output:
      `denomaild: Cannot listen on 127.0.0.1 port ${port} for smtp: the port is taken\n`,
  });
});

Deno.test("a data folder serves one server at a time", async () => {
  await using site = await ServeSite.make();
  await using server = await site.serve();
  const second = await site.run(
    ...["serve", "--config", `${site.folder}/conf`, "--data", site.data],
  );
  assertEquals(second, {
    code: 1,
    output:
      `denomaild: Cannot use the data folder "${site.data}": another server runs on it\n`,
  });
  assertEquals(await server.stop(), 0);
  await using third = await site.serve();
  assertEquals(await third.stop(), 0);
});

Deno.test("options and subcommands that are mistyped get a suggestion, and exit code 2", async () => {
  await using site = await ServeSite.make();
  const option = await site.run("serve", "--confg", `${site.folder}/conf`);
  assertEquals([option.code, option.output.split("\n")[0]], [
    2,
    'denomaild: "--confg" is not an option; did you mean "--config"?',
  ]);
  const word = await site.run("sevre");
  assertEquals(word.code, 2);
  assertStringIncludes(word.output, 'did you mean "serve"?');
});

Deno.test("a certificate that ends soon is warned of in the log, and served", async () => {
  await using site = await ServeSite.make({
    TLS: { certificate_file: "old.pem", certificate_key_file: "old.key" },
  });
  const { certificate, key } = await selfSignedCertificate(
    ["mail.example.test"],
    Date.now() - (2 * 365 - 5) * DAY,
  );
  await Deno.writeTextFile(`${site.folder}/conf/old.pem`, certificate);
  await Deno.writeTextFile(`${site.folder}/conf/old.key`, key);
  await using server = await site.serve();
  const { level, warning } = await server.event("configuration_warning");
  assertEquals(level, "warn");
  assertMatch(
    String(warning),
    /a\.conf:\d+:\d+: warning: .*old\.pem" is valid only until \d{4}-/,
  );
  assert(server.ports.submissions! > 0);
});

Deno.test("a listener behind a proxy believes the proxy's word, and counts peers by it", async () => {
  await using site = await ServeSite.make({
    Accounts: { "alice@example.test": "wonderland" },
    POP3: { allow_plaintext_auth: true },
    Limits: { connections_per_peer: 2 },
    Listeners: [
      {
        kind: "smtp",
        port: 0,
        addresses: ["127.0.0.1"],
        proxies: ["127.0.0.0/8"],
      },
      { kind: "pop3", port: 0, addresses: ["127.0.0.1"] },
    ],
  });
  await using server = await site.serve();
  const behind = async (address: string) => {
    const client = await LineClient.connect(server.ports.smtp!);
    await client.send(`PROXY TCP4 ${address} 192.0.2.1 4711 25\r\n`);
    return { client, greeting: await client.reply() };
  };
  const first = await behind("198.51.100.7");
  const second = await behind("198.51.100.7");
  const third = await behind("198.51.100.7");
  const other = await behind("198.51.100.8");
  assertEquals(
    [first, second, third, other].map(({ greeting }) => greeting.slice(0, 9)),
    ["220 mail.", "220 mail.", "421 4.7.0", "220 mail."],
  );
  await first.client.say("EHLO client.example.org");
  await first.client.say("MAIL FROM:<s@example.org>");
  await first.client.say("RCPT TO:<alice@example.test>");
  await first.client.say("DATA");
  const done = await first.client.say("Subject: x\r\n\r\nx\r\n.");
  assertEquals(done.slice(0, 9), "250 2.0.0");
  for (const { client } of [first, second, third, other]) client.close();
  const message = await firstMessage(
    server.ports.pop3!,
    "alice@example.test",
    "wonderland",
  );
  assertStringIncludes(message, "[198.51.100.7]");
});

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

/** Our client against our server, in memory: what went in comes out. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { latin1Decode, latin1Encode } from "../../src/bytes/mod.ts";
import { readHeader } from "../../src/mail/mod.ts";
import { clientMechanisms } from "../../src/sasl/mod.ts";
import { seededRandom } from "../harness/seeded_random.ts";
import { SmtpClientStage } from "../harness/smtp_client_stage.ts";
import { SmtpStage } from "../harness/smtp_stage.ts";
import { pump } from "./pump.ts";

const PIECES = [
  "a",
  ".",
  "..",
  "\r\n",
  "\r\n.\r\n",
  "\r\n..\r\n",
  "\xff\x80",
  "\0",
  "Subject: x\r\n",
  "line\r\n",
];
/** What BINARYMIME alone may carry. */
const BINARY_PIECES = [...PIECES, "\n", "\r", "\r.\n", "\n.\n"];

/** The octets of a stored message without the trace field in front. */
async function stored(server: SmtpStage, index: number): Promise<string> {
  const entry = server.spool.spool.entries()[index]!;
  const octets = await server.spool.spool.read(entry.id);
  const all = await octets.read(octets.size) ?? new Uint8Array(0);
  octets.close();
  const [trace] = readHeader(all).fields;
  return latin1Decode(all.subarray(trace!.end));
}

const WAYS = [
  ["DATA", (text: string) => text.replace("CHUNKING", "XXXXXXXX"), PIECES],
  ["BDAT", (text: string) => text, PIECES],
  ["BDAT and BINARYMIME", (text: string) => text, BINARY_PIECES],
] as const;

for (const [way, toClient, pieces] of WAYS) {
  Deno.test(`any message arrives octet by octet through ${way}`, async () => {
    const random = seededRandom(7);
    const pick = (count: number) => Math.floor(random() * count);
    const server = new SmtpStage();
    server.given(["user", "bob@example.test", "secret"]);
    const client = new SmtpClientStage();
    const body = pieces === BINARY_PIECES ? "BINARYMIME" : "8BITMIME";
    const sent: string[] = [];
    for (let i = 0; i < 100; i++) {
      client.given(["mail", "a@example.org", "bob@example.test", body]);
      const content = Array.from(
        { length: pick(30) },
        () => pieces[pick(pieces.length)]!,
      ).join("");
      client.mails.at(-1)!.content = latin1Encode(content);
      client.mails.at(-1)!.transmission.size = content.length;
      sent.push(content);
    }
    await pump(client, server, { toClient });
    const kinds = client.mails.map(({ results }) => results?.[0]?.kind);
    assertEquals(kinds.filter((kind) => kind !== "sent"), []);
    assertEquals(server.spool.spool.entries().length, 100);
    for (const [i, content] of sent.entries()) {
      // DATA ends in a line end, whether there was one or not (RFC 5321 §4.1.1.4).
      const whole = way === "DATA" && content !== "" &&
          !content.endsWith("\r\n")
        ? `${content}\r\n`
        : content;
      assertEquals(await stored(server, i), whole);
    }
    assertEquals(client.opened, client.closed);
    assertEquals(client.report?.failure, undefined);
  });
}

Deno.test("the envelope arrives as it was: SMTPUTF8, DSN, sizes, recipients of each fate", async () => {
  const server = new SmtpStage();
  server.given(["user", "bob@example.test", "secret"]);
  server.given(["user", "full@example.test", "secret", "refuses"]);
  const client = new SmtpClientStage();
  client.given([
    "mail",
    "älice@example.org",
    "bob@example.test,nobody@example.test",
    "8BITMIME",
    "SMTPUTF8",
    "RET=HDRS",
    "ENVID=a\\x20+=b",
    "NOTIFY=SUCCESS,DELAY",
    "ORCPT=utf-8;bób@example.test",
  ]);
  await pump(client, server);
  const [waiting] = server.spool.spool.entries();
  const entry = await server.spool.spool.load(waiting!.id);
  const { from, body, smtputf8, ret, envid, recipients } = entry!.envelope;
  assertEquals({ from, body, smtputf8, ret, envid }, {
    from: "älice@example.org",
    body: "8BITMIME",
    smtputf8: true,
    ret: "HDRS",
    envid: "a +=b",
  });
  assertEquals(recipients.length, 1);
  assertEquals(recipients[0]!.notify, ["SUCCESS", "DELAY"]);
  assertEquals(recipients[0]!.orcpt, "utf-8;bób@example.test");
  const results = client.mails[0]!.results!;
  assertEquals(results.map(({ kind, dsn }) => [kind, dsn]), [
    ["sent", true],
    ["failed", false],
  ]);
});

Deno.test("more recipients than the server takes together go in several transactions", async () => {
  const server = new SmtpStage();
  const names = Array.from({ length: 7 }, (_, i) => `u${i}@example.test`);
  for (const name of names) server.given(["user", name, "secret"]);
  server.given(["recipients", "3"]);
  const client = new SmtpClientStage();
  client.given(["mail", "a@example.org", names.join(",")]);
  await pump(client, server);
  assertEquals(
    server.spool.spool.entries().map(({ pending }) => pending.size),
    [3, 3, 1],
  );
  assertEquals(
    client.mails[0]!.results!.every(({ kind }) => kind === "sent"),
    true,
  );
});

Deno.test("LMTP: each recipient has its own result", async () => {
  const server = new SmtpStage();
  server.given(["listener", "lmtp"]);
  for (const name of ["a", "b"]) {
    server.given(["user", `${name}@example.test`, "secret"]);
  }
  const client = new SmtpClientStage();
  client.given(["lmtp"]);
  client.given([
    "mail",
    "<>",
    "a@example.test,nobody@example.test,b@example.test",
  ]);
  await pump(client, server);
  assertEquals(client.mails[0]!.results!.map(({ kind }) => kind), [
    "sent",
    "failed",
    "sent",
  ]);
});

Deno.test("STARTTLS: the message crosses under TLS", async () => {
  const server = new SmtpStage();
  server.given(["user", "bob@example.test", "secret"]);
  const client = new SmtpClientStage();
  client.given(["starttls", "required"]);
  client.given(["mail", "a@example.org", "bob@example.test"]);
  const said = await pump(client, server);
  assertStringIncludes(said.client, "STARTTLS\r\nEHLO");
  assertEquals(client.mails[0]!.results![0]!.kind, "sent");
  assertEquals(server.peers.all[0]!.link.tls !== undefined, true);
});

for (const { name } of clientMechanisms) {
  Deno.test(`AUTH ${name} logs in to our own server with the right password, and only with it`, async () => {
    for (const [password, works] of [["sécret, x=y", true], ["x", false]]) {
      const server = new SmtpStage();
      server.given(["listener", "submissions"]);
      server.given(["user", "al=ice@example.test", "sécret, x=y", "legacy"]);
      server.given(["mechanisms", name]);
      const client = new SmtpClientStage();
      client.given(["secure"]);
      client.setting.login = {
        user: "al=ice@example.test",
        password: password as string,
      };
      await pump(client, server);
      assertEquals(client.report?.failure?.kind, works ? undefined : "auth");
      assertEquals(client.report?.peer.mechanism, works ? name : undefined);
    }
  });
}

/** COMPRESS=DEFLATE over sockets, in the clear and under STARTTLS (RFC 4978). */

import { assert, assertEquals, assertLess } from "@std/assert";
import { DeflatedConn } from "../harness/deflated_conn.ts";
import { ImapClient } from "../harness/imap_client.ts";
import { LineClient } from "../harness/line_client.ts";
import { type Ready, startServer } from "../harness/server.ts";
import { secure } from "./secure_client.ts";

Deno.test("COMPRESS=DEFLATE carries a large message both ways, in few octets", async () => {
  await withServer(async (ready) => {
    const plain = await enter(ready, await greeted(ready));
    const { client, conn } = await compress(plain);
    const line = `${"Compresses well, and is as long as it is. ".repeat(20)}`;
    const text = `Subject: large\r\n\r\n${`${line}\r\n`.repeat(6000)}`;
    await client.append("INBOX", text);
    await client.ok("SELECT INBOX");
    const before = conn.received;
    assertEquals((await client.messages()).map(({ octets }) => octets), [text]);
    assertLess(conn.received - before, text.length / 20);
    client.close();
  });
});

Deno.test("COMPRESS=DEFLATE passes on what does not get smaller, and ends with LOGOUT", async () => {
  await withServer(async (ready) => {
    const plain = await enter(ready, await greeted(ready));
    const { client } = await compress(plain);
    const octets = crypto.getRandomValues(new Uint8Array(60_000));
    const noise = octets.toBase64().replace(/.{76}/g, "$&\r\n");
    const text = `Subject: noise\r\n\r\n${noise}\r\n`;
    for (const _ of Array(10)) await client.append("INBOX", text);
    await client.ok("SELECT INBOX");
    const found = (await client.messages()).map(({ octets }) => octets);
    assertEquals(found, Array(10).fill(text));
    const { untagged } = await client.ok("LOGOUT");
    assert(untagged.some((said) => said.startsWith("* BYE")), `${untagged}`);
    client.close();
  });
});

Deno.test("COMPRESS=DEFLATE works under STARTTLS, once, and IDLE hears through it", async () => {
  await withServer(async (ready) => {
    const open = await greeted(ready);
    await new ImapClient(open).ok("STARTTLS");
    const ca = await Deno.readTextFile(ready.ca);
    const plain = await enter(ready, await secure(open, "localhost", ca));
    const [offer] = (await plain.ok("CAPABILITY")).untagged;
    assert(offer!.includes(" COMPRESS=DEFLATE"), offer);
    const { client } = await compress(plain);
    const [later] = (await client.ok("CAPABILITY")).untagged;
    assert(!later!.includes("COMPRESS=DEFLATE"), later);
    assertEquals(
      (await client.say("COMPRESS DEFLATE")).status,
      "NO [COMPRESSIONACTIVE] DEFLATE is active already",
    );
    await client.ok("SELECT INBOX");
    await client.line.send("i IDLE\r\n");
    assertEquals(await client.response(), "+ idling");
    const other = await enter(ready, await greeted(ready));
    await other.append("INBOX", "Subject: x\r\n\r\n");
    assertEquals(await client.response(), "* 1 EXISTS");
    await client.line.send("DONE\r\n");
    other.close();
    client.close();
  });
});

async function withServer(work: (ready: Ready) => Promise<void>) {
  const folder = await Deno.makeTempDir({ prefix: "denomaild-compress-" });
  const server = await startServer(`${folder}/data`);
  try {
    await work(server.ready);
  } finally {
    await server.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

async function greeted({ ports }: Ready): Promise<LineClient> {
  const line = await LineClient.connect(ports.imap);
  await line.line();
  return line;
}

async function enter(ready: Ready, line: LineClient): Promise<ImapClient> {
  const client = new ImapClient(line);
  const { address, password } = ready.accounts[0]!;
  await client.ok(`LOGIN "${address}" "${password}"`);
  return client;
}

async function compress(plain: ImapClient) {
  await plain.ok("COMPRESS DEFLATE");
  const conn = new DeflatedConn(plain.line.conn);
  return { client: new ImapClient(new LineClient(conn)), conn };
}

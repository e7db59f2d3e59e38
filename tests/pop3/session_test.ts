import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { limits } from "../../src/wire/mod.ts";
import { Client } from "./client.ts";
import { newWorld, type World } from "./world.ts";

const MESSAGE = "Subject: one\r\n\r\nHello\r\n";

/** A world with so many messages, and a client that is logged in. */
async function withMail(
  ...texts: string[]
): Promise<{ world: World; client: Client }> {
  const world = newWorld();
  world.inbox.add(...texts);
  return { world, client: await Client.login(world) };
}

function uids(world: World): number[] {
  return world.inbox.messages.map(({ meta }) => meta.uid);
}

Deno.test("pop3Session() serves a whole session", async () => {
  const world = newWorld();
  world.inbox.add(MESSAGE, "Subject: two\r\n\r\n.\r\n");
  const client = await Client.connect(world);
  assertEquals(client.take(), "+OK POP3 server ready\r\n");
  assertEquals(
    await client.say("USER alice@example.test", "PASS secret"),
    "+OK send PASS\r\n" +
      "+OK alice@example.test's maildrop has 2 messages (42 octets)\r\n",
  );
  assertEquals(await client.say("STAT"), "+OK 2 42\r\n");
  assertEquals(
    await client.say("LIST"),
    "+OK maildrop has 2 messages (42 octets)\r\n1 23\r\n2 19\r\n.\r\n",
  );
  assertEquals(
    await client.say("UIDL"),
    "+OK maildrop has 2 messages (42 octets)\r\n1 u11\r\n2 u12\r\n.\r\n",
  );
  assertEquals(
    await client.say("RETR 1"),
    "+OK 23 octets\r\nSubject: one\r\n\r\nHello\r\n.\r\n",
  );
  assertEquals(
    await client.say("RETR 2"),
    "+OK 19 octets\r\nSubject: two\r\n\r\n..\r\n.\r\n",
  );
  assertEquals(
    await client.say("TOP 1 0"),
    "+OK top of message follows\r\nSubject: one\r\n\r\n.\r\n",
  );
  assertEquals(
    await client.say("NOOP", "DELE 1"),
    "+OK\r\n+OK message 1 deleted\r\n",
  );
  assertEquals(
    await client.say("QUIT"),
    "+OK POP3 server signing off (1 message left)\r\n",
  );
  assert(client.ended);
  assertEquals(uids(world), [12]);
  assertEquals(world.inbox.open, 0);
  assertEquals(world.locks.size, 0);
});

Deno.test("a dropped connection removes nothing and frees the maildrop", async () => {
  const { world, client } = await withMail(MESSAGE);
  await client.say("DELE 1");
  assertEquals([...world.locks], ["alice@example.test"]);
  assertEquals(await client.hangUp(), "");
  assert(client.ended);
  assertEquals(uids(world), [11]);
  assertEquals(world.locks.size, 0);
});

Deno.test("a timeout removes nothing and says why it ends", async () => {
  const { world, client } = await withMail(MESSAGE);
  await client.say("DELE 1");
  assertEquals(client.timeOut(), "-ERR idle for too long\r\n");
  assert(client.ended);
  assertEquals(uids(world), [11]);
  assertEquals(world.locks.size, 0);
});

Deno.test("a stopping server says so and removes nothing", async () => {
  const { world, client } = await withMail(MESSAGE);
  await client.say("DELE 1");
  assertEquals(
    client.shutDown(),
    "-ERR [SYS/TEMP] server is shutting down\r\n",
  );
  assert(client.ended);
  assertEquals(uids(world), [11]);
});

Deno.test("a session that the driver drops frees the maildrop", async () => {
  const { world, client } = await withMail(MESSAGE);
  client.session.return(undefined);
  assertEquals(world.locks.size, 0);
});

Deno.test("a maildrop is open in one session at a time, and free after QUIT", async () => {
  const { world, client } = await withMail(MESSAGE);
  const second = await Client.connect(world);
  second.take();
  assertEquals(
    await second.say("USER alice@example.test", "PASS secret", "STAT"),
    "+OK send PASS\r\n" +
      "-ERR [IN-USE] maildrop is open in another session\r\n" +
      "-ERR log in first\r\n",
  );
  await client.say("QUIT");
  assertStringIncludes(
    await second.say("USER alice@example.test", "PASS secret"),
    "+OK alice@example.test's maildrop has 1 message (23 octets)\r\n",
  );
  // The failed login of a session must not free what another one holds.
  assertEquals([...world.locks], ["alice@example.test"]);
});

Deno.test("a refused second login leaves the first session's lock alone", async () => {
  const { world } = await withMail(MESSAGE);
  const second = await Client.login(world);
  await second.say("QUIT");
  assertEquals([...world.locks], ["alice@example.test"]);
});

Deno.test("mail that arrives during the session is not seen in it", async () => {
  const { world, client } = await withMail(MESSAGE);
  world.inbox.add("A: new\r\n\r\n");
  client.take();
  assertEquals(
    await client.say("STAT", "RETR 2", "QUIT"),
    "+OK 1 23\r\n-ERR no such message, 1 message in maildrop\r\n" +
      "+OK POP3 server signing off (1 message left)\r\n",
  );
  assertEquals(uids(world), [11, 12]);
});

Deno.test("a message that another program removed keeps its number, and is refused", async () => {
  const { world, client } = await withMail(MESSAGE, MESSAGE, MESSAGE);
  world.inbox.messages.splice(1, 1);
  client.take();
  assertEquals(
    await client.say("RETR 2", "TOP 2 0", "STAT", "LIST 3", "DELE 2"),
    "-ERR [SYS/TEMP] message was removed by another program\r\n".repeat(2) +
      "+OK 3 69\r\n+OK 3 23\r\n+OK message 2 deleted\r\n",
  );
  await client.say("QUIT");
  assertEquals(uids(world), [11, 13]);
});

Deno.test("messages vanish read-ahead as well, and only their own RETR hears of it", async () => {
  const { world, client } = await withMail(MESSAGE, MESSAGE, MESSAGE);
  world.inbox.messages.splice(1, 1);
  client.take();
  assertEquals(
    await client.say("RETR 1", "RETR 2", "RETR 3"),
    "+OK 23 octets\r\nSubject: one\r\n\r\nHello\r\n.\r\n" +
      "-ERR [SYS/TEMP] message was removed by another program\r\n" +
      "+OK 23 octets\r\nSubject: one\r\n\r\nHello\r\n.\r\n",
  );
});

Deno.test("RETR reads each message once, the next one ahead of its command", async () => {
  const { world, client } = await withMail(MESSAGE, MESSAGE, MESSAGE);
  await client.say("RETR 1");
  assertEquals(world.inbox.reads, 2);
  await client.say("DELE 1", "RETR 2", "DELE 2", "RETR 3");
  assertEquals(world.inbox.reads, 3);
  await client.say("QUIT");
  assertEquals(world.inbox.open, 0);
});

Deno.test("RETR does not read ahead what is deleted or large", async () => {
  const { world, client } = await withMail(
    MESSAGE,
    "x".repeat(300_000),
    MESSAGE,
    MESSAGE,
  );
  await client.say("RETR 1", "DELE 4", "RETR 3");
  assertEquals(world.inbox.reads, 2);
});

Deno.test("a message that was read ahead in vain is closed", async () => {
  const { world, client } = await withMail(MESSAGE, MESSAGE, MESSAGE, MESSAGE);
  await client.say("RETR 1", "RETR 4", "RETR 2", "TOP 1 0");
  await client.hangUp();
  await Promise.resolve();
  assertEquals(world.inbox.open, 0);
});

Deno.test("RETR holds no more than some chunks of a large message", async () => {
  const line = "x".repeat(98) + "\r\n";
  const { world, client } = await withMail(line.repeat(50_000));
  client.take();
  client.mostWaiting = 0;
  const reply = await client.say("RETR 1");
  assertEquals(
    reply,
    `+OK 5000000 octets\r\n${line.repeat(50_000)}.\r\n`,
  );
  assert(client.mostWaiting <= 3 * limits.wire.outputHigh);
  assertEquals(world.inbox.open, 0);
});

Deno.test("LIST of many messages leaves in pieces", async () => {
  const { client } = await withMail(...Array(20_000).fill("A: b\r\n\r\n"));
  client.take();
  client.mostWaiting = 0;
  const lines = (await client.say("LIST")).split("\r\n");
  assertEquals(lines.length, 20_003);
  assertEquals(lines[20_000], "20000 8");
  assert(client.mostWaiting <= 2 * limits.wire.outputHigh);
});

Deno.test("a message that cannot be read is an -ERR, and the session goes on", async () => {
  const { world, client } = await withMail(MESSAGE);
  world.inbox.failures.read = new Error("Cannot open file: secret path");
  client.take();
  assertEquals(
    await client.say("RETR 1", "STAT"),
    "-ERR [SYS/TEMP] cannot do this now, try again later\r\n+OK 1 23\r\n",
  );
  const [event, fields] = world.logged.at(-1)!;
  assertEquals(event, "pop3.fault");
  assertStringIncludes(String(fields.error), "secret path");
});

Deno.test("a message that breaks off ends the connection without the last dot", async () => {
  const { world, client } = await withMail("x".repeat(200_000), MESSAGE);
  world.inbox.breakAt = 100_000;
  client.take();
  const reply = await client.say("RETR 1", "STAT");
  assertEquals(reply, "+OK 200000 octets\r\n" + "x".repeat(100_000));
  assert(client.ended);
  assertEquals(world.inbox.open, 0);
  assertEquals(world.locks.size, 0);
  assertEquals(world.logged.at(-1)?.[0], "pop3.fault");
});

Deno.test("QUIT tells when deleted messages could not be removed", async () => {
  const { world, client } = await withMail(MESSAGE);
  world.inbox.failures.expunge = new Error("disk full");
  client.take();
  assertEquals(
    await client.say("DELE 1", "QUIT"),
    "+OK message 1 deleted\r\n" +
      "-ERR [SYS/TEMP] some deleted messages were not removed\r\n",
  );
  assert(client.ended);
  assertEquals(world.locks.size, 0);
});

Deno.test("QUIT removes messages also when they cannot be marked as seen", async () => {
  const { world, client } = await withMail(MESSAGE, MESSAGE);
  world.inbox.failures.setFlags = new Error("disk full");
  client.take();
  await client.say("RETR 2", "DELE 1");
  assertEquals(
    await client.say("QUIT"),
    "+OK POP3 server signing off (1 message left)\r\n",
  );
  assertEquals(uids(world), [12]);
});

Deno.test("a login whose maildrop cannot be opened is refused and holds no lock", async () => {
  const world = newWorld();
  world.inbox.failures.metas = new Error("index is damaged");
  const client = await Client.connect(world);
  client.take();
  assertEquals(
    await client.say("USER bob@example.test", "PASS secret", "STAT"),
    "+OK send PASS\r\n" +
      "-ERR [SYS/TEMP] cannot do this now, try again later\r\n" +
      "-ERR log in first\r\n",
  );
  assertEquals(world.locks.size, 0);
});

Deno.test("QUIT marks what was retrieved as seen, a dropped connection does not", async () => {
  const { world, client } = await withMail(MESSAGE, MESSAGE, MESSAGE);
  await client.say("RETR 1", "TOP 2 0");
  await client.hangUp();
  const flags = () => world.inbox.messages.map(({ meta }) => [...meta.flags]);
  assertEquals(flags(), [[], [], []]);
  const again = await Client.login(world);
  await again.say("RETR 1", "TOP 2 0", "RETR 3", "DELE 3", "QUIT");
  assertEquals(flags(), [["\\Seen"], []]);
});

Deno.test("with fake_dele_cmd QUIT moves deleted messages to the Trash", async () => {
  const world = newWorld({ fake_dele_cmd: true });
  world.inbox.add(MESSAGE, MESSAGE, MESSAGE);
  const client = await Client.login(world);
  await client.say("DELE 1", "DELE 3");
  // Another program removed the third: that one cannot be copied any more.
  world.inbox.messages.splice(2, 1);
  await client.say("QUIT");
  assertEquals(world.inbox.copied, [[[11], "Trash"]]);
  assertEquals(uids(world), [12]);
  assert(world.boxes.has("Trash"));
});

Deno.test("a maildrop is idle for a minute before login, for ten after", async () => {
  const world = newWorld();
  const client = await Client.connect(world);
  assertEquals(client.wire.patience, 60_000);
  await client.say("USER alice@example.test", "PASS secret");
  assertEquals(client.wire.patience, 600_000);
});

Deno.test("the key timeout is the patience, in seconds", async () => {
  const client = await Client.login(newWorld({ timeout: 30 }));
  assertEquals(client.wire.patience, 30_000);
});

Deno.test("too many mistakes end the session, our own troubles do not", async () => {
  const { world, client } = await withMail(MESSAGE);
  client.take();
  world.inbox.failures.read = new Error("bad sector");
  for (let i = 0; i < 30; i++) await client.say("RETR 1");
  client.take();
  for (let i = 1; i < limits.pop3.errors; i++) {
    assertEquals(await client.say("XYZZY"), "-ERR unknown command\r\n");
  }
  assertEquals(await client.say("XYZZY", "STAT"), "-ERR too many errors\r\n");
  assert(client.ended);
});

Deno.test("three failed logins end the session", async () => {
  const client = await Client.connect(newWorld());
  client.take();
  for (let i = 1; i <= 3; i++) {
    assert(!client.ended);
    assertEquals(
      await client.say("USER nobody@example.test", "PASS x"),
      "+OK send PASS\r\n-ERR [AUTH] wrong user name or password\r\n",
    );
  }
  assert(client.ended);
});

Deno.test("the log never holds a password", async () => {
  const world = newWorld();
  const client = await Client.connect(world);
  await client.say("USER alice@example.test", "PASS hunter2");
  await client.say("USER alice@example.test", "PASS secret", "QUIT");
  assertEquals(world.logged.map(([event]) => event), [
    "pop3.login_failed",
    "pop3.login",
    "pop3.quit",
  ]);
  assert(!/hunter2|secret/.test(JSON.stringify(world.logged)));
});

Deno.test("STLS forgets the name that was given in clear text, and what was pipelined", async () => {
  const world = newWorld({ tls: true });
  const client = await Client.connect(world);
  client.take();
  assertEquals(
    await client.say("USER alice@example.test", "STLS", "PASS secret"),
    "+OK send PASS\r\n+OK begin TLS negotiation\r\n",
  );
  assertEquals(
    await client.say("PASS secret", "STLS"),
    "-ERR send USER first\r\n-ERR TLS is already active\r\n",
  );
});

Deno.test("a login within the login delay is refused with [LOGIN-DELAY]", async () => {
  const lastLogins = new Map<string, number>();
  const world = newWorld({ loginDelay: { seconds: 60, lastLogins } });
  await (await Client.login(world)).say("QUIT");
  world.now += 59_999;
  const early = await Client.connect(world);
  early.take();
  assertEquals(
    await early.say("USER alice@example.test", "PASS secret"),
    "+OK send PASS\r\n" +
      "-ERR [LOGIN-DELAY] last login was too short a time ago\r\n",
  );
  world.now += 1;
  assertStringIncludes(
    await early.say("USER alice@example.test", "PASS secret"),
    "+OK alice@example.test's maildrop",
  );
});

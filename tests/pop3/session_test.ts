import { assert, assertEquals } from "@std/assert";
import { Client } from "./client.ts";
import { newWorld } from "./world.ts";

Deno.test("pop3Session() serves a whole session", async () => {
  const world = newWorld();
  world.inbox.add("Subject: one\r\n\r\nHello\r\n", "Subject: two\r\n\r\n.\r\n");
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
  assertEquals(world.inbox.messages.map(({ meta }) => meta.uid), [12]);
  assertEquals(world.inbox.open, 0);
  assertEquals(world.locks.size, 0);
});

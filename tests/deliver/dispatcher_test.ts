import { assert, assertEquals } from "@std/assert";
import { utf8Encode } from "../../src/bytes/mod.ts";
import {
  type Courier,
  Dispatcher,
  localCourier,
  type Outcome,
} from "../../src/deliver/mod.ts";
import { reply } from "../../src/mail/mod.ts";
import {
  type Destination,
  type Envelope,
  memorySpool,
  type Spool,
} from "../../src/queue/mod.ts";
import { memoryStore, type Store } from "../../src/store/mod.ts";

const SENT: Outcome = { kind: "sent", reply: reply(250, "2.0.0", "OK") };

function newSpool(): Spool {
  return memorySpool({ now: () => 1_700_000_000_000, random: () => 0.5 });
}

function to(...accounts: string[]): Envelope {
  return {
    from: "sender@example.org",
    recipients: accounts.map((account) => ({
      address: account,
      destinations: [{ kind: "mailbox", account }],
    })),
    body: "7BIT",
    smtputf8: false,
    received: Date.now(),
  };
}

async function put(
  spool: Spool,
  envelope: Envelope,
  text = "Subject: x\r\n\r\nbody\r\n",
): Promise<string> {
  const draft = spool.begin();
  await draft.write(utf8Encode(text));
  await draft.commit(envelope);
  return draft.id;
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500 && !condition(); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert(condition(), "it did not happen in time");
}

const account = (destination: Destination) =>
  destination.kind === "mailbox" ? destination.account : "";

async function textsOf(store: Store, owner: string): Promise<string[]> {
  const inbox = await (await store.open(owner)).mailbox("INBOX");
  const texts: string[] = [];
  for (const { uid } of await inbox!.metas()) {
    const octets = await inbox!.read(uid);
    texts.push(new TextDecoder().decode(await octets.read(100_000)));
    octets.close();
  }
  return texts;
}

Deno.test("localCourier() stores the message untouched under a Return-Path", async () => {
  const [spool, store] = [newSpool(), memoryStore()];
  const dispatcher = new Dispatcher({
    spool,
    courier: localCourier(spool, store),
    log: () => {},
  });
  dispatcher.start();
  await put(spool, to("alice@example.test"));
  await put(spool, { ...to("alice@example.test"), from: "" });
  await until(() => spool.entries().length === 0);
  assertEquals(await textsOf(store, "alice@example.test"), [
    "Return-Path: <sender@example.org>\r\nSubject: x\r\n\r\nbody\r\n",
    "Return-Path: <>\r\nSubject: x\r\n\r\nbody\r\n",
  ]);
  await dispatcher.stop();
});

Deno.test("localCourier() streams a message that does not fit one read", async () => {
  const [spool, store] = [newSpool(), memoryStore()];
  const text = "Subject: big\r\n\r\n" + "0123456789abcdef\r\n".repeat(60_000);
  const dispatcher = new Dispatcher({
    spool,
    courier: localCourier(spool, store),
    log: () => {},
  });
  dispatcher.start();
  await put(spool, to("alice@example.test"), text);
  await until(() => spool.entries().length === 0);
  const inbox = await (await store.open("alice@example.test")).mailbox("INBOX");
  assertEquals(
    (await inbox!.metas())[0]!.size,
    text.length + "Return-Path: <sender@example.org>\r\n".length,
  );
  await dispatcher.stop();
});

Deno.test("recipients that lead to one mailbox get one copy", async () => {
  const [spool, store] = [newSpool(), memoryStore()];
  const dispatcher = new Dispatcher({
    spool,
    courier: localCourier(spool, store),
    log: () => {},
  });
  dispatcher.start();
  await put(
    spool,
    to("alice@example.test", "bob@example.test", "alice@example.test"),
  );
  await until(() => spool.entries().length === 0);
  assertEquals((await textsOf(store, "alice@example.test")).length, 1);
  assertEquals((await textsOf(store, "bob@example.test")).length, 1);
  await dispatcher.stop();
});

Deno.test("a mailbox that hangs and one that fails hold up nobody else", async () => {
  const spool = newSpool();
  const delivered: string[] = [];
  let release = () => {};
  const hung = new Promise<void>((resolve) => release = resolve);
  const courier: Courier = async (_, [destination]) => {
    const name = account(destination!);
    if (name === "hangs") await hung;
    if (name === "fails") {
      return [{ kind: "later", reply: reply(452, "4.3.1", "no space") }];
    }
    delivered.push(name);
    return [SENT];
  };
  const events: string[] = [];
  const dispatcher = new Dispatcher({
    spool,
    courier,
    log: (event) => events.push(event),
    local: { atOnce: 4, atOncePerLane: 2 },
  });
  dispatcher.start();
  for (let i = 0; i < 10; i++) await put(spool, to("hangs", "fails", `ok${i}`));
  await until(() => delivered.length === 10);
  assertEquals(delivered.includes("hangs"), false);
  assertEquals(
    events.filter((event) => event === "delivery_deferred").length,
    10,
  );
  assertEquals(spool.entries().length, 10);
  release();
  await until(() => delivered.filter((name) => name === "hangs").length === 10);
  await dispatcher.stop();
});

Deno.test("a courier's bug keeps the message", async () => {
  const spool = newSpool();
  const events: string[] = [];
  const dispatcher = new Dispatcher({
    spool,
    courier: () => Promise.reject(new Error("a bug")),
    log: (event) => events.push(event),
  });
  dispatcher.start();
  const id = await put(spool, to("alice@example.test"));
  await until(() => events.includes("delivery_failed"));
  assertEquals(spool.entries().map((entry) => entry.id), [id]);
  await dispatcher.stop();
});

Deno.test("stop() waits for what is under way and starts nothing more", async () => {
  const spool = newSpool();
  let started = 0;
  let ended = 0;
  const courier: Courier = async () => {
    started++;
    await new Promise((resolve) => setTimeout(resolve, 30));
    ended++;
    return [SENT];
  };
  const dispatcher = new Dispatcher({
    spool,
    courier,
    log: () => {},
    local: { atOnce: 1, atOncePerLane: 1 },
  });
  dispatcher.start();
  await put(spool, to("a"));
  await put(spool, to("b"));
  await dispatcher.stop();
  assertEquals([started, ended], [1, 1]);
  assertEquals(spool.entries().length, 1);
});

Deno.test("a flood is delivered in the end, with the senders going first", async () => {
  const [spool, store] = [newSpool(), memoryStore()];
  const dispatcher = new Dispatcher({
    spool,
    courier: localCourier(spool, store),
    log: () => {},
  });
  dispatcher.start();
  for (let i = 0; i < 300; i++) await put(spool, to("alice@example.test"));
  await until(() => spool.entries().length === 0);
  assertEquals((await textsOf(store, "alice@example.test")).length, 300);
  await dispatcher.stop();
});

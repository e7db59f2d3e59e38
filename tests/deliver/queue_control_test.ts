/** What the operator sees of the queue, and does with it. */

import { assertEquals } from "@std/assert";
import type { QueueFilter, WaitingMessage } from "../../src/deliver/mod.ts";
import {
  DispatchStage,
  gate,
  HOUR,
  LATER,
  MINUTE,
  SENT,
  START,
  to,
} from "./dispatch_stage.ts";

const BOB = "remote:bob@example.net";
const DAN = "remote:dan@example.com";

/** A queue of four messages, all of which were tried once. */
async function waiting(): Promise<{ stage: DispatchStage; ids: string[] }> {
  const stage = new DispatchStage();
  stage.answer = () => LATER;
  await stage.start();
  const ids = [
    await stage.put(to(BOB)),
    await stage.put(to(DAN)),
    await stage.put({ ...to(BOB, DAN), from: "" }),
    await stage.put(to("mailbox:alice")),
  ];
  stage.taken();
  return { stage, ids };
}

async function list(
  stage: DispatchStage,
  filter: QueueFilter = {},
): Promise<WaitingMessage[]> {
  const found: WaitingMessage[] = [];
  for await (const one of stage.dispatcher.control.list(filter)) {
    found.push(one);
  }
  return found;
}

Deno.test("list() finds by id, sender, recipient and domain, and shows what fits", async () => {
  const { stage, ids } = await waiting();
  const [a, b, c, d] = ids as [string, string, string, string];
  const table: [QueueFilter, [string, ...string[]][]][] = [
    [{}, [[a, BOB], [b, DAN], [c, BOB, DAN], [d, "mailbox:alice"]]],
    [{ id: b }, [[b, DAN]]],
    [{ id: "unknown" }, []],
    [{ sender: "" }, [[c, BOB, DAN]]],
    [{ sender: "Sender@Example.org", domain: "example.com" }, [[b, DAN]]],
    [{ recipient: "BOB@example.net" }, [[a, BOB], [c, BOB]]],
    [{ domain: "Example.COM" }, [[b, DAN], [c, DAN]]],
    [{ domain: "ample.com" }, []],
  ];
  for (const [filter, wanted] of table) {
    const found = await list(stage, filter);
    assertEquals(
      found.map(({ id, destinations }) => [
        id,
        ...destinations.map(({ key }) => key),
      ]),
      wanted,
    );
  }
  await stage.dispatcher.stop();
});

Deno.test("list() tells the state, the attempts and the last words", async () => {
  const { stage, ids } = await waiting();
  const { opened, open } = gate();
  stage.answer = async () => (await opened, SENT);
  await stage.dispatcher.control.hold({ id: ids[0]! });
  await stage.dispatcher.control.retry({ id: ids[1]! });
  await stage.settle();
  const { reply, peer } = LATER;
  const tried = { attempts: 1, last: START, reply, peer: peer! };
  assertEquals(
    (await list(stage)).slice(0, 3).map(({ destinations }) => destinations[0]),
    [
      { key: BOB, recipients: ["bob@example.net"], state: "held", ...tried },
      {
        ...{ key: DAN, recipients: ["dan@example.com"], state: "delivering" },
        ...tried,
        next: START,
      },
      {
        ...{ key: BOB, recipients: ["bob@example.net"], state: "waiting" },
        ...tried,
        next: START + 5 * MINUTE,
      },
    ],
  );
  open();
  await stage.dispatcher.stop();
});

Deno.test("list() is read at the reader's pace while mail goes on", async () => {
  const { stage, ids } = await waiting();
  const reader = stage.dispatcher.control.list();
  assertEquals((await reader.next()).value!.id, ids[0]);
  stage.answer = () => SENT;
  await stage.dispatcher.control.retry({ id: ids[1]! });
  await stage.settle();
  assertEquals((await reader.next()).value!.id, ids[2]);
  await reader.return(undefined);
  await stage.dispatcher.stop();
});

Deno.test("retry() and kick() try at once what was tried before, and count messages", async () => {
  const { stage } = await waiting();
  assertEquals(
    await stage.dispatcher.control.retry({ recipient: "bob@example.net" }),
    2,
  );
  await stage.settle();
  assertEquals(stage.taken(), [BOB, BOB]);
  assertEquals(await stage.dispatcher.kick("EXAMPLE.com"), 2);
  await stage.settle();
  assertEquals(stage.taken(), [DAN, DAN]);
  assertEquals(await stage.dispatcher.kick("example.org"), 0);
  stage.answer = () => SENT;
  assertEquals(await stage.dispatcher.control.retry(), 4);
  await stage.settle();
  assertEquals(stage.spool.entries(), []);
  await stage.dispatcher.stop();
});

Deno.test("what takes long tells how far it is", async () => {
  const stage = new DispatchStage();
  stage.answer = () => LATER;
  for (let i = 0; i < 450; i++) {
    const draft = stage.spool.begin();
    await draft.commit(to(`remote:${i}@example.net`));
  }
  const { control } = stage.dispatcher;
  const told: [number, number][] = [];
  const held = await control.hold({}, (...so) => told.push(so));
  assertEquals(held, 450);
  assertEquals(told, [[200, 450], [400, 450], [450, 450]]);
  await stage.dispatcher.stop();
});

Deno.test("what is held is not tried, does not expire, and goes on when released", async () => {
  const { stage, ids } = await waiting();
  const { control } = stage.dispatcher;
  assertEquals(await control.hold({ domain: "example.net" }), 2);
  assertEquals(await control.hold({ domain: "example.net" }), 0);
  assertEquals(await control.retry({ domain: "example.net" }), 0);
  await stage.pass(200 * HOUR);
  assertEquals(
    new Set(stage.taken()),
    new Set([DAN, "mailbox:alice", "mailbox:sender"]),
  );
  stage.answer = () => SENT;
  assertEquals(await control.release({ id: ids[0]! }), 1);
  await stage.settle();
  assertEquals(stage.taken(), [BOB]);
  assertEquals(stage.spool.entry(ids[0]!), undefined);
  assertEquals([...stage.spool.entry(ids[2]!)!.pending], [BOB]);
  await stage.dispatcher.stop();
});

Deno.test("hold() while an attempt is under way stops the next one", async () => {
  const stage = new DispatchStage();
  const { opened, open } = gate();
  stage.answer = async () => (await opened, LATER);
  await stage.start();
  const id = await stage.put(to(BOB));
  await stage.dispatcher.control.hold({ id });
  open();
  await stage.settle();
  assertEquals(stage.spool.entry(id)!.progress(BOB)!.held, true);
  assertEquals(stage.spool.entry(id)!.progress(BOB)!.attempts, 1);
  await stage.pass(HOUR);
  assertEquals(stage.taken(), [BOB]);
  await stage.dispatcher.stop();
});

Deno.test("delete() forgets destinations and tells nobody", async () => {
  const { stage, ids } = await waiting();
  const { control } = stage.dispatcher;
  assertEquals(await control.delete({ domain: "example.com" }), 2);
  assertEquals((await list(stage)).map(({ id }) => id), [
    ids[0],
    ids[2],
    ids[3],
  ]);
  assertEquals(stage.reports, []);
  assertEquals(await control.delete({}), 3);
  await stage.pass(HOUR);
  assertEquals(stage.taken(), []);
  assertEquals(stage.timers <= 1, true);
  await stage.dispatcher.stop();
});

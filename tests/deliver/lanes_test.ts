/** Lanes: who is brought along together, who waits for whom, and in which order. */

import { assertEquals } from "@std/assert";
import {
  CUT,
  DispatchStage,
  gate,
  HOUR,
  LATER,
  SENT,
  START,
  to,
} from "./dispatch_stage.ts";

const remote = (name: string) => `remote:${name}`;

Deno.test("destinations of a message that share a lane are one call, others have their own", async () => {
  const stage = new DispatchStage();
  await stage.start();
  await stage.put(to(
    ...["a@one.example", "b@One.Example", "c@two.example"].map(remote),
    ...["mailbox:alice", "mailbox:bob"],
  ));
  assertEquals(stage.taken().sort(), [
    "mailbox:alice",
    "mailbox:bob",
    "remote:a@one.example remote:b@One.Example",
    "remote:c@two.example",
  ]);
  assertEquals(stage.spool.entries(), []);
  await stage.dispatcher.stop();
});

Deno.test("servers that hang hold up no mailbox, and mailboxes that hang no server", async () => {
  for (const hangs of ["remote", "mailbox"]) {
    const places = { atOnce: 2, atOncePerLane: 2 };
    const stage = new DispatchStage({ local: places, remote: places });
    const { opened, open } = gate();
    stage.answer = async (key) => {
      if (key.startsWith(hangs)) await opened;
      return SENT;
    };
    await stage.start();
    for (let i = 0; i < 6; i++) {
      await stage.put(to(`remote:x@${i}.example`, `mailbox:user${i}`));
    }
    const taken = stage.taken();
    const free = taken.filter((key) => !key.startsWith(hangs));
    assertEquals([free.length, taken.length], [6, 8]);
    open();
    await stage.settle();
    assertEquals(stage.spool.entries(), []);
    await stage.dispatcher.stop();
  }
});

Deno.test("a lane takes no more than its places, and lanes have turns", async () => {
  const stage = new DispatchStage({ remote: { atOnce: 3, atOncePerLane: 2 } });
  const gates: (() => void)[] = [];
  stage.answer = async () => {
    const { opened, open } = gate();
    gates.push(open);
    await opened;
    return SENT;
  };
  for (let i = 0; i < 5; i++) await stage.put(to(`remote:${i}@big.example`));
  await stage.put(to("remote:x@small.example"));
  await stage.put(to("remote:y@small.example"));
  await stage.start();
  const order = stage.taken();
  while (gates.length > 0) {
    gates.shift()!();
    await stage.settle();
    order.push(...stage.taken());
  }
  assertEquals(order.map((key) => key.slice("remote:".length)), [
    ...["0@big.example", "x@small.example", "1@big.example"],
    ...["y@small.example", "2@big.example", "3@big.example", "4@big.example"],
  ]);
  await stage.dispatcher.stop();
});

Deno.test("servers that hang hold few places each; one that answers earns more", async () => {
  const stage = new DispatchStage({
    remote: { atOnce: 9, atOncePerLane: 4, atFirstPerLane: 2 },
  });
  const { opened, open } = gate();
  const answering = ["remote:0@well.example", "remote:1@well.example"];
  stage.answer = async (key) => {
    if (!answering.includes(key)) await opened;
    return SENT;
  };
  for (const domain of ["a.example", "b.example", "well.example"]) {
    for (let i = 0; i < 9; i++) await stage.put(to(`remote:${i}@${domain}`));
  }
  await stage.start();
  const taken = stage.taken();
  const of = (domain: string) =>
    taken.filter((key) => key.endsWith(`@${domain}`)).length;
  assertEquals(
    ["a.example", "b.example", "well.example"].map(of),
    [2, 2, answering.length + 4],
  );
  open();
  await stage.settle();
  assertEquals(stage.spool.entries(), []);
  await stage.dispatcher.stop();
});

Deno.test("in a lane priority goes before age (RFC 6710)", async () => {
  const stage = new DispatchStage({ remote: { atOnce: 1, atOncePerLane: 1 } });
  for (
    const [name, priority] of [["a", 0], ["b", -3], ["c", 4], ["d", 0]] as const
  ) {
    await stage.put({ ...to(`remote:${name}@x.example`), priority });
  }
  await stage.start();
  assertEquals(stage.taken().map((key) => key[7]), ["c", "a", "d", "b"]);
  await stage.dispatcher.stop();
});

Deno.test("nothing is tried before the time that its sender set (RFC 4865)", async () => {
  const stage = new DispatchStage();
  await stage.start();
  await stage.put({ ...to("remote:a@x.example"), notBefore: START + HOUR });
  await stage.pass(HOUR - 1);
  assertEquals(stage.taken(), []);
  assertEquals(await stage.dispatcher.kick("x.example"), 0);
  await stage.pass(1);
  assertEquals(stage.taken(), ["remote:a@x.example"]);
  await stage.dispatcher.stop();
});

Deno.test("whatever waits, there is one timer", async () => {
  const stage = new DispatchStage();
  stage.answer = () => LATER;
  await stage.start();
  for (let i = 0; i < 50; i++) await stage.put(to(`remote:a@${i}.example`));
  assertEquals(stage.timers, 1);
  assertEquals(stage.calls.length, 50);
  await stage.dispatcher.stop();
  assertEquals(stage.timers, 0);
});

Deno.test("at a stop nothing more goes to other servers, while mailboxes are served", async () => {
  const stage = new DispatchStage();
  const { opened, open } = gate();
  stage.answer = async (key) => {
    if (key === "remote:a@one.example") await opened;
    return SENT;
  };
  await stage.start();
  await stage.put(to("remote:a@one.example"));
  const stopped = stage.dispatcher.stopRemote();
  await stage.put(to("remote:b@two.example", "mailbox:alice"));
  assertEquals(stage.taken(), ["remote:a@one.example", "mailbox:alice"]);
  open();
  await stopped;
  await stage.settle();
  assertEquals(
    stage.spool.entries().map(({ pending }) => [...pending]),
    [["remote:b@two.example"]],
  );
  await stage.dispatcher.stop();
});

Deno.test("what our own stop cuts off counts as no attempt: the schedule stays where it was", async () => {
  const stage = new DispatchStage();
  const { opened, open } = gate();
  stage.answer = async (key) => {
    await opened;
    return key === "remote:a@one.example" ? CUT : LATER;
  };
  await stage.start();
  const id = await stage.put(
    to("remote:a@one.example", "remote:b@one.example"),
  );
  const stopped = stage.dispatcher.stop();
  open();
  await stopped;
  const entry = stage.spool.entry(id);
  assertEquals(entry?.progress("remote:a@one.example"), undefined);
  assertEquals(entry?.progress("remote:b@one.example")?.attempts, 1);
  assertEquals(stage.eventNames(), ["delivery_deferred"]);

  const next = new DispatchStage({ spool: stage.spool });
  await next.start();
  assertEquals(next.taken(), ["remote:a@one.example"]);
  await next.dispatcher.stop();
});

/** What becomes of mail that does not arrive at once, and who is told. */

import { assertEquals } from "@std/assert";
import { memoryDisk } from "../../src/disk/mod.ts";
import { memorySpool, openFileSpool, type Spool } from "../../src/queue/mod.ts";
import { DiskError } from "../../src/disk/mod.ts";
import { seededRandom } from "../harness/seeded_random.ts";
import {
  DispatchStage,
  FAILED,
  gate,
  HOUR,
  LATER,
  MINUTE,
  SENT,
  START,
  to,
} from "./dispatch_stage.ts";

const BOB = "remote:bob@example.net";
const DAN = "remote:dan@example.net";

Deno.test("what does not work is tried again by the schedule, and remembered", async () => {
  const stage = new DispatchStage();
  stage.answer = () => LATER;
  await stage.start();
  const id = await stage.put(to(BOB));
  const { reply, peer } = LATER;
  assertEquals(stage.spool.entry(id)!.progress(BOB), {
    ...{ attempts: 1, next: START + 5 * MINUTE, last: START, reply },
    peer: peer!,
  });
  await stage.pass(5 * MINUTE);
  await stage.pass(10 * MINUTE - 1);
  assertEquals(stage.taken().length, 2);
  stage.answer = () => SENT;
  await stage.pass(1);
  assertEquals(stage.taken().length, 1);
  assertEquals(stage.spool.entry(id), undefined);
  await stage.dispatcher.stop();
});

Deno.test("only the destinations that are due are tried again", async () => {
  const stage = new DispatchStage();
  stage.answer = (key) => key === BOB ? { ...LATER, retryAfter: HOUR } : LATER;
  await stage.start();
  await stage.put(to(BOB, DAN));
  assertEquals(stage.taken(), [`${BOB} ${DAN}`]);
  await stage.pass(5 * MINUTE);
  assertEquals(stage.taken(), [DAN]);
  await stage.dispatcher.stop();
});

Deno.test("the sender is told of the delay after four hours, and of the end after five days", async () => {
  const stage = new DispatchStage();
  stage.answer = (key) => key === BOB ? LATER : SENT;
  await stage.start();
  const id = await stage.put(to(BOB));
  await stage.pass(4 * HOUR - 1);
  assertEquals(stage.reports, []);
  await stage.pass(1);
  assertEquals(stage.reports.map(({ about }) => about), ["delay"]);
  assertEquals(stage.reports[0]!.lines[0]!.retryUntil, START + 120 * HOUR);
  assertEquals(stage.spool.entry(id)!.progress(BOB)!.warned, true);
  await stage.pass(116 * HOUR);
  assertEquals(stage.reports.map(({ about }) => about), ["delay", "failure"]);
  const { reply } = stage.reports[1]!.lines[0]!;
  assertEquals([reply.code, reply.enhanced], [550, "5.4.7"]);
  assertEquals(reply.lines[1], `${LATER.peer} said: 451 4.7.1 Greylisted`);
  assertEquals(stage.spool.entries(), []);
  assertEquals(stage.calls.at(-1), [stage.calls.at(-1)![0], "mailbox:sender"]);
  await stage.dispatcher.stop();
});

Deno.test("DELIVERBY R: returned at its time, and not tried after it (RFC 2852 §4)", async () => {
  const stage = new DispatchStage();
  stage.answer = (key) => key === BOB ? LATER : SENT;
  await stage.start();
  const by = { at: START + 7 * MINUTE, mode: "R", trace: false } as const;
  await stage.put({ ...to(BOB), deliverBy: by });
  await stage.pass(7 * MINUTE);
  assertEquals(stage.taken(), [BOB, BOB, "mailbox:sender"]);
  assertEquals(stage.reports[0]!.lines[0]!.reply.enhanced, "5.4.7");
  await stage.dispatcher.stop();
});

Deno.test("DELIVERBY N: told at its time, and tried on", async () => {
  const stage = new DispatchStage();
  stage.answer = (key) => key === BOB ? LATER : SENT;
  await stage.start();
  const by = { at: START + 7 * MINUTE, mode: "N", trace: false } as const;
  const id = await stage.put({ ...to(BOB), deliverBy: by });
  await stage.pass(HOUR);
  assertEquals(stage.reports.map(({ about }) => about), ["delay"]);
  assertEquals(stage.spool.entry(id)?.id, id);
  await stage.dispatcher.stop();
});

Deno.test("what is refused is reported at once; a refused report is not, and logged", async () => {
  const stage = new DispatchStage();
  stage.answer = () => FAILED;
  await stage.start();
  await stage.put(to(BOB, "mailbox:carol"));
  assertEquals(stage.reports.map(({ about }) => about), ["failure", "failure"]);
  assertEquals(stage.spool.entries(), []);
  const lost = stage.eventNames().filter((name) =>
    name === "bounce_undeliverable"
  );
  assertEquals(lost.length, 2);
  await stage.dispatcher.stop();
});

Deno.test("a report that cannot be stored leaves the message as it was", async () => {
  const real = memorySpool({ now: () => START, random: Math.random });
  let isFull = true;
  const spool: Spool = {
    ...real,
    begin() {
      const draft = real.begin();
      const commit = draft.commit.bind(draft);
      return Object.assign(draft, {
        commit: (...args: Parameters<typeof commit>) =>
          isFull && args[1]
            ? Promise.reject(new DiskError("full", "no space"))
            : commit(...args),
      });
    },
  };
  const stage = new DispatchStage({ spool });
  stage.answer = (key) => key === BOB ? FAILED : SENT;
  await stage.start();
  const id = await stage.put(to(BOB));
  assertEquals([...stage.spool.entry(id)!.pending], [BOB]);
  isFull = false;
  await stage.pass(5 * MINUTE);
  assertEquals(stage.taken(), [BOB, BOB, "mailbox:sender"]);
  assertEquals(stage.spool.entries(), []);
  await stage.dispatcher.stop();
});

Deno.test("what was delivered is never delivered again because the journal failed", async () => {
  const real = memorySpool({ now: () => START, random: Math.random });
  let isBroken = true;
  const spool: Spool = {
    ...real,
    settle: (id, keys) =>
      isBroken
        ? Promise.reject(new DiskError("io", "broken"))
        : real.settle(id, keys),
  };
  const stage = new DispatchStage({ spool });
  stage.answer = (key) => key === BOB ? SENT : LATER;
  await stage.start();
  const id = await stage.put(to(BOB, DAN));
  await stage.pass(20 * MINUTE);
  assertEquals(stage.taken(), [`${BOB} ${DAN}`]);
  isBroken = false;
  await stage.pass(HOUR);
  assertEquals(new Set(stage.taken()), new Set([DAN]));
  assertEquals([...stage.spool.entry(id)!.pending], [DAN]);
  await stage.dispatcher.stop();
});

Deno.test("after a crash what was acknowledged is not repeated, what was under way is", async () => {
  const disk = memoryDisk({ random: seededRandom(3) });
  const open = (on: typeof disk) =>
    openFileSpool({
      ...{ disk: on, path: "/spool", now: () => START },
      ...{ random: seededRandom(1), log: () => {} },
    });
  const first = new DispatchStage({ spool: await open(disk) });
  const { opened } = gate();
  first.answer = async (key) => {
    if (key === DAN) await opened;
    if (key === "remote:eve@example.com") return LATER;
    return key === "remote:no@example.org" ? FAILED : SENT;
  };
  await first.start();
  await first.put(to(BOB));
  await first.put(to(DAN));
  await first.put(to("remote:eve@example.com", "remote:no@example.org"));
  const then = new DispatchStage({
    spool: await open(disk.powerCut(seededRandom(4))),
  });
  assertEquals(
    then.spool.entries().map(({ pending }) => [...pending]),
    [[DAN], ["remote:eve@example.com"]],
    "the report was delivered, too",
  );
  await then.start();
  assertEquals(then.taken(), [DAN]);
  then.now = START;
  await then.pass(5 * MINUTE);
  assertEquals(then.taken(), ["remote:eve@example.com"]);
  assertEquals(then.spool.entries(), []);
  await then.dispatcher.stop();
});

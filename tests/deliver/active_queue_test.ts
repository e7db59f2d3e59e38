import { assert, assertEquals } from "@std/assert";
import { ActiveQueue } from "../../src/deliver/active_queue.ts";
import { Pool } from "../../src/deliver/job.ts";
import { memorySpool } from "../../src/queue/mod.ts";
import { HOUR, START, to } from "./dispatch_stage.ts";

Deno.test("reminders are bounded, however often a message is looked at, and none is lost", async () => {
  let now = START;
  let asked = 0;
  let wake = () => {};
  const spool = memorySpool({ now: () => now, random: () => 0.5 });
  const places = { atOnce: 1, atOncePerLane: 1 };
  const pools = {
    local: new Pool("local", places),
    remote: new Pool("remote", places),
  };
  const queue = new ActiveQueue({
    spool: {
      ...spool,
      entry: (id) => {
        asked++;
        return spool.entry(id);
      },
    },
    pools,
    now: () => now,
    setTimer: (run) => {
      wake = run;
      return () => {};
    },
    woke: () => {},
  });
  const draft = spool.begin();
  await draft.commit({ ...to("remote:a@b.example"), notBefore: START + HOUR });
  queue.seeAll();
  for (let turn = 0; turn < 50_000; turn++) queue.review(draft.id);
  asked = 0;
  now += HOUR;
  wake();
  assert(asked < 15_000, `${asked} reminders`);
  assertEquals(queue.take(pools.remote)?.id, draft.id);
  assertEquals(queue.take(pools.remote), undefined);
  queue.stop();
  await spool.close();
});

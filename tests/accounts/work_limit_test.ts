import { assertEquals, assertRejects } from "@std/assert";
import { TooBusy, WorkLimit } from "../../src/accounts/work_limit.ts";

Deno.test("WorkLimit runs a few tasks at once, some later, and refuses the rest", async () => {
  const limit = new WorkLimit(2, 3);
  const gates: (() => void)[] = [];
  let running = 0;
  let most = 0;
  const task = async () => {
    most = Math.max(most, ++running);
    await new Promise<void>((resolve) => gates.push(resolve));
    running--;
    return "done";
  };
  const accepted = Array.from({ length: 5 }, () => limit.run(task));
  await assertRejects(() => limit.run(task), TooBusy);
  assertEquals(gates.length, 2);
  while (gates.length > 0) {
    gates.shift()!();
    await Promise.resolve();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  assertEquals(await Promise.all(accepted), Array(5).fill("done"));
  assertEquals(most, 2);
});

Deno.test("WorkLimit gives the place of a failed task to the next", async () => {
  const limit = new WorkLimit(1, 1);
  const failed = limit.run(() => Promise.reject(new Error("broken")));
  const next = limit.run(() => Promise.resolve("fine"));
  await assertRejects(() => failed, Error, "broken");
  assertEquals(await next, "fine");
  assertEquals(await limit.run(() => Promise.resolve("again")), "again");
});

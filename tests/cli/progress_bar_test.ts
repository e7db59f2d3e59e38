/** What an action on many messages tells while it takes long. */

import { assertEquals } from "@std/assert";
import { barText } from "../../src/cli/progress_bar.ts";
import { operationsOf } from "../../src/operations.ts";
import type { NoteProgress, QueueControl } from "../../src/deliver/mod.ts";
import { memoryStories } from "../../src/story/mod.ts";

const BARS: readonly (readonly [done: number, total: number, bar: string])[] = [
  [0, 100_000, `[${"·".repeat(30)}] 0 % of 100000`],
  [50_200, 100_000, `[${"#".repeat(15)}${"·".repeat(15)}] 50 % of 100000`],
  [3, 3, `[${"#".repeat(30)}] 100 % of 3`],
  // More came meanwhile, or nothing is there.
  [4, 3, `[${"#".repeat(30)}] 100 % of 3`],
  [0, 0, `[${"#".repeat(30)}] 100 % of 0`],
];

for (const [done, total, bar] of BARS) {
  Deno.test(`barText(${done}, ${total})`, () => {
    assertEquals(barText(done, total), bar);
  });
}

Deno.test("an action tells how far it is until it is done, and then what it changed", async () => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const hold = (_: unknown, note: NoteProgress) => {
    note(200, 450);
    return promise;
  };
  const operations = operationsOf({
    queue: { hold } as unknown as QueueControl,
    stories: memoryStories({ now: () => 0 }),
    wake: () => {},
  });
  const items = operations["queue.hold"]!({})[Symbol.asyncIterator]();
  assertEquals((await items.next()).value, { done: 200, total: 450 });
  resolve(7);
  assertEquals(await items.next(), { done: false, value: { changed: 7 } });
  assertEquals((await items.next()).done, true);
});

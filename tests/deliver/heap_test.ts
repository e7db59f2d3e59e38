import { assertEquals } from "@std/assert";
import { Heap } from "../../src/deliver/heap.ts";
import { seededRandom } from "../harness/seeded_random.ts";

Deno.test("Heap: gives what is first, whatever is added and taken out between", () => {
  const random = seededRandom(4);
  const heap = new Heap<{ value: number; seat: number }>((a, b) =>
    a.value < b.value
  );
  const inside = new Set<{ value: number; seat: number }>();
  for (let turn = 0; turn < 5000; turn++) {
    const chance = random();
    if (chance < 0.5) {
      const item = { value: Math.floor(random() * 100), seat: -1 };
      heap.add(item);
      inside.add(item);
    } else if (chance < 0.7 && inside.size > 0) {
      const item = [...inside][Math.floor(random() * inside.size)]!;
      heap.remove(item);
      inside.delete(item);
      assertEquals(item.seat, -1);
    } else {
      const least = Math.min(...[...inside].map(({ value }) => value));
      const item = heap.take();
      assertEquals(item?.value ?? Infinity, least);
      if (item) inside.delete(item);
    }
    assertEquals(heap.size, inside.size);
  }
});

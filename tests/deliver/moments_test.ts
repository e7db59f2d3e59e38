import { assertEquals } from "@std/assert";
import { Moments } from "../../src/deliver/moments.ts";
import { seededRandom } from "../harness/seeded_random.ts";

Deno.test("Moments: gives the first, whatever is added between", () => {
  const random = seededRandom(7);
  const moments = new Moments();
  const inside: (readonly [due: number, id: string])[] = [];
  for (let turn = 0; turn < 5000; turn++) {
    if (random() < 0.6) {
      const due = Math.floor(random() * 1e13);
      moments.add(due, `m${turn}`);
      inside.push([due, `m${turn}`]);
      inside.sort(([a], [b]) => a - b);
    } else {
      assertEquals(moments.first, inside[0]?.[0] ?? Infinity);
      assertEquals(moments.take(), inside.shift()?.[1]);
    }
    assertEquals(moments.size, inside.length);
  }
  moments.clear();
  assertEquals([moments.size, moments.first], [0, Infinity]);
});

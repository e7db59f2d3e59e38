import { assertEquals } from "@std/assert";
import { Column } from "../../src/imap/column.ts";
import { View } from "../../src/imap/view.ts";
import { seededRandom } from "../harness/seeded_random.ts";

const values: readonly [number, number | undefined][] = [
  [0, 0],
  [1, 1],
  [-1, -1],
  [-25567, -25567],
  [2_932_896, 2_932_896],
  [NaN, NaN],
  [2 ** 30 - 1, 2 ** 30 - 1],
  [1 - 2 ** 30, 1 - 2 ** 30],
  [2 ** 30, undefined],
  [-(2 ** 30), undefined],
  [Infinity, undefined],
];

for (const [value, kept] of values) {
  Deno.test(`a column that was told ${value} says ${kept}`, () => {
    const column = new Column();
    column.set(3, value);
    assertEquals([1, 2, 3, 4].map((sequence) => column.get(sequence)), [
      ...[undefined, undefined],
      ...[kept, undefined],
    ]);
  });
}

Deno.test("what is known of a message moves with its number in the view", () => {
  const random = seededRandom(7);
  const meta = (uid: number) => ({
    ...{ uid, size: 1, flags: [], internalDate: 0, modseq: uid },
    ...{ uniqueId: `u${uid}`, savedDate: 0, emailId: `e${uid}` },
  });
  const view = new View([]);
  const known = new Set<number>();
  for (let uid = 1; uid <= 400; uid++) {
    view.apply({ kind: "appended", meta: meta(uid) });
    const gone = 1 + Math.floor(random() * uid);
    view.apply({ kind: "expunged", uid: gone, modseq: uid });
    view.pending(random() < 0.5);
    const at = view.at(1 + Math.floor(random() * view.count));
    if (at === undefined) continue;
    view.sentDays.set(at.sequence, at.meta.uid * 2);
    known.add(at.meta.uid);
    for (const { sequence, meta } of view.all()) {
      const told = view.sentDays.get(sequence);
      assertEquals(told, known.has(meta.uid) ? meta.uid * 2 : undefined);
    }
  }
});

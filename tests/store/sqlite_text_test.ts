/** The index of texts in SQLite, held against a reading of the texts. */

import { assert, assertEquals } from "@std/assert";
import { SqliteText } from "../../src/store/sqlite_text.ts";
import { seededRandom } from "../harness/seeded_random.ts";

/** Few letters, so that parts of words are in many. */
const LETTERS = [..."AB", ..."AB", "\u00c4", "\u65e5", "\u{1f600}", "7"];
const BETWEEN = [" ", "\n", "-", "\0", ". ", "_"];

Deno.test("a text is where the index is sure of it, and nowhere but there and where it is unsure", async () => {
  const next = seededRandom(3);
  const below = (limit: number) => Math.floor(next() * limit);
  const pick = (from: readonly string[]) => from[below(from.length)]!;
  const make = (length: number, between: readonly string[]) =>
    Array.from(
      { length },
      () => below(4) > 0 ? pick(LETTERS) : pick(between),
    ).join("");
  const texts = new Map(Array.from({ length: 80 }, (_, i) =>
    [i + 1, {
      headers: make(below(30), BETWEEN),
      bodies: make(below(60), BETWEEN),
    }] as const));
  const folder = await Deno.makeTempDir();
  const index = new SqliteText(folder);
  try {
    index.put(9, texts);
    let sure = 0;
    let ruledOut = 0;
    for (let round = 0; round < 3000; round++) {
      const wanted = make(1 + below(6), below(2) ? BETWEEN : LETTERS);
      const found = await index.search(9, wanted);
      if (found === undefined) continue;
      const unsure = new Set(found.unsure);
      for (
        const [where, uids] of [
          ["bodies", found.inBodies],
          ["headers", found.inHeaders],
        ] as const
      ) {
        const holding = [...texts]
          .filter(([, text]) => text[where].includes(wanted))
          .map(([uid]) => uid);
        for (const uid of uids) {
          assert(holding.includes(uid), `${JSON.stringify(wanted)} in ${uid}`);
        }
        for (const uid of holding) {
          assert(
            uids.includes(uid) || unsure.has(uid),
            `${JSON.stringify(wanted)} not in ${uid}`,
          );
        }
        sure += uids.length;
      }
      ruledOut += texts.size - unsure.size;
    }
    assert(sure > 1000 && ruledOut > 100_000, `${sure}, ${ruledOut}`);
    index.remove(9, [...texts.keys()]);
    assertEquals(index.uids(9), []);
  } finally {
    index.close();
    await Deno.remove(folder, { recursive: true });
  }
});

/** Replays every file of the fuzz corpus: what once broke an invariant stays mended. */

import { assertGreater } from "@std/assert";
import { loadTarget, readCorpus, runEveryWay, TARGETS } from "./fuzz/target.ts";

for (const name of TARGETS) {
  const { invariant } = await loadTarget(name);
  Deno.test(`${name} fuzz corpus: ${invariant}`, async () => {
    const target = await loadTarget(name);
    const files = await readCorpus(name);
    assertGreater(files.length, 0);
    for (const { name: file, bytes } of files) {
      try {
        await runEveryWay(target, bytes);
      } catch (error) {
        throw new Error(`corpus/${name}/${file} breaks it`, { cause: error });
      }
    }
  });
}

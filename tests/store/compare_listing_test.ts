/** A table of what may have happened in a folder. */

import { assertEquals } from "@std/assert";
import { compareListing } from "../../src/store/compare_listing.ts";
import type { Entry } from "../../src/store/roster.ts";

const META = {
  ...{ size: 1, flags: [], internalDate: 0, modseq: 1, uniqueId: "x" },
  ...{ savedDate: 0, emailId: "x" },
};

function entry(path: string, uid: number): Entry {
  const [folder, name] = path.split("/") as ["new" | "cur", string];
  return { folder, name, meta: { ...META, uid } };
}

/** The comparison in short: a line a difference. */
function compared(known: string[], files: string[]): string[] {
  const entries = known.map((path) =>
    entry(path, Number(/U=(\d+)/.exec(path)![1]))
  );
  const listing = { new: [] as string[], cur: [] as string[] };
  for (const file of files) {
    const [folder, name] = file.split("/") as ["new" | "cur", string];
    listing[folder].push(name);
  }
  const { gone, moved, renumbered, strange, doubles } = compareListing(
    entries,
    listing,
  );
  const path = (f: { folder: string; name: string }) => `${f.folder}/${f.name}`;
  return [
    ...gone.map((e) => `gone ${e.meta.uid}`),
    ...moved.map(({ entry, found }) =>
      `moved ${entry.meta.uid} ${path(found)}`
    ),
    ...renumbered.map(({ entry, found }) =>
      `renumbered ${entry.meta.uid} ${path(found)}`
    ),
    ...strange.map((f) => `strange ${path(f)}`),
    ...doubles.map(({ kept, other }) => `double ${path(kept)} ${path(other)}`),
  ];
}

Deno.test("compareListing() tells what happened to files", () => {
  const a = "new/a,S=1,U=1", b = "cur/b,S=1,U=2:2,S";
  const table: [string[], string[], string[]][] = [
    [[a, b], [b, a], []],
    [[a, b], [a], ["gone 2"]],
    [[a], ["cur/a,S=1,U=1:2,S"], ["moved 1 cur/a,S=1,U=1:2,S"]],
    [[b], ["cur/b,S=1,U=2:2,FS"], ["moved 2 cur/b,S=1,U=2:2,FS"]],
    [[b], ["cur/b,S=1,U=9:2,S"], ["renumbered 2 cur/b,S=1,U=9:2,S"]],
    [[b], ["cur/b:2,S"], ["moved 2 cur/b:2,S"]],
    [[a], [a, "cur/x"], ["strange cur/x"]],
    [[], ["new/.x", "cur/,x", "cur/:2,"], []],
    [[a], [a, "cur/a,S=1,U=1:2,S"], [
      "moved 1 cur/a,S=1,U=1:2,S",
      "double cur/a,S=1,U=1:2,S new/a,S=1,U=1",
    ]],
    [[b], [b, "cur/b,S=1,U=2:2,FS"], [
      "moved 2 cur/b,S=1,U=2:2,FS",
      "double cur/b,S=1,U=2:2,FS cur/b,S=1,U=2:2,S",
    ]],
  ];
  for (const [known, files, expected] of table) {
    assertEquals(compared(known, files), expected);
    assertEquals(compared(known, files.toReversed()), expected);
  }
});

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  DiskError,
  type DiskFaults,
  type MemoryDisk,
  memoryDisk,
} from "../../src/disk/mod.ts";
import { seededRandom } from "../harness/seeded_random.ts";
import { bytes, diskConformance, get, put } from "./conformance.ts";

diskConformance("memoryDisk", async () => {
  const disk = memoryDisk();
  await disk.makeDir("/root");
  return { disk, root: "/root", end: () => {} };
});

/** Everything that 300 power cuts leave of what `prepare` did, each state once. */
async function aftermath(
  prepare: (disk: MemoryDisk) => Promise<MemoryDisk | void>,
  look: (disk: MemoryDisk) => Promise<string>,
): Promise<Set<string>> {
  const seen = new Set<string>();
  for (let seed = 0; seed < 300; seed++) {
    const disk = memoryDisk();
    const prepared = await prepare(disk) ?? disk;
    seen.add(await look(prepared.powerCut(seededRandom(seed))));
  }
  return seen;
}

const names = (folder: string) => async (disk: MemoryDisk) =>
  (await disk.list(folder)).sort().join(" ");

async function saved(disk: MemoryDisk, path: string): Promise<void> {
  const file = await disk.open(path, "create");
  await file.write(bytes("saved"));
  await file.sync("test");
  file.close();
}

Deno.test("memoryDisk: a name without syncDir may be lost, with it never", async () => {
  const lost = await aftermath((disk) => saved(disk, "/a"), names("/"));
  assertEquals([...lost].sort(), ["", "a"]);
  const kept = await aftermath(async (disk) => {
    await saved(disk, "/a");
    await disk.syncDir("/", "test");
  }, names("/"));
  assertEquals([...kept], ["a"]);
});

Deno.test("memoryDisk: a rename within a folder shows one name, never none or both", async () => {
  const seen = await aftermath(async (disk) => {
    await saved(disk, "/a");
    await disk.syncDir("/", "test");
    await disk.rename("/a", "/b");
    await disk.rename("/b", "/c");
  }, names("/"));
  assertEquals([...seen].sort(), ["a", "b", "c"]);
});

Deno.test("memoryDisk: a rename across folders may show both names, never none", async () => {
  const prepare = async (disk: MemoryDisk) => {
    await disk.makeDir("/x");
    await disk.makeDir("/y");
    await saved(disk, "/x/a");
    for (const folder of ["/", "/x"]) await disk.syncDir(folder, "test");
    await disk.rename("/x/a", "/y/a");
  };
  const look = async (disk: MemoryDisk) =>
    `${await names("/x")(disk)}|${await names("/y")(disk)}`;
  const free = await aftermath(prepare, look);
  assertEquals([...free].sort(), ["a|", "a|a", "|a"]);
  const left = await aftermath(async (disk) => {
    await prepare(disk);
    await disk.syncDir("/x", "test");
  }, look);
  assertEquals([...left].sort(), ["a|", "|a"]);
  const arrived = await aftermath(async (disk) => {
    await prepare(disk);
    await disk.syncDir("/y", "test");
  }, look);
  assertEquals([...arrived].sort(), ["a|a", "|a"]);
});

Deno.test("memoryDisk: an unlink without syncDir may come back, with it never", async () => {
  const prepare = async (disk: MemoryDisk) => {
    await saved(disk, "/a");
    await disk.syncDir("/", "test");
    await disk.unlink("/a");
  };
  const free = await aftermath(prepare, names("/"));
  assertEquals([...free].sort(), ["", "a"]);
  const synced = await aftermath(async (disk) => {
    await prepare(disk);
    await disk.syncDir("/", "test");
  }, names("/"));
  assertEquals([...synced], [""]);
});

Deno.test("memoryDisk: synced octets stay, later ones may be whole, torn, zeroed or cut", async () => {
  const seen = await aftermath(async (disk) => {
    const file = await disk.open("/a", "create");
    await disk.syncDir("/", "test");
    await file.write(bytes("1".repeat(1000)));
    await file.sync("test");
    await file.write(bytes("2".repeat(1100)));
  }, (disk) => get(disk, "/a"));
  const kinds = { whole: 0, cut: 0, zeroed: 0, torn: 0 };
  for (const content of seen) {
    assertEquals(content.slice(0, 1000), "1".repeat(1000));
    const tail = content.slice(1000);
    if (tail === "2".repeat(1100)) kinds.whole++;
    else if (/^2*$/.test(tail)) kinds.cut++;
    else if (/^2*\0+$/.test(tail)) kinds.zeroed++;
    else if (/^[2\0]+$/.test(tail)) kinds.torn++;
  }
  const { whole, cut, zeroed, torn } = kinds;
  assertEquals(whole + cut + zeroed + torn, seen.size);
  assert(whole && cut && zeroed && torn, JSON.stringify(kinds));
});

Deno.test("memoryDisk: what was truncated without sync may come back", async () => {
  const seen = await aftermath(async (disk) => {
    await saved(disk, "/a");
    await disk.syncDir("/", "test");
    const file = await disk.open("/a", "append");
    await file.write(bytes(" not"));
    await file.truncate(0);
  }, (disk) => get(disk, "/a"));
  for (const found of ["", "saved", "saved not"]) {
    assert(seen.has(found), `"${found}" is among ${[...seen].join()}`);
  }
});

Deno.test("memoryDisk: after a failed sync a later one saves nothing of what failed", async () => {
  const prepare = (again: boolean) => async (disk: MemoryDisk) => {
    const file = await disk.open("/a", "create");
    await disk.syncDir("/", "test");
    await file.write(bytes("x"));
    disk.faults.failSync = () => true;
    await assertRejects(() => file.sync("test"), DiskError);
    disk.faults.failSync = () => false;
    if (again) await file.truncate(0);
    if (again) await file.write(bytes("y"));
    await file.sync("test");
  };
  const look = (disk: MemoryDisk) => get(disk, "/a");
  const lost = await aftermath(prepare(false), look);
  assert(lost.has("x") && lost.has(""), [...lost].join());
  assertEquals([...await aftermath(prepare(true), look)], ["y"]);
});

Deno.test("memoryDisk: an ignored sync saves nothing and says that all is well", async () => {
  const seen = await aftermath(async (disk) => {
    disk.faults.ignoreSync = new Set(["folder"]);
    await saved(disk, "/a");
    await disk.syncDir("/", "folder");
  }, names("/"));
  assertEquals([...seen].sort(), ["", "a"]);
});

Deno.test("memoryDisk: handles of the time before the cut are dead", async () => {
  const disk = memoryDisk();
  const file = await disk.open("/a", "create");
  await file.sync("test");
  await disk.syncDir("/", "test");
  const found = disk.powerCut(seededRandom(1));
  await assertRejects(() => file.write(bytes("x")), DiskError, "power");
  await assertRejects(() => disk.list("/"), DiskError, "power");
  assertEquals(await get(found, "/a"), "");
});

Deno.test("memoryDisk: a folder's time is that of its last change that survives", async () => {
  const modified = async (disk: MemoryDisk) =>
    String((await disk.stat("/x"))?.modified);
  const seen = await aftermath(async () => {
    let time = 0;
    const disk = memoryDisk({ now: () => time });
    time = 1000;
    await disk.makeDir("/x");
    await disk.syncDir("/", "test");
    time = 2000;
    await put(disk, "/x/a", "");
    await disk.syncDir("/x", "test");
    time = 3000;
    await disk.unlink("/x/a");
    assertEquals(await modified(disk), "3000");
    return disk;
  }, modified);
  assertEquals([...seen].sort(), ["2000", "3000"]);
});

Deno.test("memoryDisk: a process that dies leaves what it wrote, as uncertain as it was", async () => {
  const look = async (seed: number) => {
    const disk = memoryDisk();
    const file = await disk.open("/a", "create");
    await file.write(bytes("x"));
    const next = disk.kill();
    await assertRejects(() => file.sync("test"), DiskError, "power");
    assertEquals(await get(next, "/a"), "x");
    return await names("/")(next.powerCut(seededRandom(seed)));
  };
  const seen = await Promise.all(Array.from({ length: 50 }, (_, i) => look(i)));
  assertEquals([...new Set(seen)].sort(), ["", "a"]);
});

Deno.test("memoryDisk: full is full until space returns", async () => {
  const disk = memoryDisk({ faults: { capacity: 8 } });
  const file = await disk.open("/a", "create");
  const full = await assertRejects(
    () => file.write(bytes("0123456789")),
    DiskError,
  );
  assertEquals([full.fault, await file.size(), disk.used], ["full", 8, 8]);
  await assertRejects(() => disk.open("/b", "create"), DiskError, "full");
  await file.truncate(2);
  await put(disk, "/b", "456789");
  await disk.unlink("/b");
  assertEquals(disk.used, 2);
});

Deno.test("memoryDisk: faults of each kind refuse what they should", async () => {
  const table: [string, Partial<DiskFaults>, string | undefined][] = [
    ["none", {}, undefined],
    ["read-only", { readOnly: true }, "read-only"],
    ["third operation", { failAt: 3 }, "io"],
    ["power cut at the third", { cutAt: 3 }, "io"],
    ["beyond the last operation", { failAt: 4, cutAt: 4 }, undefined],
  ];
  for (const [name, faults, expected] of table) {
    const disk = memoryDisk({ faults });
    const work = async () => {
      await disk.makeDir("/x");
      const file = await disk.open("/x/a", "append");
      await file.write(bytes("x"));
    };
    const result = await work().then(
      () => undefined,
      (error: DiskError) => error.fault,
    );
    assertEquals(result, expected, name);
  }
});

Deno.test("memoryDisk: the same seed leaves the same disk", async () => {
  const run = async () => {
    const random = seededRandom(7);
    const disk = memoryDisk({ random });
    await Promise.all(
      ["/a", "/b", "/c", "/d"].map((path) => put(disk, path, "x".repeat(2000))),
    );
    const found = disk.powerCut(random);
    const list = (await found.list("/")).sort();
    return Promise.all(list.map(async (name) => name + await get(found, name)));
  };
  assertEquals(await run(), await run());
});

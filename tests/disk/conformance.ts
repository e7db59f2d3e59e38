/** What every disk does; the behaviour at a power cut has a test of its own. */

import { assertEquals, assertRejects } from "@std/assert";
import { type Disk, DiskError, type DiskFile } from "../../src/disk/mod.ts";

/** Registers the tests for one implementation; `make` gives a disk and an empty folder on it. */
export function diskConformance(
  name: string,
  make: () => Promise<{ disk: Disk; root: string; end: () => void }>,
): void {
  const test = (
    claim: string,
    run: (disk: Disk, root: string) => Promise<void>,
  ) =>
    Deno.test(`${name}: ${claim}`, async () => {
      const { disk, root, end } = await make();
      try {
        await run(disk, root);
      } finally {
        end();
      }
    });

  test("reads back what was written, at any offset", async (disk, root) => {
    await put(disk, `${root}/a`, "hello world");
    const file = await disk.open(`${root}/a`, "read");
    assertEquals(await text(file, 6, 5), "world");
    assertEquals(await text(file, 6, 100), "world");
    assertEquals(await text(file, 11, 5), "");
    assertEquals(await text(file, 100, 5), "");
    file.close();
  });

  test("reads the first octets of a file, or all of it", async (disk, root) => {
    await put(disk, `${root}/a`, "hello world");
    assertEquals(await disk.read(`${root}/a`, 5), bytes("hello"));
    assertEquals(await disk.read(`${root}/a`, 11), bytes("hello world"));
    assertEquals(await disk.read(`${root}/a`, 12), bytes("hello world"));
    assertEquals(await disk.read(`${root}/a`, 0), bytes(""));
  });

  test(
    "append goes on at the end of the file, reads between do not move it",
    async (disk, root) => {
      await put(disk, `${root}/a`, "one");
      const file = await disk.open(`${root}/a`, "append");
      await file.write(bytes("two"));
      assertEquals(await text(file, 0, 2), "on");
      await file.write(bytes("three"));
      assertEquals(await text(file, 0, 100), "onetwothree");
      assertEquals(await file.size(), 11);
      file.close();
    },
  );

  test("append makes a file that is missing", async (disk, root) => {
    const file = await disk.open(`${root}/new`, "append");
    file.close();
    assertEquals((await disk.stat(`${root}/new`))?.size, 0);
  });

  test("writing goes on at the cut after truncate", async (disk, root) => {
    const file = await disk.open(`${root}/a`, "create");
    await file.write(bytes("abcdef"));
    await file.truncate(2);
    await file.write(bytes("X"));
    assertEquals(await text(file, 0, 100), "abX");
    await file.sync("test");
    file.close();
  });

  test("create refuses a name that is taken", async (disk, root) => {
    await put(disk, `${root}/a`, "x");
    await rejects(disk.open(`${root}/a`, "create"), "exists");
    assertEquals((await disk.stat(`${root}/a`))?.size, 1);
  });

  test("what is missing is said to be missing", async (disk, root) => {
    const gone = `${root}/gone`;
    await rejects(disk.open(gone, "read"), "missing");
    await rejects(disk.read(gone, 10), "missing");
    await rejects(disk.open(`${gone}/deeper`, "create"), "missing");
    await rejects(disk.unlink(gone), "missing");
    await rejects(disk.rename(gone, `${root}/b`), "missing");
    await rejects(disk.link(gone, `${root}/b`), "missing");
    await rejects(disk.removeDir(gone), "missing");
    await rejects(disk.syncDir(gone, "test"), "missing");
    assertEquals(await disk.stat(gone), undefined);
    assertEquals(await disk.list(gone), []);
  });

  test(
    "rename replaces its target, also in another folder",
    async (disk, root) => {
      await put(disk, `${root}/a`, "new");
      await put(disk, `${root}/b`, "old");
      await disk.rename(`${root}/a`, `${root}/b`);
      assertEquals(await disk.list(root), ["b"]);
      await disk.makeDir(`${root}/c`);
      await disk.rename(`${root}/b`, `${root}/c/d`);
      assertEquals(await disk.list(root), ["c"]);
      assertEquals(await get(disk, `${root}/c/d`), "new");
    },
  );

  test(
    "link makes a second name and refuses a taken one",
    async (disk, root) => {
      await put(disk, `${root}/a`, "x");
      await disk.link(`${root}/a`, `${root}/b`);
      await rejects(disk.link(`${root}/a`, `${root}/b`), "exists");
      await disk.unlink(`${root}/a`);
      assertEquals(await get(disk, `${root}/b`), "x");
    },
  );

  test("an open file outlives its name", async (disk, root) => {
    await put(disk, `${root}/a`, "still here");
    const file = await disk.open(`${root}/a`, "read");
    await disk.unlink(`${root}/a`);
    assertEquals(await text(file, 0, 100), "still here");
    file.close();
  });

  test(
    "makeDir makes all folders of the path and accepts those that are there",
    async (disk, root) => {
      await disk.makeDir(`${root}/x/y/z`);
      await disk.makeDir(`${root}/x/y/z`);
      assertEquals((await disk.stat(`${root}/x/y`))?.isDirectory, true);
      await put(disk, `${root}/x/y/z/f`, "1");
      await rejects(disk.removeDir(`${root}/x/y/z`), "io");
      await disk.unlink(`${root}/x/y/z/f`);
      await disk.removeDir(`${root}/x/y/z`);
      assertEquals(await disk.list(`${root}/x/y`), []);
      await disk.syncDir(`${root}/x`, "test");
    },
  );
}

async function rejects(work: Promise<unknown>, fault: string): Promise<void> {
  const error = await assertRejects(() => work, DiskError);
  assertEquals(error.fault, fault);
}

export function bytes(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

async function text(
  file: DiskFile,
  offset: number,
  length: number,
): Promise<string> {
  const into = new Uint8Array(length);
  const count = await file.readAt(into, offset);
  return new TextDecoder().decode(into.subarray(0, count));
}

export async function put(
  disk: Disk,
  path: string,
  content: string,
): Promise<void> {
  const file = await disk.open(path, "create");
  await file.write(bytes(content));
  file.close();
}

export async function get(disk: Disk, path: string): Promise<string> {
  const file = await disk.open(path, "read");
  const content = await text(file, 0, await file.size());
  file.close();
  return content;
}

/** What delivery remembers: one suite for both implementations. */

import { assertEquals } from "@std/assert";
import { memoryNotebook } from "../../../src/deliver/remote/memory_notebook.ts";
import type { Notebook } from "../../../src/deliver/remote/notebook.ts";
import { sqliteNotebook } from "../../../src/deliver/remote/sqlite_notebook.ts";

const DAY = 24 * 3600 * 1000;
const NOW = Date.UTC(2026, 10, 26, 12);

const policy = {
  id: "20261126",
  mode: "enforce",
  mx: ["mx.example.org", "*.example.net"],
  expires: NOW + DAY,
} as const;
const result = {
  domain: "example.org",
  policy: "sts",
  host: "mx.example.org",
  result: "successful",
} as const;

function conforms(name: string, open: (folder: string) => Notebook): void {
  const test = (claim: string, run: (notebook: Notebook) => void) =>
    Deno.test(`${name}: ${claim}`, async () => {
      const folder = await Deno.makeTempDir();
      const notebook = open(folder);
      try {
        run(notebook);
      } finally {
        notebook.close();
        await Deno.remove(folder, { recursive: true });
      }
    });

  test("keeps policies until they are over", (notebook) => {
    assertEquals(notebook.policy("example.org"), undefined);
    notebook.keepPolicy("example.org", policy);
    notebook.keepPolicy("example.net", { ...policy, expires: NOW - 1 });
    assertEquals(notebook.policy("example.org"), policy);
    notebook.tidy(NOW);
    assertEquals(notebook.policy("example.org"), policy);
    assertEquals(notebook.policy("example.net"), undefined);
  });

  test("keeps the last level of a domain", (notebook) => {
    notebook.keepLevel("example.org", { level: "encrypted", seen: 1 });
    notebook.keepLevel("example.org", { level: "verified", seen: 2 });
    const seen = { level: "verified", seen: 2 } as const;
    assertEquals(notebook.level("example.org"), seen);
    assertEquals(notebook.level("example.net"), undefined);
  });

  test("counts connections a day, and drops old days", (notebook) => {
    notebook.count({ ...result, time: NOW });
    notebook.count({ ...result, time: NOW + 1 });
    notebook.count({ ...result, result: "certificate-expired", time: NOW });
    notebook.count({ ...result, time: NOW - 30 * DAY });
    const counts = () =>
      notebook.counts("2026-11-26").map(({ result, count }) => [result, count])
        .sort();
    const expected = [["certificate-expired", 1], ["successful", 2]];
    assertEquals(counts(), expected);
    assertEquals(notebook.counts("2026-10-27").length, 1);
    notebook.tidy(NOW);
    assertEquals(notebook.counts("2026-10-27").length, 0);
    assertEquals(counts(), expected);
  });
}

conforms("memory notebook", () => memoryNotebook());
conforms("sqlite notebook", (folder) => sqliteNotebook(`${folder}/out.db`));

Deno.test("sqlite notebook: outlives a restart, readable by its owner only", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/out.db`;
  const first = sqliteNotebook(path);
  first.keepPolicy("example.org", policy);
  first.close();
  const second = sqliteNotebook(path);
  assertEquals(second.policy("example.org"), policy);
  second.close();
  assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
  await Deno.remove(folder, { recursive: true });
});

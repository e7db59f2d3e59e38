import { assertEquals } from "@std/assert";
import { filesDisk } from "../../src/disk/mod.ts";
import { diskConformance, put } from "./conformance.ts";

diskConformance("filesDisk", () => {
  const root = Deno.makeTempDirSync();
  const end = () => Deno.removeSync(root, { recursive: true });
  return Promise.resolve({ disk: filesDisk(), root, end });
});

Deno.test("filesDisk: files are 0600 and folders 0700", async () => {
  const root = Deno.makeTempDirSync();
  const disk = filesDisk();
  await disk.makeDir(`${root}/a/b`);
  await put(disk, `${root}/a/b/c`, "secret");
  const mode = (path: string) => (Deno.statSync(path).mode ?? 0) & 0o777;
  const modes = ["a", "a/b", "a/b/c"].map((path) => mode(`${root}/${path}`));
  assertEquals(modes, [0o700, 0o700, 0o600]);
  Deno.removeSync(root, { recursive: true });
});

import { filesDisk, memoryDisk } from "../../src/disk/mod.ts";
import { memorySpool, openFileSpool } from "../../src/queue/mod.ts";
import { seededRandom } from "../harness/seeded_random.ts";
import { spoolConformance } from "./conformance.ts";

const world = () => ({
  now: () => 1_700_000_000_000,
  random: seededRandom(1),
  log: () => {},
});

spoolConformance("memorySpool", () => {
  const end = () => Promise.resolve();
  return Promise.resolve({ spool: memorySpool(world()), end });
});

spoolConformance("openFileSpool in memory", async () => {
  const disk = memoryDisk({ random: seededRandom(2) });
  const spool = await openFileSpool({ ...world(), disk, path: "/spool" });
  return { spool, end: () => Promise.resolve() };
});

spoolConformance("openFileSpool in memory, tight limits", async () => {
  const disk = memoryDisk({ random: seededRandom(3) });
  const spool = await openFileSpool({
    ...world(),
    disk,
    path: "/spool",
    segmentLimit: 1000,
    readLimit: 500,
    recentLimit: 3000,
    smallLimit: 2000,
  });
  return { spool, end: () => Promise.resolve() };
});

spoolConformance("openFileSpool on files", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/spool`;
  const spool = await openFileSpool({ ...world(), disk: filesDisk(), path });
  return { spool, end: () => Deno.remove(folder, { recursive: true }) };
});

import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import {
  type Disk,
  DiskError,
  type MemoryDisk,
  memoryDisk,
} from "../../src/disk/mod.ts";
import { reply } from "../../src/mail/mod.ts";
import {
  type FileSpoolOptions,
  openFileSpool,
  type Progress,
  type Spool,
} from "../../src/queue/mod.ts";
import { seededRandom } from "../harness/seeded_random.ts";
import { envelope, pattern, readAll, submit } from "./conformance.ts";

const ALICE = "mailbox:alice";

interface Opened {
  readonly spool: Spool;
  readonly events: string[];
}

async function open(
  disk: Disk,
  options: Partial<FileSpoolOptions> = {},
): Promise<Opened> {
  const events: string[] = [];
  const spool = await openFileSpool({
    disk,
    path: "/spool",
    now: () => 1_700_000_000_000,
    random: seededRandom(5),
    log: (event) => events.push(event),
    ...options,
  });
  return { spool, events };
}

async function journals(disk: Disk): Promise<string[]> {
  const names = await disk.list("/spool");
  return names.filter((name) => name.endsWith(".journal")).sort();
}

async function load(disk: Disk, path: string): Promise<Uint8Array> {
  const file = await disk.open(path, "read");
  const bytes = new Uint8Array(await file.size());
  await file.readAt(bytes, 0);
  file.close();
  return bytes;
}

async function save(
  disk: Disk,
  path: string,
  bytes: Uint8Array,
): Promise<void> {
  if (await disk.stat(path)) await disk.unlink(path);
  const file = await disk.open(path, "create");
  await file.write(bytes);
  await file.sync("test");
  file.close();
}

/** Commits `sizes` one after the other and closes the spool; the ids. */
async function fill(disk: Disk, ...sizes: number[]): Promise<string[]> {
  const { spool } = await open(disk);
  const ids: string[] = [];
  for (const size of sizes) {
    ids.push(await submit(spool, pattern(size), envelope("alice")));
  }
  await spool.close();
  return ids;
}

const ids = (spool: Spool) => spool.entries().map(({ id }) => id);

Deno.test("openFileSpool() finds what waited, and what of it is settled", async () => {
  const disk = memoryDisk();
  const first = await open(disk);
  const id = await submit(first.spool, pattern(5000), envelope("alice", "bob"));
  const done = await submit(first.spool, pattern(10), envelope("alice"));
  const large = await submit(first.spool, pattern(400_000), envelope("alice"));
  await first.spool.settle(id, ["mailbox:bob"]);
  await first.spool.settle(done, [ALICE]);
  await first.spool.close();
  const { spool, events } = await open(disk);
  assertEquals(ids(spool), [id, large]);
  assertEquals([...spool.entries()[0]!.pending], [ALICE]);
  assertEquals((await spool.load(id))!.envelope, envelope("alice", "bob"));
  assertEquals(await readAll(spool, id), pattern(5000));
  assertEquals(await readAll(spool, large), pattern(400_000));
  assertEquals(events, []);
});

const TRIED: Progress = {
  attempts: 3,
  next: 1_700_000_600_000,
  reply: reply(451, "4.7.1", "Greylisted"),
  peer: "mx.example.org[192.0.2.1]:25",
};

Deno.test("openFileSpool() finds what was noted last, and what a report concluded", async () => {
  const disk = memoryDisk();
  const first = await open(disk);
  const id = await submit(first.spool, pattern(9), envelope("alice", "bob"));
  await first.spool.note(id, { [ALICE]: { ...TRIED, attempts: 2 } });
  await first.spool.note(id, { [ALICE]: TRIED });
  const large = await submit(
    first.spool,
    pattern(400_000),
    envelope("carol"),
    { id, destinations: ["mailbox:bob"] },
  );
  const { spool } = await open(disk.kill());
  assertEquals(ids(spool), [id, large]);
  assertEquals([...spool.entries()[0]!.pending], [ALICE]);
  assertEquals(spool.entries()[0]!.progress(ALICE), TRIED);
  assertEquals(await readAll(spool, large), pattern(400_000));
});

Deno.test("notes outlive the segments they were written to, and do not pile up", async () => {
  const disk = memoryDisk();
  const options = { segmentLimit: 10_000 };
  const { spool } = await open(disk, options);
  const id = await submit(spool, pattern(700), envelope("alice", "bob"));
  await spool.note(id, { "mailbox:bob": { attempts: 1, next: 5, held: true } });
  for (let attempts = 1; attempts <= 2000; attempts++) {
    await spool.note(id, { [ALICE]: { ...TRIED, attempts } });
  }
  assertLess((await journals(disk)).length, 8);
  await spool.close();
  const [entry] = (await open(disk, options)).spool.entries();
  assertEquals(entry!.progress(ALICE)!.attempts, 2000);
  assertEquals(entry!.progress("mailbox:bob")!.held, true);
});

Deno.test("what is rewritten at a start tells the newest of a destination", async () => {
  const disk = memoryDisk();
  const options = { segmentLimit: 2000 };
  const first = await open(disk, options);
  const id = await submit(first.spool, pattern(400), envelope("alice"));
  for (let attempts = 1; attempts <= 12; attempts++) {
    await first.spool.note(id, { [ALICE]: { ...TRIED, attempts } });
  }
  assertEquals((await journals(disk)).length, 2);
  // The second segment ends in a note that was refused and cannot be taken back: the
  // next start finds it unproven, and writes it again, behind the newest one, which
  // this message proves.
  disk.faults.failSync = () => true;
  const refused = { [ALICE]: { ...TRIED, attempts: 13 } };
  await assertRejects(() => first.spool.note(id, refused), DiskError);
  disk.faults.failSync = () => false;
  await first.spool.note(id, { [ALICE]: { ...TRIED, attempts: 12 } });
  await submit(first.spool, pattern(1), envelope("bob"));
  const { spool } = await open(disk.kill(), options);
  assertEquals(spool.entry(id)!.progress(ALICE)!.attempts, 12);
  await spool.close();
  const again = await open(disk.kill(), options);
  assertEquals(again.spool.entry(id)!.progress(ALICE)!.attempts, 12);
});

Deno.test("a start writes again only what no later record proves, and only once", async () => {
  const disk = memoryDisk();
  const options = { segmentLimit: 2000 };
  const { spool } = await open(disk, options);
  for (let i = 0; i < 20; i++) {
    await submit(spool, pattern(900), envelope("alice"));
  }
  await spool.close();
  const before = disk.used;
  const again = await open(disk, options);
  // Of ten segments the last one's last batch, and the word that this was done.
  assertLess(disk.used - before, 2 * 900);
  assertLess(900, disk.used - before);
  await again.spool.close();
  const after = disk.used;
  const { spool: third } = await open(disk, options);
  assertEquals(disk.used, after);
  assertEquals(third.entries().length, 20);
});

Deno.test("envelopes are read again where their records lie, carried or not", async () => {
  const disk = memoryDisk();
  const options = { segmentLimit: 3000, recentLimit: 0 };
  const { spool } = await open(disk, options);
  const kept: string[] = [];
  const given = {
    ...envelope("alice"),
    from: "grüße@example.org",
    priority: 3,
  };
  for (let i = 0; i < 40; i++) {
    const id = await submit(spool, pattern(500), { ...given, received: i });
    if (i % 10 === 0) kept.push(id);
    else await spool.settle(id, [ALICE]);
  }
  const check = async (from: Spool) => {
    for (const [i, id] of kept.entries()) {
      const { envelope, priority } = (await from.load(id))!;
      assertEquals(envelope, { ...given, received: 10 * i });
      assertEquals(priority, 3);
    }
  };
  assertEquals((await journals(disk))[0]!.startsWith("00000001"), false);
  await check(spool);
  await spool.close();
  await check((await open(disk, options)).spool);
});

Deno.test("commits of one moment share two syncs at most", async () => {
  const disk = memoryDisk();
  const { spool } = await open(disk);
  await submit(spool, pattern(1), envelope("alice"));
  let syncs = 0;
  disk.faults.failSync = () => ++syncs < 0;
  await Promise.all(
    Array.from(
      { length: 50 },
      () => submit(spool, pattern(100), envelope("alice")),
    ),
  );
  assertEquals(spool.entries().length, 51);
  assert(syncs >= 1 && syncs <= 2, `${syncs} syncs`);
});

Deno.test("a full disk refuses, leaves nothing half-visible, and serves again when space returns", async () => {
  const disk = memoryDisk();
  const { spool } = await open(disk);
  const kept = await submit(spool, pattern(3000), envelope("alice"));
  const [journal] = await journals(disk);
  const good = await load(disk, `/spool/${journal}`);
  disk.faults.capacity = disk.used + 2000;
  for (const size of [3000, 300_000]) {
    const refusal = await assertRejects(
      () => submit(spool, pattern(size), envelope("alice")),
      DiskError,
    );
    assertEquals(refusal.fault, "full");
  }
  assertEquals(await load(disk, `/spool/${journal}`), good);
  assertEquals(ids(spool), [kept]);
  disk.faults.capacity = Infinity;
  const later = await submit(spool, pattern(3000), envelope("alice"));
  assertEquals(await journals(disk), [journal]);
  await spool.close();
  assertEquals(ids((await open(disk)).spool), [kept, later]);
});

Deno.test("on a full disk a settlement finds room where a message of the same moment does not", async () => {
  const disk = memoryDisk();
  const { spool } = await open(disk);
  const id = await submit(spool, pattern(3000), envelope("alice"));
  disk.faults.capacity = disk.used + 2000;
  const [settled, refused] = await Promise.allSettled([
    spool.settle(id, [ALICE]),
    submit(spool, pattern(3000), envelope("bob")),
  ]);
  assertEquals([settled.status, refused.status], ["fulfilled", "rejected"]);
  assertEquals(ids(spool), []);
});

Deno.test("a read-only disk refuses, and serves again when it may be written", async () => {
  const disk = memoryDisk();
  const { spool } = await open(disk);
  const id = await submit(spool, pattern(10), envelope("alice"));
  disk.faults.readOnly = true;
  const refusal = await assertRejects(
    () => submit(spool, pattern(10), envelope("alice")),
    DiskError,
  );
  assertEquals(refusal.fault, "read-only");
  assertEquals(await readAll(spool, id), pattern(10));
  disk.faults.readOnly = false;
  const later = await submit(spool, pattern(10), envelope("alice"));
  assertEquals(ids(spool), [id, later]);
});

Deno.test("a failed sync refuses its batch for good and ends its segment", async () => {
  const disk = memoryDisk();
  const { spool } = await open(disk);
  const kept = await submit(spool, pattern(100), envelope("alice"));
  disk.faults.failSync = (why) => why === "journal";
  const batch = await Promise.allSettled(
    [1, 2, 3].map((size) => submit(spool, pattern(size), envelope("alice"))),
  );
  assertEquals(batch.map(({ status }) => status), Array(3).fill("rejected"));
  await assertRejects(() => spool.settle(kept, [ALICE]), DiskError);
  assertEquals([...spool.entries()[0]!.pending], [ALICE]);
  disk.faults.failSync = () => false;
  const later = await submit(spool, pattern(5), envelope("alice"));
  assertLess(1, (await journals(disk)).length);
  const found = await open(disk.powerCut(seededRandom(1)));
  assertEquals(ids(found.spool), [kept, later]);
});

Deno.test("a torn tail is cut off and what stands before it is served", async () => {
  const disk = memoryDisk();
  const kept = await fill(disk, 1000, 2000, 3000);
  const [journal] = await journals(disk);
  const whole = await load(disk, `/spool/${journal}`);
  for (const lost of [1, 2500, 3000]) {
    const path = `/spool/${journal}`;
    await save(disk, path, whole.subarray(0, whole.length - lost));
    const { spool, events } = await open(disk);
    assertEquals(ids(spool), kept.slice(0, 2), `${lost} octets lost`);
    assertEquals(events, ["spool_tail_cut"]);
    await spool.close();
    for (const name of await journals(disk)) {
      await disk.unlink(`/spool/${name}`);
    }
  }
  assertEquals(await disk.list("/spool/quarantine"), []);
});

Deno.test("however little a start reads at a time, it finds the same", async () => {
  for (const readLimit of [1, 100, 1000, 2700, 10_000, 1_000_000]) {
    const disk = memoryDisk();
    const kept = await fill(disk, 0, 1000, 2000, 6000, 300, 3000);
    const path = `/spool/${(await journals(disk))[0]}`;
    const bytes = await load(disk, path);
    bytes[2000]! ^= 0x10;
    await save(disk, path, bytes.subarray(0, -1));
    const { spool, events } = await open(disk, { readLimit });
    kept.splice(2, 1);
    kept.pop();
    assertEquals(ids(spool), kept, `${readLimit} octets at a time`);
    assertEquals(events, ["spool_damaged", "spool_tail_cut"]);
    assertEquals(await readAll(spool, kept[2]!), pattern(6000));
    assertEquals(await readAll(spool, kept[3]!), pattern(300));
    const copies = await disk.list("/spool/quarantine");
    const aside = await load(disk, `/spool/quarantine/${copies[0]}`);
    assert(
      aside.length > 2000 && aside.length < 2700,
      `${aside.length} octets`,
    );
    await spool.close();
  }
});

Deno.test("a damaged record in the middle is quarantined and the rest is served", async () => {
  const disk = memoryDisk();
  const [first, second, third] = await fill(disk, 1000, 2000, 3000);
  const path = `/spool/${(await journals(disk))[0]}`;
  const bytes = await load(disk, path);
  bytes[2000]! ^= 0x10;
  await save(disk, path, bytes);
  const { spool, events } = await open(disk);
  assertEquals(ids(spool), [first, third]);
  assertEquals(await readAll(spool, third!), pattern(3000));
  assertEquals(events, ["spool_damaged"]);
  const [copy] = await disk.list("/spool/quarantine");
  const aside = await load(disk, `/spool/quarantine/${copy}`);
  const text = new TextDecoder("latin1").decode(aside);
  assert(text.includes(second!), "the copy holds the damaged record");
  assertLess(2000, aside.length);
  await spool.close();
  assertEquals((await open(disk)).events, [], "it is reported once");
});

Deno.test("a damaged record without room for its copy holds up nothing", async () => {
  const disk = memoryDisk();
  const [, second] = await fill(disk, 1000, 2000);
  const path = `/spool/${(await journals(disk))[0]}`;
  const bytes = await load(disk, path);
  bytes[500]! ^= 0x10;
  await save(disk, path, bytes);
  disk.faults.capacity = disk.used + 100;
  const { spool, events } = await open(disk);
  assertEquals(ids(spool), [second]);
  assertEquals(events.slice(0, 2), ["spool_damaged", "spool_not_quarantined"]);
  assertEquals(await disk.list("/spool/quarantine"), []);
});

Deno.test("nothing inside a message passes for a record when the record around it is damaged", async () => {
  const disk = memoryDisk();
  const { spool } = await open(disk);
  await submit(spool, pattern(100), envelope("alice"));
  const path = `/spool/${(await journals(disk))[0]}`;
  const record = await load(disk, path);
  // What an attacker can know is the form of a record, not the mark of the segment.
  const forged = record.slice();
  forged.fill(0x61, 0, forged.indexOf(0x20));
  await submit(spool, forged, envelope("bob"));
  const last = await submit(spool, pattern(10), envelope("carol"));
  await spool.close();
  const bytes = await load(disk, path);
  bytes[record.length + 30]! ^= 1;
  await save(disk, path, bytes);
  const found = await open(disk);
  const entries = await Promise.all(
    ids(found.spool).map((id) => found.spool.load(id)),
  );
  const left = entries.map((entry) => entry!.envelope.recipients[0]!.address);
  assertEquals(left, ["alice", "carol"]);
  assertEquals(ids(found.spool)[1], last);
});

Deno.test("any octets as a journal: open() does not throw and sets aside what it cannot read", async () => {
  const random = seededRandom(11);
  const sound = memoryDisk();
  const kept = await fill(sound, 300, 400, 500);
  const [journal] = await journals(sound);
  const whole = await load(sound, `/spool/${journal}`);
  for (let round = 0; round < 300; round++) {
    const disk = memoryDisk();
    const later = await fill(disk, 200);
    const path = `/spool/00000000-${journal!.slice(9)}`;
    await save(disk, path, mutate(whole, random));
    const { spool } = await open(disk);
    const found = ids(spool);
    assert(found.includes(later[0]!), "a later segment is served");
    for (const id of found) {
      if (later.includes(id)) continue;
      const size = [300, 400, 500][kept.indexOf(id)]!;
      assertEquals(await readAll(spool, id), pattern(size));
    }
    await spool.close();
  }
});

/** Random octets, or `bytes` with some changed, cut out, doubled. */
function mutate(bytes: Uint8Array, random: () => number): Uint8Array {
  const at = Math.floor(random() * bytes.length);
  const to = at + Math.floor(random() * (bytes.length - at));
  const changed = bytes.slice();
  const kind = Math.floor(random() * 4);
  if (kind === 0) {
    return changed.map(() => Math.floor(random() * 256)).subarray(at);
  }
  if (kind === 1) changed[at]! ^= 1 << Math.floor(random() * 8);
  if (kind === 2) changed.copyWithin(at, to);
  if (kind === 3) changed.fill(random() < 0.5 ? 0 : 0x20, at, to);
  return changed;
}

Deno.test("segments that are settled are removed; a live entry does not keep many", async () => {
  const disk = memoryDisk();
  const options = { segmentLimit: 10_000 };
  const { spool, events } = await open(disk, options);
  const stays = await submit(spool, pattern(700), envelope("alice", "bob"));
  const huge = await submit(spool, pattern(300_000), envelope("carol"));
  await spool.settle(stays, ["mailbox:bob"]);
  for (let i = 0; i < 200; i++) {
    const id = await submit(spool, pattern(2000), envelope("alice"));
    await spool.settle(id, [ALICE]);
  }
  assertEquals(ids(spool), [stays, huge]);
  const names = await journals(disk);
  assertLess(names.length, 8);
  assertEquals(await readAll(spool, stays), pattern(700));
  await spool.close();
  const found = await open(disk, options);
  assertEquals(ids(found.spool), [stays, huge]);
  assertEquals([...found.spool.entries()[0]!.pending], [ALICE]);
  assertEquals(await readAll(found.spool, stays), pattern(700));
  assertEquals(await readAll(found.spool, huge), pattern(300_000));
  assertEquals(events, []);
});

Deno.test("when all is settled a restart leaves no segment of before", async () => {
  const disk = memoryDisk();
  const { spool } = await open(disk);
  const id = await submit(spool, pattern(1000), envelope("alice"));
  await spool.settle(id, [ALICE]);
  await spool.close();
  for (let restart = 0; restart < 2; restart++) {
    await (await open(disk)).spool.close();
  }
  assertEquals(await journals(disk), []);
});

Deno.test("a large message's file goes with its draft, its refusal, or its last settlement", async () => {
  const disk = memoryDisk();
  const { spool } = await open(disk);
  const files = () => disk.list("/spool/large");
  const draft = spool.begin();
  await draft.write(pattern(300_000));
  assertEquals(await files(), [draft.id]);
  await draft.abort();
  assertEquals(await files(), []);
  const id = await submit(spool, pattern(300_000), envelope("alice"));
  disk.faults.failSync = () => true;
  await assertRejects(() => submit(spool, pattern(300_000), envelope("bob")));
  disk.faults.failSync = () => false;
  assertEquals(await files(), [id]);
  await spool.settle(id, [ALICE]);
  assertEquals(await files(), []);
});

Deno.test("a large message's file without a record is removed at the next start", async () => {
  const disk = memoryDisk();
  const { spool } = await open(disk);
  const kept = await submit(spool, pattern(300_000), envelope("alice"));
  const draft = spool.begin();
  await draft.write(pattern(300_000));
  await open(disk.kill()).then(({ events }) => assertEquals(events, []));
  assertEquals(await disk.kill().list("/spool/large"), [kept]);
});

Deno.test("a large message whose file is cut short is set aside", async () => {
  const disk = memoryDisk();
  const [large, small] = await fill(disk, 300_000, 10);
  const path = `/spool/large/${large}`;
  await save(disk, path, (await load(disk, path)).subarray(0, 1000));
  const { spool, events } = await open(disk);
  assertEquals(ids(spool), [small]);
  assertEquals(events, ["spool_large_damaged"]);
  assertEquals(await disk.list("/spool/quarantine"), [large]);
});

Deno.test("a restart within the same millisecond gives no id twice", async () => {
  const disk = memoryDisk();
  const seen = new Set<string>();
  const random = seededRandom(9);
  for (let restart = 0; restart < 20; restart++) {
    const { spool } = await open(disk, { random });
    for (let i = 0; i < 20; i++) seen.add(spool.begin().id);
    await spool.close();
  }
  assertEquals(seen.size, 400);
});

Deno.test("a write that failed leaves nothing to commit", async () => {
  const disk = memoryDisk();
  const { spool } = await open(disk);
  disk.faults.capacity = disk.used + 100_000;
  const draft = spool.begin();
  await draft.write(pattern(200_000));
  await assertRejects(
    async () => await draft.write(pattern(200_000)),
    DiskError,
  );
  disk.faults.capacity = Infinity;
  await assertRejects(() => draft.commit(envelope("alice")), Error, "failed");
  await draft.abort();
  assertEquals(await disk.list("/spool/large"), []);
  assertEquals(ids(spool), []);
});

Deno.test("after close() nothing is taken and waits end", async () => {
  const disk: MemoryDisk = memoryDisk();
  const { spool } = await open(disk);
  const id = await submit(spool, pattern(10), envelope("alice"));
  const wait = assertRejects(() => spool.settled(id, ALICE), Error, "closed");
  await spool.close();
  await wait;
  await assertRejects(
    () => submit(spool, pattern(10), envelope("alice")),
    Error,
    "closed",
  );
  assertEquals(ids((await open(disk)).spool), [id]);
});

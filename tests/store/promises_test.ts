/** What the store promises when disks fill up, syncs fail, and processes die. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { DiskError, MemoryDisk } from "../../src/disk/mod.ts";
import {
  type Change,
  maildirStore,
  type MaildirStoreOptions,
  memoryIndex,
  type Meta,
} from "../../src/store/mod.ts";
import {
  formatNumbers,
  parseNumbers,
  type ReservedNumbers,
} from "../../src/store/numbers.ts";
import { tickingDisk } from "./ticking_disk.ts";
import { append, inboxOf, textOf, utf8 } from "./conformance.ts";

const CUR = "/mail/example.test/alice/cur";
const NEW = "/mail/example.test/alice/new";
const TMP = "/mail/example.test/alice/tmp";

function storeOn(disk: MemoryDisk, more: Partial<MaildirStoreOptions> = {}) {
  return maildirStore({ disk, root: "/mail", index: memoryIndex(), ...more });
}

Deno.test("an acknowledged message survives a power cut with UID, date, flags and unique id", async () => {
  const disk = tickingDisk();
  const inbox = await inboxOf(storeOn(disk));
  const meta = await inbox.append([utf8("hello")], {
    flags: ["\\Seen", "Work"],
    internalDate: 1000,
  });
  const found = await inboxOf(storeOn(disk.powerCut(() => 0)));
  const [kept] = await found.metas();
  assertEquals({ ...kept, modseq: 0 }, { ...meta, modseq: 0 });
  assertEquals(found.uidValidity, inbox.uidValidity);
  assertEquals(await textOf(found, meta.uid), "hello");
});

Deno.test("no UID is used twice, whatever was expunged before the cut", async () => {
  let disk = tickingDisk();
  let last = 0;
  for (let life = 0; life < 10; life++) {
    const inbox = await inboxOf(storeOn(disk));
    for (let i = 0; i < 40; i++) {
      const { uid } = await append(inbox, "x");
      assert(uid > last, `${uid} after ${last}`);
      last = uid;
      await inbox.expunge([uid]);
    }
    disk = disk.powerCut(() => 0.99);
  }
  assert(last < 10 * 200, "a crash skips few UIDs");
});

Deno.test("a full disk refuses messages, leaves nothing, lets messages be removed, and works again", async () => {
  const disk = tickingDisk();
  const inbox = await inboxOf(storeOn(disk));
  const kept: Meta[] = [];
  for (let i = 0; i < 12; i++) kept.push(await append(inbox, `m${i}`));
  disk.faults.capacity = disk.used + 10;
  const error = await assertRejects(
    () => append(inbox, "x".repeat(100)),
    DiskError,
  );
  assertEquals(error.fault, "full");
  assertEquals(await disk.list(TMP), []);
  assertEquals(await inbox.metas(), kept);
  disk.faults.capacity = 0;
  for (const { uid } of kept) await inbox.expunge([uid]);
  assertEquals(await inbox.metas(), []);
  disk.faults.capacity = Infinity;
  await append(inbox, "x".repeat(100));
  assertEquals((await inbox.metas()).length, 1);
});

Deno.test("a read-only disk serves what is there and refuses what is not", async () => {
  const disk = tickingDisk();
  const before = await inboxOf(storeOn(disk));
  const meta = await append(before, "x");
  disk.faults.readOnly = true;
  const inbox = await inboxOf(storeOn(disk));
  assertEquals(await textOf(inbox, meta.uid), "x");
  const error = await assertRejects(() => append(inbox, "y"), DiskError);
  assertEquals(error.fault, "read-only");
  await assertRejects(
    () => inbox.setFlags([meta.uid], "add", ["\\Seen"]),
    DiskError,
  );
  await assertRejects(() => inbox.expunge([meta.uid]), DiskError);
  assertEquals((await inbox.metas()).map((m) => m.uid), [meta.uid]);
});

Deno.test("a message whose sync failed is refused and leaves nothing", async () => {
  for (const sync of ["store.message", "store.new"]) {
    const disk = tickingDisk();
    const inbox = await inboxOf(storeOn(disk));
    const changes: Change[] = [];
    inbox.watch((change) => changes.push(change));
    let failures = 1;
    disk.faults.failSync = (why) => why === sync && failures-- > 0;
    await assertRejects(() => append(inbox, "x"), DiskError);
    assertEquals(await disk.list(NEW), [], sync);
    assertEquals(await disk.list(TMP), [], sync);
    assertEquals(await inbox.metas(), []);
    assertEquals(changes, []);
    await append(inbox, "y");
    assertEquals(changes.length, 1);
  }
});

Deno.test("a delivery whose folder sync failed is found by the next try", async () => {
  const disk = tickingDisk();
  const inbox = await inboxOf(storeOn(disk));
  const deliver = () => inbox.append([utf8("x")], { deliveryId: "d" });
  let failures = 1;
  disk.faults.failSync = (why) => why === "store.new" && failures-- > 0;
  await assertRejects(deliver, DiskError);
  const meta = await deliver();
  assertEquals(await inbox.metas(), [meta]);
  for (const chance of [0, 0.5, 0.99]) {
    const found = await inboxOf(storeOn(disk.powerCut(() => chance)));
    assertEquals((await found.metas()).map((m) => m.uid), [meta.uid]);
  }
});

Deno.test("a delivery that a dying process left unsynced is certain once its replay is acknowledged", async () => {
  const disk = tickingDisk();
  const first = await inboxOf(storeOn(disk));
  disk.faults.failSync = (why) => why === "store.new";
  const options = { deliveryId: "d", internalDate: 9000 };
  await assertRejects(() => first.append([utf8("x")], options), DiskError);
  disk.faults.failSync = () => false;
  const second = await inboxOf(storeOn(disk));
  const meta = await second.append([utf8("x")], options);
  const third = await inboxOf(storeOn(disk.powerCut(() => 0.99)));
  assertEquals((await third.metas()).map((m) => m.uniqueId), [meta.uniqueId]);
});

Deno.test("the spool has forgotten a delivery before its message is removed", async () => {
  const disk = tickingDisk();
  const asked: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const inbox = await inboxOf(storeOn(disk, {
    settled: (id, account) => {
      asked.push(`${id} ${account}`);
      return promise;
    },
  }));
  const delivered = await inbox.append([], { deliveryId: "d-1" });
  const other = await append(inbox, "x");
  const expunging = inbox.expunge([delivered.uid, other.uid]);
  // The spool may have to deliver to this very mailbox first.
  await inbox.append([], { deliveryId: "d-1" });
  assertEquals(asked, ["d-1 alice@example.test"]);
  assertEquals((await inbox.metas()).length, 2);
  resolve();
  await expunging;
  assertEquals(await inbox.metas(), []);
  await inbox.expunge([other.uid]);
  assertEquals(asked.length, 1);
});

Deno.test("a copy carries no delivery: it is removed without asking, and no replay finds it", async () => {
  const disk = tickingDisk();
  const asked: string[] = [];
  const settled = (id: string) => Promise.resolve(void asked.push(id));
  const inbox = await inboxOf(storeOn(disk, { settled }));
  const one = await inbox.append([utf8("x")], { deliveryId: "d" });
  await inbox.copy([one.uid], "INBOX");
  await inbox.expunge([one.uid]);
  asked.length = 0;
  await inbox.expunge((await inbox.metas()).map((m) => m.uid));
  assertEquals(asked, []);
});

Deno.test("a move from new/ to cur/ that a crash cut in two leaves one message", async () => {
  const disk = tickingDisk();
  const inbox = await inboxOf(storeOn(disk));
  const { uid } = await append(inbox, "x");
  const [name] = await disk.list(NEW);
  await disk.link(`${NEW}/${name}`, `${CUR}/${name}:2,S`);
  const [meta, ...others] = await inbox.metas();
  assertEquals([meta!.uid, meta!.flags, others], [uid, ["\\Seen"], []]);
  assertEquals(await disk.list(NEW), []);
});

Deno.test("copying that fails half-way leaves nothing (RFC 9051 §6.4.7)", async () => {
  const disk = tickingDisk();
  const store = storeOn(disk);
  const inbox = await inboxOf(store);
  const sent = await (await store.open("alice@example.test")).create("Sent");
  const uids: number[] = [];
  for (const text of ["a", "b", "c"]) {
    uids.push((await append(inbox, text)).uid);
  }
  let failures = 1;
  disk.faults.failSync = (why) => why === "store.new" && failures-- > 0;
  await assertRejects(() => inbox.copy(uids, "Sent"), DiskError);
  assertEquals(await sent.metas(), []);
  await inbox.copy(uids, "Sent");
  assertEquals((await sent.metas()).length, 3);
});

Deno.test("an account that fails to open opens when its disk is well again", async () => {
  const disk = tickingDisk();
  const store = storeOn(disk);
  disk.faults.readOnly = true;
  await assertRejects(() => store.open("alice@example.test"), DiskError);
  disk.faults.readOnly = false;
  assertEquals(await (await inboxOf(store)).metas(), []);
});

Deno.test("a watcher that throws keeps neither the others nor the mailbox from going on", async () => {
  const events: string[] = [];
  const log = (event: string) => void events.push(event);
  const inbox = await inboxOf(storeOn(tickingDisk(), { log }));
  let heard = 0;
  inbox.watch(() => {
    throw new Error("mine");
  });
  inbox.watch(() => heard++);
  await append(inbox, "x");
  assertEquals([heard, events], [1, ["store.watcher-failed"]]);
});

Deno.test("an account that is closed for room is watched no less, and one that is watched stays open", async () => {
  const disk = tickingDisk();
  const store = storeOn(disk, { keepAccounts: 1 });
  const inbox = await inboxOf(store);
  const one = await append(inbox, "1");
  for (const name of ["b", "c", "d"]) await inboxOf(store, `${name}@x.test`);
  const changes: Change[] = [];
  inbox.watch((change) => changes.push(change));
  for (const name of ["e", "f", "g"]) await inboxOf(store, `${name}@x.test`);
  await inbox.expunge([one.uid]);
  assertEquals(changes.map(({ kind }) => kind), ["expunged"]);
});

Deno.test("parseNumbers() reads what formatNumbers() writes, and nothing else", () => {
  const numbers: ReservedNumbers = {
    ...{ uidValidity: 5, uidNext: 6, modseqNext: 7 },
    ...{ mailboxId: "F-x_1", specialUse: "\\Junk" },
  };
  const text = formatNumbers(numbers);
  assertEquals(parseNumbers(text), numbers);
  const plain = formatNumbers({ ...numbers, specialUse: undefined });
  assertEquals(parseNumbers(plain), { ...numbers, specialUse: undefined });
  const old = plain.replace("mailboxid F-x_1\n", "");
  assertEquals(parseNumbers(old)?.mailboxId, "F5");
  for (
    const damaged of [
      "",
      text.slice(0, -1),
      text.slice(1),
      text + text,
      text.replace("6", "0"),
      text.replace("6", "-6"),
      text.replace("6", "66666666666"),
      "\0".repeat(text.length),
    ]
  ) {
    assertEquals(parseNumbers(damaged), undefined, damaged);
  }
});

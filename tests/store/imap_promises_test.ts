/** What a Maildir keeps of IMAP's promises through the loss of its index, and beside other programs. */

import { assert, assertEquals } from "@std/assert";
import { DiskError, type MemoryDisk } from "../../src/disk/mod.ts";
import { formatFacts, parseFacts } from "../../src/store/account_file.ts";
import { mailboxFolder } from "../../src/store/mailbox_name.ts";
import {
  maildirStore,
  type MailUser,
  memoryIndex,
  type OpenIndex,
} from "../../src/store/mod.ts";
import { utf8 } from "./conformance.ts";
import { tickingDisk } from "./ticking_disk.ts";

const HOME = "/mail/example.test/alice";
let time = 1_700_000_000_000;

async function userOn(
  disk: MemoryDisk,
  index: OpenIndex = memoryIndex(),
): Promise<MailUser & { close: () => Promise<void> }> {
  const now = () => time += 1000;
  const store = maildirStore({ disk, root: "/mail", index, now });
  const user = await store.open("alice@example.test");
  return { ...user, close: () => store.close() };
}

async function put(disk: MemoryDisk, path: string, text: string) {
  const file = await disk.open(path, "create");
  await file.write(utf8(text));
  file.close();
}

Deno.test("the loss of the index changes nothing that a client can see but modseqs, which rise", async () => {
  const disk = tickingDisk();
  const first = await userOn(disk);
  const work = await first.create("Work", { specialUse: "\\Archive" });
  const words = Array.from({ length: 120 }, (_, i) => `Word${i}`);
  const { uid } = await work.append([utf8("1")], {
    ...{ flags: ["\\Seen", ...words], internalDate: 5000, savedDate: 7000 },
  });
  await work.append([utf8("2")], { flags: ["$Forwarded"] });
  await work.copy([uid], "Work");
  const before = await work.metas();
  const status = await work.status();
  await first.close();
  const second = await userOn(disk);
  const again = (await second.mailbox("Work"))!;
  const plain = (metas: typeof before) =>
    metas.map(({ modseq: _, ...rest }) => rest);
  assertEquals(plain(await again.metas()), plain(before));
  assertEquals(
    [again.id, again.uidValidity, again.specialUse],
    [work.id, work.uidValidity, "\\Archive"],
  );
  const after = await again.status();
  assert(after.highestModseq >= status.highestModseq);
  assert(after.uidNext >= status.uidNext);
  for (const [i, { modseq }] of (await again.metas()).entries()) {
    assert(modseq >= before[i]!.modseq);
    assert(modseq <= after.highestModseq);
  }
  assertEquals(await again.expungedSince(status.highestModseq - 1), undefined);
});

Deno.test("after a restart in peace the index still knows what went", async () => {
  const disk = tickingDisk();
  const index = memoryIndex();
  const first = await userOn(disk, index);
  const inbox = (await first.mailbox("INBOX"))!;
  const metas = await inbox.appendAll([1, 2, 3].map(() => ({ chunks: [] })));
  const { highestModseq } = await inbox.status();
  await inbox.expunge([metas[1]!.uid]);
  await first.close();
  const second = await userOn(disk, index);
  const again = (await second.mailbox("INBOX"))!;
  assertEquals(await again.expungedSince(highestModseq), [metas[1]!.uid]);
  assertEquals(await again.expungedSince(0), undefined);
  await again.expunge([metas[2]!.uid]);
  // Killed: the index was told nothing of the last.
  const third = await userOn(disk.kill(), index);
  const last = (await third.mailbox("INBOX"))!;
  assertEquals(await last.expungedSince(highestModseq), undefined);
});

Deno.test("what only delivers makes no file for IMAP", async () => {
  const disk = tickingDisk();
  const user = await userOn(disk);
  await (await user.mailbox("INBOX"))!.append([], { deliveryId: "a" });
  assertEquals((await disk.list(HOME)).sort(), [
    ...["cur", "denomaild-uids", "new", "tmp"],
  ]);
  await user.makeDefaults();
  assert((await disk.list(HOME)).includes("denomaild-account"));
});

Deno.test("subscriptions are read as both Dovecots write them", async () => {
  for (
    const text of [
      "V\t2\n\nLists\tDe.no\nCaf&AOk-\n",
      "Lists.De\\2eno\nCaf&AOk-\n",
    ]
  ) {
    const disk = tickingDisk();
    await disk.makeDir(HOME);
    await put(disk, `${HOME}/subscriptions`, text);
    const user = await userOn(disk);
    assertEquals(await user.subscribed(), ["Caf\u00e9", "Lists/De.no"]);
  }
});

Deno.test("a mailbox that another program made gets what it lacks", async () => {
  const disk = tickingDisk();
  for (const folder of ["cur", "new", "tmp"]) {
    await disk.makeDir(`${HOME}/.Sent/${folder}`);
  }
  await put(disk, `${HOME}/.Sent/cur/1600000000.M1P2.host:2,S`, "x");
  const user = await userOn(disk);
  await user.makeDefaults();
  const sent = (await user.mailbox("Sent"))!;
  assertEquals(sent.specialUse, "\\Sent");
  const [meta] = await sent.metas();
  assertEquals([meta!.savedDate, meta!.flags], [1_600_000_000_000, ["\\Seen"]]);
});

Deno.test("a mailbox whose folder another program renamed keeps its numbers", async () => {
  const disk = tickingDisk();
  const user = await userOn(disk);
  const old = await user.create("Old");
  const { uid } = await old.append([utf8("x")]);
  await user.close();
  await disk.rename(`${HOME}/.Old`, `${HOME}/.New`);
  const again = await userOn(disk);
  const found = (await again.mailbox("New"))!;
  assertEquals([found.id, found.uidValidity], [old.id, old.uidValidity]);
  assertEquals((await found.metas())[0]!.uid, uid);
});

Deno.test("mailboxes that other programs named in another form than NFC are there under their normal names", async () => {
  const disk = tickingDisk();
  const strange = [
    "A\u0308",
    "inbox/e\u0301",
    "U\u0308/a",
    "o\u0308",
    "\u00f6",
  ];
  for (const name of [...strange, "inbox"]) {
    for (const folder of ["cur", "new", "tmp"]) {
      await disk.makeDir(`${HOME}/${mailboxFolder(name)}/${folder}`);
    }
    await put(disk, `${HOME}/${mailboxFolder(name)}/cur/1.M1P2.host:2,S`, name);
  }
  const user = await userOn(disk);
  assertEquals((await user.mailbox("\u00c4"))!.name, "\u00c4");
  const names = ["INBOX", "INBOX/\u00e9", "\u00c4", "\u00dc/a", "\u00f6"];
  const infos = await user.list();
  assertEquals(
    infos.filter(({ selectable }) => selectable).map(({ name }) => name),
    names,
  );
  for (const name of names.slice(1)) {
    const [meta] = await (await user.mailbox(name))!.metas();
    assertEquals(
      meta!.size,
      utf8(name.normalize(name === "\u00f6" ? "NFC" : "NFD")).length,
    );
  }
  await user.delete("\u00f6");
  // What was in the way of the other is gone.
  const [meta] = await (await user.mailbox("\u00f6"))!.metas();
  assertEquals(meta!.size, utf8("o\u0308").length);
});

Deno.test("no UIDVALIDITY is given twice in an account, though time stands still", async () => {
  const disk = tickingDisk();
  const store = maildirStore({
    ...{ disk, root: "/mail", index: memoryIndex(), now: () => 5_000_000 },
  });
  const user = await store.open("alice@example.test");
  const seen = new Set([(await user.mailbox("INBOX"))!.uidValidity]);
  for (let i = 0; i < 5; i++) {
    seen.add((await user.create("A")).uidValidity);
    await user.delete("A");
  }
  assertEquals(seen.size, 6);
});

Deno.test("parseFacts() reads what formatFacts() writes, and nothing torn", () => {
  const facts = {
    uidValidity: 7,
    hasDefaults: true,
    limits: { octets: 5, messages: undefined },
    hasTextIndex: false,
    renaming: ["A b", "C\n/\u00e9"] as [string, string],
  };
  const text = formatFacts(facts);
  assertEquals(parseFacts(text), facts);
  const none = {
    ...{ uidValidity: 0, hasDefaults: false, hasTextIndex: true },
    limits: { octets: undefined, messages: undefined },
    renaming: undefined,
  };
  assertEquals(parseFacts(formatFacts(none)), none);
  for (const torn of ["", text.slice(0, -1), text.slice(3), "\0\0\0"]) {
    assertEquals(parseFacts(torn), undefined);
  }
});

Deno.test("a message at which the disk stumbles shows as soon as it does not", async () => {
  const disk = tickingDisk();
  const user = await userOn(disk);
  await user.close();
  await put(disk, `${HOME}/new/1600000000.M1P2.host`, "x");
  let failures = 3;
  const stat = disk.stat.bind(disk);
  disk.stat = async (path) => {
    if (path.includes("M1P2") && failures-- > 0) {
      throw new DiskError("io", "Cannot look: bad sector");
    }
    return await stat(path);
  };
  const again = await userOn(disk);
  const inbox = (await again.mailbox("INBOX"))!;
  assertEquals((await inbox.metas()).length, 0);
  time += 60_000;
  assertEquals((await inbox.metas()).length, 1);
});

Deno.test("a clean stop gives back the numbers that were not used; kill -9, and others' reservations, skip them", async () => {
  let disk = tickingDisk();
  const index = memoryIndex();
  const open = async (givesBack = true) => {
    const store = maildirStore({ disk, root: "/mail", index, givesBack });
    const user = await store.open("alice@example.test");
    const inbox = (await user.mailbox("INBOX"))!;
    return { inbox, store };
  };
  const numbersOf = async ({ inbox }: Awaited<ReturnType<typeof open>>) => {
    const { uidNext, highestModseq } = await inbox.status();
    return [uidNext, highestModseq];
  };
  const first = await open();
  await first.inbox.append([utf8("1")]);
  const { uid } = await first.inbox.append([utf8("2")]);
  await first.inbox.expunge([uid]);
  const numbers = await numbersOf(first);
  await first.store.close();
  // What the stop said is certain.
  disk = disk.powerCut(() => 0.99);

  const second = await open();
  assertEquals(await numbersOf(second), numbers);
  await second.store.close();
  const third = await open();
  assertEquals(await numbersOf(third), numbers);
  assertEquals((await third.inbox.append([utf8("3")])).uid, uid + 1);
  const shown = await numbersOf(third);
  disk = disk.kill();

  const fourth = await open();
  const skipped = await numbersOf(fourth);
  assert(skipped[0]! > shown[0]! && skipped[1]! > shown[1]!, `${skipped}`);
  const beside = await open(false);
  const own = await fourth.inbox.append([utf8("4")]);
  const theirs = await beside.inbox.append([utf8("5")]);
  await beside.store.close();
  await fourth.store.close();
  const fifth = await open();
  assert(theirs.uid > own.uid);
  assert((await fifth.inbox.append([utf8("6")])).uid > theirs.uid);
});

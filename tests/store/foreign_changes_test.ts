/** Other programs change a Maildir behind our back: it is noticed, told, and survives. */

import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { filesDisk } from "../../src/disk/mod.ts";
import {
  type Change,
  type Mailbox,
  type MaildirStore,
  maildirStore,
  type MaildirStoreOptions,
  memoryIndex,
  NoSuchMessage,
  sqliteIndex,
} from "../../src/store/mod.ts";
import { TextsFailed } from "../../src/store/index.ts";
import { append, inboxOf, textOf, utf8 } from "./conformance.ts";

interface Stage {
  readonly store: MaildirStore;
  readonly inbox: Mailbox;
  /** The folder of INBOX. */
  readonly path: string;
  readonly events: string[];
  /** Closes the store and opens another one over the same folders. */
  readonly again: (
    options?: Partial<MaildirStoreOptions>,
    meanwhile?: () => Promise<void>,
  ) => Promise<Mailbox>;
}

function test(claim: string, run: (stage: Stage) => Promise<void>): void {
  Deno.test(`maildirStore: ${claim}`, async () => {
    const root = await Deno.makeTempDir();
    const events: string[] = [];
    const options: MaildirStoreOptions = {
      disk: filesDisk(),
      root: `${root}/mail`,
      index: sqliteIndex((event) => events.push(event)),
      log: (event) => events.push(event),
    };
    let store = maildirStore(options);
    const again: Stage["again"] = async (more = {}, meanwhile) => {
      await store.close();
      await meanwhile?.();
      store = maildirStore({ ...options, ...more });
      return inboxOf(store);
    };
    try {
      const inbox = await inboxOf(store);
      const path = `${root}/mail/example.test/alice`;
      await run({ store, inbox, path, events, again });
    } finally {
      await store.close();
      await Deno.remove(root, { recursive: true });
    }
  });
}

function names(path: string): string[] {
  return ["new", "cur"].flatMap((folder) =>
    [...Deno.readDirSync(`${path}/${folder}`)].map((e) => `${folder}/${e.name}`)
  ).sort();
}

function heard(mailbox: Mailbox): Change[] {
  const changes: Change[] = [];
  mailbox.watch((change) => changes.push(change));
  return changes;
}

test("a file that somebody drops into new/ is a message with a UID and a unique id that stay", async ({ inbox, path, again }) => {
  const first = await append(inbox, "ours");
  const changes = heard(inbox);
  Deno.writeTextFileSync(`${path}/new/1700000000.5_1.other host`, "dropped");
  Deno.utimeSync(
    `${path}/new/1700000000.5_1.other host`,
    1600000000,
    1600000000,
  );
  const [ours, dropped] = await inbox.metas();
  assertEquals(ours, first);
  assert(dropped && dropped.uid > first.uid);
  assertEquals(dropped.size, 7);
  assertEquals(dropped.internalDate, 1_600_000_000_000);
  assert(/^H[\x21-\x7e]{43}$/.test(dropped.uniqueId), dropped.uniqueId);
  assertEquals(changes, [{ kind: "appended", meta: dropped }]);
  assertEquals(await textOf(inbox, dropped.uid), "dropped");
  const reopened = await again();
  assertEquals(await reopened.metas(), [first, dropped]);
  await Deno.remove(`${path}/index.db`);
  assertEquals(stable(await (await again()).metas()), stable([first, dropped]));
});

test("a file that somebody removes is told as expunged", async ({ inbox, path }) => {
  const [one, two] = [await append(inbox, "1"), await append(inbox, "2")];
  const changes = heard(inbox);
  await Deno.remove(
    `${path}/${names(path).find((n) => n.includes(`U=${one.uid}`))}`,
  );
  await assertRejects(() => inbox.read(one.uid), NoSuchMessage);
  assertEquals(await inbox.metas(), [two]);
  assertEquals(changes.map((c) => c.kind === "expunged" && c.uid), [one.uid]);
});

test("flags that somebody sets by renaming are told, the message stays the same", async ({ inbox, path }) => {
  const one = await append(inbox, "1");
  const changes = heard(inbox);
  const [file] = names(path);
  const name = file!.slice("new/".length);
  await Deno.rename(`${path}/${file}`, `${path}/cur/${name}:2,FS`);
  assertEquals(await textOf(inbox, one.uid), "1");
  const [meta] = await inbox.metas();
  assertEquals(meta, {
    ...one,
    flags: ["\\Flagged", "\\Seen"],
    modseq: meta!.modseq,
  });
  assert(meta!.modseq > one.modseq);
  assertEquals(changes, [{ kind: "flags", meta: meta! }]);
});

test("setFlags, copy and expunge find a file that was renamed meanwhile", async ({ inbox, path, store }) => {
  const one = await append(inbox, "1");
  const [file] = names(path);
  const name = file!.slice("new/".length);
  await Deno.rename(`${path}/${file}`, `${path}/cur/${name}:2,F`);
  await inbox.setFlags([one.uid], "add", ["\\Seen"]);
  assertEquals(names(path), [`cur/${name}:2,FS`]);
  await Deno.rename(`${path}/cur/${name}:2,FS`, `${path}/cur/${name}:2,S`);
  const user = await store.open("alice@example.test");
  await user.create("Sent");
  await inbox.copy([one.uid], "Sent");
  assertEquals((await (await user.mailbox("Sent"))!.metas()).length, 1);
  await Deno.rename(`${path}/cur/${name}:2,S`, `${path}/cur/${name}:2,`);
  await inbox.expunge([one.uid]);
  assertEquals(names(path), []);
});

test("a copy made with cp is a message of its own", async ({ inbox, path, again }) => {
  const one = await append(inbox, "1");
  const [file] = names(path);
  const name = file!.slice("new/".length);
  await Deno.copyFile(
    `${path}/${file}`,
    `${path}/cur/${name}:2,S`.replace("U=", "W=1,U="),
  );
  const metas = await inbox.metas();
  assertEquals(metas.length, 2);
  assertEquals(new Set(metas.map((m) => m.uid)).size, 2);
  assertEquals(new Set(metas.map((m) => m.uniqueId)).size, 2);
  const ids = metas.map((m) => m.uniqueId).sort();
  const later = await (await again()).metas();
  assertEquals(later.map((m) => m.uniqueId).sort(), ids);
  assertEquals(later.some((m) => m.uid === one.uid), true);
});

test("a UID that a foreign name claims is not believed", async ({ inbox, path }) => {
  const one = await append(inbox, "1");
  Deno.writeTextFileSync(`${path}/cur/1.a.b,S=1,U=4294967295:2,`, "huge");
  Deno.writeTextFileSync(`${path}/cur/1.c.d,S=1,U=${one.uid}:2,`, "taken");
  const metas = await inbox.metas();
  assertEquals(metas.map((m) => m.uid), [one.uid, one.uid + 1, one.uid + 2]);
  assertEquals(metas.map((m) => m.size), [1, 4, 5]);
});

test("a wrong size in a foreign name is set right", async ({ inbox, path }) => {
  Deno.writeTextFileSync(`${path}/cur/1.a.b,S=99:2,S`, "four");
  const [meta] = await inbox.metas();
  assertEquals([meta!.size, meta!.flags], [4, ["\\Seen"]]);
  assertEquals(
    names(path),
    [`cur/1.a.b,S=4,U=${meta!.uid}:2,S`].map((name) =>
      name.replace(":2,", `,T=${meta!.internalDate / 1000}:2,`)
    ),
  );
});

test("folders and hidden files among messages are passed over, the rest is served", async ({ inbox, path, events }) => {
  Deno.mkdirSync(`${path}/cur/folder`);
  Deno.writeTextFileSync(`${path}/cur/.hidden`, "x");
  Deno.writeTextFileSync(`${path}/cur/:2,S`, "x");
  const one = await append(inbox, "1");
  assertEquals(await inbox.metas(), [one]);
  assert(events.includes("store.skipped"));
});

test("losing the index between any two operations changes nothing that is seen", async ({ inbox, path, again }) => {
  let mailbox = inbox;
  const { uidValidity } = inbox;
  let expected: unknown;
  const steps: ((m: Mailbox) => Promise<unknown>)[] = [
    (m) => append(m, "one"),
    (m) => m.append([utf8("two")], { flags: ["\\Seen", "Work", "$Junk"] }),
    (m) => m.append([utf8("3")], { deliveryId: "d-3", internalDate: 1e12 }),
    async (m) => m.setFlags([(await m.metas())[0]!.uid], "add", ["\\Deleted"]),
    async (m) => m.copy([(await m.metas())[1]!.uid], "INBOX"),
    async (m) => m.expunge([(await m.metas())[0]!.uid]),
    (m) => m.append([utf8("3")], { deliveryId: "d-3", internalDate: 1e12 }),
    (m) => append(m, "five"),
  ];
  for (const step of steps) {
    await step(mailbox);
    expected = stable(await mailbox.metas());
    for (const end of ["", "-wal", "-shm"]) {
      await Deno.remove(`${path}/index.db${end}`).catch(() => {});
    }
    mailbox = await again();
    assertEquals(stable(await mailbox.metas()), expected);
    assertEquals(mailbox.uidValidity, uidValidity);
  }
  assertEquals((await mailbox.metas()).length, 4);
});

test("a damaged index is set aside and made anew", async ({ inbox, path, again, events }) => {
  const one = await append(inbox, "one");
  const mailbox = await again({}, async () => {
    await Deno.writeTextFile(`${path}/index.db`, "not SQLite".repeat(500));
  });
  assertEquals(stable(await mailbox.metas()), stable([one]));
  assert(events.includes("store.index-damaged"));
  const aside = await Deno.readTextFile(`${path}/index.db.damaged`);
  assertEquals(aside.startsWith("not SQLite"), true);
  assertEquals(stable(await (await again()).metas()), stable([one]));
});

test("an index with torn pages is of no use, and the mail is served", async ({ inbox, path, again, events }) => {
  const texts = Array.from({ length: 300 }, (_, i) => `${i}`);
  await Promise.all(texts.map((text) => append(inbox, text)));
  const expected = stable(await inbox.metas());
  const mailbox = await again({}, async () => {
    const bytes = await Deno.readFile(`${path}/index.db`);
    bytes.fill(0xaa, 4096);
    await Deno.writeFile(`${path}/index.db`, bytes);
  });
  assertEquals(stable(await mailbox.metas()), expected);
  assertEquals(events.filter((e) => e.startsWith("store.index-")).length, 1);
  for (let i = 0; i < 2; i++) {
    assertEquals(stable(await (await again()).metas()), expected);
  }
  assertEquals(events.filter((e) => e.startsWith("store.index-")).length, 1);
});

test("texts that fail are dropped and wanted anew; what else is known of the mail stays", async ({ inbox, path, again, events }) => {
  const { uid } = await append(inbox, "one");
  await inbox.cache.put(
    new Map([["kind", new Map([[uid, utf8("found")]])]]),
  );
  const keep = (mailbox: Mailbox) =>
    mailbox.text.put(
      new Map([[uid, { headers: "", bodies: "SOME WORDS" }]]),
    );
  await keep(inbox);
  const wanted: string[] = [];
  for (const damage of DAMAGES) {
    events.length = wanted.length = 0;
    const mailbox = await again(
      { unread: (_, name) => wanted.push(name) },
      () => damage(`${path}/text.db`),
    );
    // It shows at the first use, or when it comes to what is damaged.
    await mailbox.text.missing(1);
    if (events.length === 0) await keep(mailbox);
    assertEquals(await mailbox.text.missing(1), [uid]);
    assertEquals([events, wanted], [["store.texts-failed"], ["INBOX"]]);
    assertEquals((await mailbox.cache.get([uid], "kind")).size, 1);
    await keep(mailbox);
    const found = await mailbox.text.find("WORD");
    assertEquals([...found!.inBodies], [uid]);
  }
});

test("texts that fail again and again end the index: nothing is made anew for ever", async ({ inbox, again, events }) => {
  const { uid } = await append(inbox, "one");
  const open = memoryIndex();
  const mailbox = await again({
    index: async (path) => ({
      ...await open(path),
      keepTexts: () => Promise.reject(new TextsFailed("disk full")),
    }),
  });
  events.length = 0;
  for (let i = 0; i < 6; i++) {
    await mailbox.text.put(new Map([[uid, undefined]]));
  }
  assertEquals(events, [
    ...Array.from({ length: 3 }, () => "store.texts-failed"),
    "store.index-failed",
  ]);
  assertEquals((await mailbox.metas()).length, 1);
});

/** What may happen to a database. */
const DAMAGES: readonly ((file: string) => Promise<void>)[] = [
  (file) => Deno.writeTextFile(file, "not SQLite".repeat(500)),
  (file) => inDatabase(file, "PRAGMA user_version = 1"),
  (file) => inDatabase(file, "DROP TABLE vocabulary"),
  (file) => inDatabase(file, "DROP TABLE words"),
];

test("an unchanged mailbox is opened from the index without a listing", async ({ inbox, again }) => {
  const one = await append(inbox, "one");
  const later = () => Date.now() + 10_000;
  await (await again({ now: later })).metas();
  let lists = 0;
  const disk = filesDisk();
  const counting = {
    ...disk,
    list: (path: string) => {
      if (!path.endsWith("/tmp")) lists++;
      return disk.list(path);
    },
  };
  const mailbox = await again({ disk: counting, now: later });
  assertEquals(await mailbox.metas(), [one]);
  assertEquals(lists, 0);
});

test("a lost file of numbers means a new UIDVALIDITY, greater than before", async ({ inbox, path, again }) => {
  const one = await append(inbox, "one");
  await (await again()).metas();
  for (const damage of ["", "denomaild-uids 1\nuidvalidity 0\n"]) {
    const before = (await again()).uidValidity;
    await Deno.writeTextFile(`${path}/denomaild-uids`, damage);
    const mailbox = await again();
    assert(mailbox.uidValidity > before);
    const metas = await mailbox.metas();
    assertEquals(metas.map((m) => m.uniqueId), [one.uniqueId]);
    assert((await append(mailbox, "x")).uid > metas[0]!.uid);
    await mailbox.expunge([(await mailbox.metas())[1]!.uid]);
  }
  assertEquals(inbox.uidValidity > 0, true);
});

test("folders are 0700 and files 0600", async ({ inbox, path, store, again }) => {
  const user = await store.open("alice@example.test");
  await user.create("Sent");
  await inbox.append([utf8("x")], { flags: ["Keyword"] });
  await inbox.metas();
  let seen = 0;
  const look = (folder: string) => {
    assertEquals(Deno.statSync(folder).mode! & 0o777, 0o700, folder);
    for (const { name, isDirectory } of Deno.readDirSync(folder)) {
      if (isDirectory) look(`${folder}/${name}`);
      else {
        seen++;
        const mode = Deno.statSync(`${folder}/${name}`).mode! & 0o777;
        assertEquals(mode, 0o600, name);
      }
    }
  };
  look(path.slice(0, -"/example.test/alice".length));
  assert(seen >= 4);
  await again();
});

test("names on disk are those that a Dovecot next door reads", async ({ store, path, again }) => {
  const user = await store.open("alice@example.test");
  for (
    const name of ["Sent", "Lists/Deno", "v1.0", "\u00c4/\u65e5", "a\\b", ".."]
  ) {
    await user.create(name);
  }
  const folders = [...Deno.readDirSync(path)].map((e) => e.name)
    .filter((name) => name.startsWith(".")).sort();
  assertEquals(
    folders,
    [
      ".&AMQ-.&ZeU-",
      ".Lists.Deno",
      ".Sent",
      ".\\2e\\2e",
      ".a\\5cb",
      ".v1\\2e0",
    ].sort(),
  );
  Deno.mkdirSync(`${path}/.Foreign.Sub/cur`, { recursive: true });
  Deno.mkdirSync(`${path}/.not&utf7/cur`, { recursive: true });
  Deno.mkdirSync(`${path}/.empty`);
  assertEquals(await user.mailboxes(), [
    "INBOX",
    "..",
    "Foreign/Sub",
    "Lists/Deno",
    "Sent",
    "a\\b",
    "v1.0",
    "\u00c4/\u65e5",
  ]);
  assertEquals(await (await user.mailbox("Foreign/Sub"))!.metas(), []);
  await again();
});

test("what a crash left in tmp/ is removed after 36 hours", async ({ path, again }) => {
  for (const [name, hours] of [["old", 37], ["young", 35]] as const) {
    Deno.writeTextFileSync(`${path}/tmp/${name}`, "x");
    const time = Date.now() / 1000 - hours * 3600;
    Deno.utimeSync(`${path}/tmp/${name}`, time, time);
  }
  await again();
  const left = [...Deno.readDirSync(`${path}/tmp`)].map((e) => e.name);
  assertEquals(left, ["young"]);
});

test("verify reports what is wrong and sets sizes right; counts and rebuild agree", async ({ inbox, store, path, again }) => {
  const one = await inbox.append([utf8("12345")], { flags: ["\\Seen"] });
  await append(inbox, "1234567");
  const [seen] = names(path);
  await Deno.rename(
    `${path}/${seen}`,
    `${path}/${seen!.replace("S=5", "S=50")}`,
  );
  Deno.mkdirSync(`${path}/cur/folder`);
  const [report] = await store.verify("alice@example.test");
  assertEquals(report, {
    name: "INBOX",
    messages: 2,
    octets: 12,
    indexBehind: 0,
    problems: [
      { problem: "wrong size", file: seen!.replace("S=5", "S=50") },
      { problem: "not a message", file: "cur/folder" },
    ],
  });
  assertEquals((await inbox.metas())[0], one);
  await store.rebuild("alice@example.test");
  assertEquals((await inbox.metas()).length, 2);
  assertEquals(await store.counts("alice@example.test"), [
    { name: "INBOX", messages: 2, octets: 12, unseen: 1 },
  ]);
  await again();
});

test("two stores over one folder see each other's messages and share no UID", async ({ inbox, path }) => {
  const other = maildirStore({
    disk: filesDisk(),
    root: path.slice(0, -"/example.test/alice".length),
    index: sqliteIndex(),
  });
  const theirs = await inboxOf(other);
  const uids: number[] = [];
  for (let i = 0; i < 30; i++) {
    uids.push((await append(i % 2 ? inbox : theirs, `${i}`)).uid);
    await inbox.metas();
  }
  assertEquals(new Set(uids).size, 30);
  // A change within one tick of the clock of files shows at a later look.
  const seen = async (mailbox: Mailbox) =>
    (await mailbox.metas()).map((m) => m.uid);
  let [ours, others] = [await seen(inbox), await seen(theirs)];
  for (let look = 0; look < 500 && `${ours}` !== `${others}`; look++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
    [ours, others] = [await seen(inbox), await seen(theirs)];
  }
  assertEquals(others, ours);
  assertEquals(ours.length, 30);
  await other.close();
});

/** What must survive the loss of the index. */
function stable(metas: Awaited<ReturnType<Mailbox["metas"]>>) {
  return metas.map(({ modseq: _, ...rest }) => rest);
}

// deno-lint-ignore require-await -- the others wait
async function inDatabase(file: string, statements: string): Promise<void> {
  const database = new DatabaseSync(file);
  database.exec(statements);
  database.close();
}

/** The background work on indexes: what begins it, what ends it, that it goes on where it was. */

import { assert, assertEquals } from "@std/assert";
import { utf8Encode } from "../src/bytes/mod.ts";
import { memoryDisk } from "../src/disk/mod.ts";
import { Indexer } from "../src/indexer.ts";
import {
  type Mailbox,
  maildirStore,
  memoryIndex,
  type Store,
} from "../src/store/mod.ts";

const ALICE = "alice@example.test";

interface Stage {
  readonly store: Store;
  readonly inbox: Mailbox;
  readonly indexer: Indexer;
  /** How often it rested. */
  readonly rests: () => number;
  readonly events: string[];
}

/** A store with 30 messages, and an indexer that rests for no time. */
async function withStage(run: (stage: Stage) => Promise<void>): Promise<void> {
  let rests = 0;
  const events: string[] = [];
  const indexer = new Indexer({
    log: (event) => void events.push(event),
    later: () => {
      rests++;
      return new Promise((resolve) => setTimeout(resolve));
    },
    isOn: true,
  });
  const store = maildirStore({
    disk: memoryDisk(),
    root: "/mail",
    index: memoryIndex(),
    unread: (account, mailbox, why) =>
      indexer.want(account, mailbox, why === "followed"),
    hasTextIndex: () => indexer.isOn,
  });
  const inbox = (await (await store.open(ALICE)).mailbox("INBOX"))!;
  await inbox.appendAll(Array.from({ length: 30 }, (_, i) => ({
    chunks: [utf8Encode(`Subject: number ${i}\r\n\r\nbody\r\n`)],
  })));
  try {
    indexer.start(store);
    await run({ store, inbox, indexer, rests: () => rests, events });
  } finally {
    await indexer.stop();
    await store.close();
  }
}

/** Waits until so many messages are not indexed yet. */
async function untilMissing(inbox: Mailbox, count: number): Promise<void> {
  for (let i = 0; i < 1000; i++) {
    if ((await inbox.text.missing(100)).length === count) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assertEquals((await inbox.text.missing(100)).length, count);
}

Deno.test("a mailbox that is followed is indexed, a step after the other with rests between", async () => {
  await withStage(async ({ inbox, rests }) => {
    (await inbox.follow(() => {})).end();
    await untilMissing(inbox, 0);
    assertEquals((await inbox.text.find("NUMBER 17"))!.inHeaders.size, 1);
    assert(rests() >= 3, `${rests()} rests`);
    const [meta] = await inbox.metas();
    for (const kind of ["e1", "s1", "h1", "p1"]) {
      assertEquals((await inbox.cache.get([meta!.uid], kind)).size, 1, kind);
    }
  });
});

Deno.test("deliveries are indexed once somebody has used the account, not before", async () => {
  await withStage(async ({ inbox, indexer }) => {
    await untilMissing(inbox, 30);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await untilMissing(inbox, 30);
    indexer.want(ALICE, "INBOX", true);
    await untilMissing(inbox, 0);
    await inbox.append([utf8Encode("Subject: later\r\n\r\n")]);
    await untilMissing(inbox, 0);
    assertEquals((await inbox.text.find("LATER"))!.inHeaders.size, 1);
  });
});

Deno.test("what cannot be read is a candidate of every search, and keeps nothing from being indexed", async () => {
  const disk = memoryDisk();
  const index = memoryIndex();
  const store = maildirStore({ disk, root: "/mail", index });
  const inbox = (await (await store.open(ALICE)).mailbox("INBOX"))!;
  const uids: number[] = [];
  for (const text of ["one", "two"]) {
    uids.push((await inbox.append([utf8Encode(`\r\n${text}`)])).uid);
  }
  const failing: Store = {
    ...store,
    open: async (account) => {
      const user = await store.open(account);
      const broken = {
        ...inbox,
        read: (uid: number) =>
          uid === uids[0]
            ? Promise.reject(new Error("bad sector"))
            : inbox.read(uid),
      };
      return { ...user, mailbox: () => Promise.resolve(broken) };
    },
  };
  const indexer = new Indexer({
    log: () => {},
    later: () => Promise.resolve(),
    isOn: true,
  });
  indexer.want(ALICE, "INBOX", true);
  indexer.start(failing);
  await untilMissing(inbox, 0);
  await indexer.stop();
  const { inBodies, unsure } = (await inbox.text.find("TWO"))!;
  assertEquals([[...inBodies], [...unsure]], [[uids[1]!], [uids[0]!]]);
  assertEquals((await inbox.text.find("ONE"))!.inBodies.size, 0);
  await store.close();
});

Deno.test("switched off it does nothing, and what was kept is forgotten when the account is opened", async () => {
  await withStage(async ({ inbox, indexer, store }) => {
    indexer.want(ALICE, "INBOX", true);
    await untilMissing(inbox, 0);
    indexer.isOn = false;
    assertEquals(await inbox.text.find("NUMBER 17"), undefined);
    await store.close();
    const [meta] = await inbox.metas();
    assertEquals(meta!.size > 0, true);
    indexer.isOn = true;
    await untilMissing(inbox, 30);
  });
});

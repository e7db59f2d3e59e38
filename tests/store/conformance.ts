/** What every store does, whatever it is made of. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type Change,
  InvalidMailboxName,
  type Mailbox,
  type MessageOctets,
  NoSuchMessage,
  type Store,
} from "../../src/store/mod.ts";

const ALICE = "alice@example.test";

/** A store and how to start it again over the same disk; the memory store has nothing to start from. */
export interface Stage {
  store: Store;
  end: () => Promise<void>;
}

/** Registers the tests for one implementation. */
export function storeConformance(
  name: string,
  make: () => Promise<Stage>,
): void {
  const test = (
    claim: string,
    run: (inbox: Mailbox, store: Store) => Promise<void>,
  ) =>
    Deno.test(`${name}: ${claim}`, async () => {
      const { store, end } = await make();
      try {
        await run(await inboxOf(store), store);
      } finally {
        await end();
      }
    });

  test("an account that is new has an empty INBOX", async (inbox, store) => {
    assertEquals(inbox.name, "INBOX");
    assertEquals(await inbox.metas(), []);
    assert(inbox.uidValidity > 0);
    const user = await store.open(ALICE);
    assertEquals(await user.mailboxes(), ["INBOX"]);
    assertEquals((await user.mailbox("inBOX"))?.name, "INBOX");
    assertEquals(await user.mailbox("Sent"), undefined);
  });

  test("a message comes back octet for octet", async (inbox) => {
    const octets = new Uint8Array(200_000).map((_, i) => i * 7);
    async function* chunks() {
      yield octets.subarray(0, 100);
      await Promise.resolve();
      yield octets.subarray(100);
    }
    const meta = await inbox.append(chunks());
    assertEquals(meta.size, 200_000);
    assertEquals(await octetsOf(await inbox.read(meta.uid)), octets);
    const piece = await inbox.read(meta.uid);
    assertEquals(await piece.read(3), octets.slice(0, 3));
    assertEquals(await piece.read(2), octets.slice(3, 5));
    piece.close();
  });

  test("an empty message is one", async (inbox) => {
    const { uid, size } = await inbox.append([]);
    assertEquals(size, 0);
    assertEquals(await (await inbox.read(uid)).read(10), undefined);
  });

  test("metas tell all messages in order, and the array stays as it is", async (inbox) => {
    const first = await append(inbox, "one");
    const before = await inbox.metas();
    const second = await append(inbox, "three");
    assertEquals(before, [first]);
    assertEquals(await inbox.metas(), [first, second]);
    assert(second.uid > first.uid);
    assert(second.modseq > first.modseq);
    assertEquals([first.size, second.size], [3, 5]);
    assertEquals(first.uniqueId === second.uniqueId, false);
    for (const { uniqueId } of [first, second]) {
      assert(/^[\x21-\x7e]{1,70}$/.test(uniqueId), uniqueId);
    }
  });

  test("the internal date is kept to the second", async (inbox) => {
    const meta = await inbox.append([], { internalDate: 1_234_567_890_123 });
    assertEquals(meta.internalDate, 1_234_567_890_000);
  });

  test("appends at the same time all arrive, each with its own UID", async (inbox) => {
    const metas = await Promise.all(
      Array.from({ length: 40 }, (_, i) => append(inbox, `message ${i}`)),
    );
    assertEquals(new Set(metas.map(({ uid }) => uid)).size, 40);
    assertEquals(new Set(metas.map(({ uniqueId }) => uniqueId)).size, 40);
    assertEquals((await inbox.metas()).length, 40);
    for (const [i, { uid }] of metas.entries()) {
      assertEquals(await textOf(inbox, uid), `message ${i}`);
    }
  });

  test("a delivery that is repeated changes nothing", async (inbox) => {
    const changes: Change[] = [];
    inbox.watch((change) => changes.push(change));
    const options = { deliveryId: "spool-1", internalDate: 5000 };
    const [first, again] = await Promise.all([
      inbox.append([utf8("once")], options),
      inbox.append([utf8("once")], options),
    ]);
    const later = await inbox.append([utf8("once")], options);
    assertEquals([again, later], [first, first]);
    assertEquals(await inbox.metas(), [first]);
    assertEquals(changes.length, 1);
  });

  test("deliveries side by side get UIDs in the order in which they came", async (inbox) => {
    // The first is the longest: its file is the last to be written and synced.
    const metas = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        inbox.append(
          Array.from({ length: (12 - i) * 40 }, () => utf8("x".repeat(1000))),
          { deliveryId: `in-order-${i}` },
        )),
    );
    const uids = metas.map(({ uid }) => uid);
    assertEquals(uids, uids.toSorted((a, b) => a - b));
    assertEquals((await inbox.metas()).map(({ uid }) => uid), uids);
  });

  test("a repeated delivery is known after another was expunged", async (inbox) => {
    const one = await inbox.append([utf8("1")], { deliveryId: "a" });
    const two = await inbox.append([utf8("2")], { deliveryId: "b" });
    await inbox.expunge([one.uid]);
    assertEquals(await inbox.append([utf8("2")], { deliveryId: "b" }), two);
    assertEquals(await inbox.metas(), [two]);
  });

  test("flags are added, removed and replaced, each once and in one spelling", async (inbox) => {
    const { uid, modseq } = await inbox.append([], {
      flags: ["\\seen", "\\Draft", "\\SEEN", "\\Recent"],
    });
    const flags = async () => (await inbox.metas())[0]!.flags;
    assertEquals(await flags(), ["\\Draft", "\\Seen"]);
    await inbox.setFlags([uid], "add", ["\\Flagged", "\\seen", "$Forwarded"]);
    assertEquals(await flags(), [
      "\\Draft",
      "\\Flagged",
      "$Forwarded",
      "\\Seen",
    ]);
    await inbox.setFlags([uid, 999], "remove", ["\\DRAFT", "\\Answered"]);
    assertEquals(await flags(), ["\\Flagged", "$Forwarded", "\\Seen"]);
    await inbox.setFlags([uid], "replace", ["\\Deleted", "Junk"]);
    assertEquals(await flags(), ["\\Deleted", "Junk"]);
    await inbox.setFlags([uid], "replace", []);
    assertEquals(await flags(), []);
    assert((await inbox.metas())[0]!.modseq > modseq);
  });

  test("setting flags that are set changes nothing and tells nobody", async (inbox) => {
    const meta = await inbox.append([], { flags: ["\\Seen"] });
    const changes: Change[] = [];
    inbox.watch((change) => changes.push(change));
    await inbox.setFlags([meta.uid], "add", ["\\Seen"]);
    assertEquals(await inbox.metas(), [meta]);
    assertEquals(changes, []);
  });

  test("what is expunged is gone, and its UID does not come back", async (inbox) => {
    const [one, two, three] = [
      await append(inbox, "1"),
      await append(inbox, "2"),
      await append(inbox, "3"),
    ];
    await inbox.expunge([three.uid, one.uid, one.uid, 12345]);
    assertEquals(await inbox.metas(), [two]);
    await assertRejects(() => inbox.read(one.uid), NoSuchMessage);
    const four = await append(inbox, "4");
    assert(four.uid > three.uid);
  });

  test("an open message can be read to its end though it is expunged", async (inbox) => {
    const { uid } = await append(inbox, "still here");
    const octets = await inbox.read(uid);
    await inbox.expunge([uid]);
    assertEquals(await octetsOf(octets), utf8("still here"));
  });

  test("reading what never was is NoSuchMessage", async (inbox) => {
    await assertRejects(() => inbox.read(1), NoSuchMessage);
  });

  test(
    "copies are messages of their own, in the order of their UIDs",
    async (inbox, store) => {
      const user = await store.open(ALICE);
      const sent = await user.create("Sent");
      const one = await inbox.append([utf8("1")], {
        flags: ["\\Seen", "Work"],
        internalDate: 77_000,
        deliveryId: "x",
      });
      const two = await append(inbox, "22");
      await inbox.copy([two.uid, one.uid, 999], "Sent");
      await inbox.copy([one.uid], "inbox");
      const copies = await sent.metas();
      assertEquals(copies.map(({ size }) => size), [1, 2]);
      assertEquals(copies[0]!.flags, ["\\Seen", "Work"]);
      assertEquals(copies[0]!.internalDate, 77_000);
      assertEquals(await textOf(sent, copies[1]!.uid), "22");
      const inInbox = await inbox.metas();
      assertEquals(inInbox.length, 3);
      assertEquals(new Set(inInbox.map((m) => m.uniqueId)).size, 3);
      await inbox.expunge([one.uid]);
      assertEquals(await textOf(sent, copies[0]!.uid), "1");
      await assertRejects(() => inbox.copy([two.uid], "Nowhere"), Error);
    },
  );

  test("watchers hear of every change once it is made, in order", async (inbox) => {
    const changes: Change[] = [];
    const end = inbox.watch((change) => changes.push(change));
    const one = await append(inbox, "1");
    const two = await append(inbox, "2");
    await inbox.setFlags([one.uid], "add", ["\\Seen"]);
    await inbox.expunge([two.uid]);
    end();
    await append(inbox, "3");
    assertEquals(changes.map(({ kind }) => kind), [
      "appended",
      "appended",
      "flags",
      "expunged",
    ]);
    assertEquals(changes[0], { kind: "appended", meta: one });
    const flagged = changes[2] as Extract<Change, { kind: "flags" }>;
    assertEquals(flagged.meta.uid, one.uid);
    assertEquals(flagged.meta.flags, ["\\Seen"]);
    const gone = changes[3] as Extract<Change, { kind: "expunged" }>;
    assertEquals(gone.uid, two.uid);
    assert(gone.modseq > flagged.meta.modseq);
  });

  test(
    "mailboxes are made once, under one spelling of their names",
    async (_, store) => {
      const user = await store.open(ALICE);
      const made = await user.create("Lists/De.no & Co/\u65e5\u672c");
      await append(made, "x");
      const again = await user.create("Lists/De.no & Co/\u65e5\u672c");
      assertEquals((await again.metas()).length, 1);
      await user.create("Cafe\u0301");
      assertEquals(await user.mailboxes(), [
        "INBOX",
        "Caf\u00e9",
        "Lists/De.no & Co/\u65e5\u672c",
      ]);
      assertEquals((await user.mailbox("Cafe\u0301"))?.name, "Caf\u00e9");
    },
  );

  test("names that no mailbox can have are refused", async (_, store) => {
    const user = await store.open(ALICE);
    for (const name of ["", "/", "a//b", "/a", "a/", "\ud800"]) {
      await assertRejects(() => user.create(name), InvalidMailboxName);
      assertEquals(await user.mailbox(name), undefined);
    }
    assertEquals(await user.mailboxes(), ["INBOX"]);
  });

  test("accounts do not see each other", async (inbox, store) => {
    await append(inbox, "alice's");
    const bob = await inboxOf(store, "bob@example.test");
    assertEquals(await bob.metas(), []);
    assertEquals((await (await inboxOf(store)).metas()).length, 1);
  });
}

export async function inboxOf(
  store: Store,
  account = ALICE,
): Promise<Mailbox> {
  const inbox = await (await store.open(account)).mailbox("INBOX");
  assert(inbox);
  return inbox;
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function append(mailbox: Mailbox, text: string) {
  return mailbox.append([utf8(text)]);
}

export async function textOf(mailbox: Mailbox, uid: number): Promise<string> {
  return new TextDecoder().decode(await octetsOf(await mailbox.read(uid)));
}

async function octetsOf(octets: MessageOctets): Promise<Uint8Array> {
  const all = new Uint8Array(octets.size);
  let at = 0;
  for (;;) {
    const piece = await octets.read(70_000);
    if (piece === undefined) break;
    all.set(piece, at);
    at += piece.length;
  }
  octets.close();
  assertEquals(at, octets.size);
  return all;
}

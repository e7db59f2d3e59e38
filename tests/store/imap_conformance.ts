/** What every store does for IMAP, whatever it is made of. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type Change,
  InvalidMailboxName,
  type Mailbox,
  MailboxExists,
  type MailboxListChange,
  type MailUser,
  type MessageText,
  NoSuchMailbox,
  NoSuchMessage,
  OverQuota,
  type SpecialUse,
  TooManyKeywords,
} from "../../src/store/mod.ts";
import { append, type Stage, textOf, utf8 } from "./conformance.ts";

const ALICE = "alice@example.test";

/** Registers the tests for one implementation. */
export function imapConformance(
  name: string,
  make: () => Promise<Stage>,
): void {
  const test = (
    claim: string,
    run: (user: MailUser, inbox: Mailbox) => Promise<void>,
  ) =>
    Deno.test(`${name}: ${claim}`, async () => {
      const { store, end } = await make();
      try {
        const user = await store.open(ALICE);
        await run(user, (await user.mailbox("INBOX"))!);
      } finally {
        await end();
      }
    });

  test(
    "status counts messages, octets, unseen and deleted",
    async (_, inbox) => {
      const empty = await inbox.status();
      assertEquals(
        [empty.messages, empty.octets, empty.unseen, empty.deleted],
        [0, 0, 0, 0],
      );
      assert(empty.highestModseq >= 1);
      const one = await append(inbox, "four");
      assertEquals(one.uid >= empty.uidNext, true);
      await inbox.append([utf8("seven..")], { flags: ["\\Seen", "\\Deleted"] });
      await inbox.setFlags([one.uid], "add", ["\\Deleted"]);
      const { recentFrom: _r, ...full } = await inbox.status();
      const [, two] = await inbox.metas();
      assertEquals(full, {
        ...{ messages: 2, octets: 11, unseen: 1, deleted: 2 },
        keywords: [],
        uidNext: two!.uid + 1,
        highestModseq: (await inbox.metas())[0]!.modseq,
      });
      await inbox.expunge([two!.uid]);
      const after = await inbox.status();
      assertEquals(
        [after.messages, after.octets, after.unseen, after.deleted],
        [
          ...[1, 4, 1, 1],
        ],
      );
      assertEquals(after.uidNext, full.uidNext);
      assert(after.highestModseq > full.highestModseq);
    },
  );

  test(
    "a follower hears exactly what came after what it was told",
    async (_, inbox) => {
      await append(inbox, "0");
      const heard: Change[] = [];
      const [followed] = await Promise.all([
        inbox.follow((change) => heard.push(change)),
        ...Array.from({ length: 20 }, (_, i) => append(inbox, `${i}`)),
      ]);
      const told = new Set(followed!.metas.map(({ uid }) => uid));
      assertEquals(followed!.status.messages, told.size);
      const later = heard.map((c) => c.kind === "appended" ? c.meta.uid : 0);
      assertEquals(
        [...told, ...later].sort((a, b) => a - b),
        (await inbox.metas()).map(({ uid }) => uid),
      );
      followed!.end();
      const before = heard.length;
      await append(inbox, "last");
      assertEquals(heard.length, before);
    },
  );

  test("changes are told in the order of their modseqs", async (_, inbox) => {
    const modseqs: number[] = [];
    inbox.watch((change) =>
      modseqs.push(
        change.kind === "expunged" ? change.modseq : change.meta.modseq,
      )
    );
    const metas = await Promise.all(
      Array.from({ length: 12 }, (_, i) => append(inbox, `${i}`)),
    );
    const uids = metas.map(({ uid }) => uid);
    await Promise.all([
      inbox.setFlags(uids.slice(0, 6), "add", ["\\Seen"]),
      inbox.expunge(uids.slice(4, 8)),
      inbox.setFlags(uids, "add", ["\\Flagged"]),
    ]);
    assertEquals(modseqs, modseqs.toSorted((a, b) => a - b));
    assertEquals(modseqs.length >= 12 + 6 + 4 + 8, true);
    assert((await inbox.status()).highestModseq >= modseqs.at(-1)!);
  });

  test("messages are recent for one claimant only", async (_, inbox) => {
    const one = await append(inbox, "1");
    const first = await inbox.claimRecent();
    assert(first <= one.uid);
    const two = await append(inbox, "2");
    assertEquals((await inbox.status()).recentFrom > one.uid, true);
    const second = await inbox.claimRecent();
    assert(second > one.uid && second <= two.uid);
    assert(await inbox.claimRecent() > two.uid);
  });

  test("a draft stores all its messages at once, or none", async (_, inbox) => {
    const heard: Change[] = [];
    inbox.watch((change) => heard.push(change));
    const draft = inbox.draft();
    const piece = utf8("ab");
    await draft.begin({ flags: ["\\Draft"], internalDate: 3_000 });
    await draft.write(piece);
    piece.fill(0x78);
    await draft.write(piece);
    await draft.begin();
    assertEquals(await inbox.metas(), []);
    const metas = await draft.commit();
    await draft.abort();
    assertEquals(metas.map(({ size }) => size), [4, 0]);
    assertEquals([metas[0]!.flags, metas[0]!.internalDate], [
      ["\\Draft"],
      3000,
    ]);
    assertEquals(await inbox.metas(), metas);
    assertEquals(await textOf(inbox, metas[0]!.uid), "abxx");
    assertEquals(heard.length, 2);
    const given = inbox.draft();
    await given.begin();
    await given.write(utf8("nothing of this"));
    await given.abort();
    assertEquals(await inbox.metas(), metas);
    assertEquals(await inbox.draft().commit(), []);
  });

  test(
    "appendAll() stores nothing when one message breaks off",
    async (_, inbox) => {
      function* broken() {
        yield utf8("begun");
        throw new Error("the client is gone");
      }
      await assertRejects(
        () =>
          inbox.appendAll([{ chunks: [utf8("whole")] }, { chunks: broken() }]),
        Error,
        "the client is gone",
      );
      assertEquals(await inbox.metas(), []);
      const metas = await inbox.appendAll([
        { chunks: [utf8("1")] },
        { chunks: [utf8("22")], options: { flags: ["\\Seen"] } },
      ]);
      assertEquals(metas.map(({ size, flags }) => [size, flags]), [
        [1, []],
        [2, ["\\Seen"]],
      ]);
      assert(metas[0]!.uid < metas[1]!.uid);
    },
  );

  test("setFlags() leaves alone what changed since", async (_, inbox) => {
    const [one, two] = [await append(inbox, "1"), await append(inbox, "2")];
    await inbox.setFlags([one.uid], "add", ["\\Flagged"]);
    const unchangedSince = two.modseq;
    assertEquals(
      await inbox.setFlags([two.uid, one.uid, 99], "add", ["\\Seen"], {
        unchangedSince,
      }),
      [one.uid],
    );
    assertEquals((await inbox.metas()).map(({ flags }) => flags), [
      ["\\Flagged"],
      ["\\Seen"],
    ]);
    assertEquals(
      await inbox.setFlags([one.uid], "remove", ["\\Flagged"]),
      [],
    );
  });

  test(
    "a mailbox keeps at least 100 keywords as they were first spelled",
    async (_, inbox) => {
      const words = Array.from({ length: 130 }, (_, i) => `Key-Word.${i}`);
      const one = await append(inbox, "1");
      await inbox.setFlags([one.uid], "add", [...words, "\\Seen"]);
      await inbox.append([], { flags: ["KEY-word.101"] });
      const [all, some] = await inbox.metas();
      assertEquals((await inbox.status()).keywords, words.toSorted());
      assertEquals(all!.flags, ["\\Seen", ...words.toSorted()]);
      assertEquals(some!.flags, ["Key-Word.101"]);
      await inbox.setFlags([one.uid], "remove", words.slice(1));
      assertEquals((await inbox.metas())[0]!.flags, ["\\Seen", words[0]!]);
    },
  );

  test(
    "the 201st keyword of a mailbox is refused, those that are there go on",
    async (_, inbox) => {
      const { uid } = await append(inbox, "x");
      // All that an atom may hold (RFC 9051 §9).
      const odd = ["a:b", "c/d", "e.f", "$g'h|i;~"];
      const words = Array.from({ length: 196 }, (_, i) => `K${i}`);
      await inbox.setFlags([uid], "add", [...words, ...odd]);
      const more = ["k1", "K200"];
      await assertRejects(
        () => inbox.setFlags([uid], "add", more),
        TooManyKeywords,
      );
      await assertRejects(
        () => inbox.append([], { flags: more }),
        TooManyKeywords,
      );
      const all = [...words, ...odd].sort();
      assertEquals((await inbox.status()).keywords, all);
      assertEquals((await inbox.metas()).map(({ flags }) => flags), [all]);
      await inbox.setFlags([uid], "replace", ["k7", "k195", "C/D"]);
      assertEquals((await inbox.metas())[0]!.flags, ["K195", "K7", "c/d"]);
    },
  );

  test(
    "expungedSince() tells what went, or that it does not know",
    async (_, inbox) => {
      const uids: number[] = [];
      for (let i = 0; i < 5; i++) uids.push((await append(inbox, `${i}`)).uid);
      const { highestModseq } = await inbox.status();
      assertEquals(await inbox.expungedSince(highestModseq), []);
      await inbox.expunge([uids[3]!]);
      const between = (await inbox.status()).highestModseq;
      await inbox.expunge([uids[0]!, uids[1]!]);
      assertEquals(await inbox.expungedSince(highestModseq), [
        uids[0]!,
        uids[1]!,
        uids[3]!,
      ]);
      assertEquals(await inbox.expungedSince(between), [uids[0]!, uids[1]!]);
    },
  );

  test(
    "copies tell which became which and stay the same message",
    async (user, inbox) => {
      await user.create("Work");
      const work = (await user.mailbox("Work"))!;
      const one = await inbox.append([utf8("1")], { internalDate: 5000 });
      const two = await append(inbox, "22");
      await append(work, "already here");
      const pairs = await inbox.copy([two.uid, 4711, one.uid], "Work");
      assertEquals(pairs.map(({ from }) => from), [one.uid, two.uid]);
      const [, first, second] = await work.metas();
      assertEquals(pairs.map(({ to }) => to), [first!.uid, second!.uid]);
      assertEquals([first!.size, first!.internalDate], [1, 5000]);
      assertEquals([first!.emailId, second!.emailId], [
        one.emailId,
        two.emailId,
      ]);
      assert(one.emailId !== two.emailId);
      assert(first!.uniqueId !== one.uniqueId);
      for (const { emailId } of [one, two]) {
        assert(/^[A-Za-z0-9_-]{1,255}$/.test(emailId), emailId);
      }
      assertEquals(await inbox.copy([4711], "Work"), []);
      await assertRejects(() => inbox.copy([one.uid], "Gone"), NoSuchMailbox);
    },
  );

  test("what is moved is there, and no longer here", async (user, inbox) => {
    const work = await user.create("Work");
    const one = await inbox.append([utf8("1")], {
      flags: ["\\Seen", "Blue"],
      internalDate: 7000,
      deliveryId: "x",
    });
    const two = await append(inbox, "22");
    const heard: string[] = [];
    inbox.watch(({ kind }) => heard.push(`inbox ${kind}`));
    work.watch(({ kind }) => heard.push(`work ${kind}`));
    const pairs = await inbox.move([one.uid, 4711], "Work");
    const [moved] = await work.metas();
    assertEquals(pairs, [{ from: one.uid, to: moved!.uid }]);
    assertEquals([moved!.flags, moved!.internalDate, moved!.emailId], [
      ["\\Seen", "Blue"],
      7000,
      one.emailId,
    ]);
    assertEquals(await textOf(work, moved!.uid), "1");
    assertEquals(await inbox.metas(), [two]);
    assertEquals(heard, ["work appended", "inbox expunged"]);
    await assertRejects(() => inbox.read(one.uid), NoSuchMessage);
    await assertRejects(() => inbox.move([two.uid], "Gone"), NoSuchMailbox);
    assertEquals(await inbox.metas(), [two]);
  });

  test(
    "a message moved within its mailbox gets a new UID",
    async (_, inbox) => {
      const one = await append(inbox, "1");
      const pairs = await inbox.move([one.uid], "inbox");
      const metas = await inbox.metas();
      assertEquals(metas.map(({ uid }) => uid), [pairs[0]!.to]);
      assert(pairs[0]!.to > one.uid);
      assertEquals(metas[0]!.emailId, one.emailId);
    },
  );

  test("messages know when they were saved", async (user, inbox) => {
    const one = await inbox.append([], { internalDate: 1000 });
    const day = 86_400_000;
    assert(Math.abs(one.savedDate - Date.now()) < day);
    assertEquals(one.savedDate % 1000, 0);
    const two = await inbox.append([], {
      internalDate: 1000,
      savedDate: 5_432_100,
    });
    assertEquals([two.internalDate, two.savedDate], [1000, 5_432_000]);
    const work = await user.create("Work");
    await inbox.copy([two.uid], "Work");
    const [copy] = await work.metas();
    assertEquals(copy!.internalDate, 1000);
    assert(Math.abs(copy!.savedDate - Date.now()) < day);
  });

  test(
    "what the cache keeps is had again by kind and UID",
    async (_, inbox) => {
      const [one, two] = [await append(inbox, "1"), await append(inbox, "2")];
      const { cache } = inbox;
      assertEquals(await cache.get([one.uid], "envelope"), new Map());
      const [e1, e2, s1] = ["e1", "e2", "s1"].map(utf8) as [
        Uint8Array,
        Uint8Array,
        Uint8Array,
      ];
      await cache.put(
        new Map([
          ["envelope", new Map([[one.uid, e1], [two.uid, e2], [99, s1]])],
          ["structure", new Map([[one.uid, s1]])],
        ]),
      );
      const envelopes = await cache.get([two.uid, one.uid, 99], "envelope");
      assertEquals(
        [...envelopes].sort(([a], [b]) => a - b),
        [[one.uid, utf8("e1")], [two.uid, utf8("e2")]],
      );
      assertEquals(
        await cache.get([one.uid, two.uid], "structure"),
        new Map([[one.uid, utf8("s1")]]),
      );
      await inbox.expunge([one.uid]);
      assertEquals(await cache.get([one.uid], "envelope"), new Map());
    },
  );

  test("the cache keeps any octets, and none", async (_, inbox) => {
    const { cache } = inbox;
    const kept = new Map<number, Uint8Array>();
    const every = Uint8Array.from({ length: 256 }, (_, octet) => octet);
    const some = [every, utf8(""), every.toReversed(), utf8("a/,")];
    for (const octets of Array(5).fill(some).flat()) {
      kept.set((await append(inbox, "text")).uid, octets);
    }
    const uids = [...kept.keys()];
    await cache.put(new Map([["any", kept]]));
    assertEquals(await cache.get(uids, "any"), kept);
    assertEquals(
      await cache.get(uids.slice(1, 2), "any"),
      new Map([[uids[1]!, utf8("")]]),
    );
  });

  test("the cache tells what has an octet string", async (_, inbox) => {
    const { cache } = inbox;
    const uids: number[] = [];
    for (let i = 0; i < 12; i++) uids.push((await append(inbox, "x")).uid);
    const texts = ["abc", "xabcabc", "ab", "", "b", "ABC", "ab\0c", "\0abc"];
    const put = (from: number, to: number) =>
      cache.put(
        new Map([[
          "kind",
          new Map(
            uids.slice(from, to).map((uid, i) => [
              ...[uid, utf8(texts[(from + i) % texts.length]!)] as const,
            ]),
          ),
        ]]),
      );
    const search = async (some: readonly number[], part: string) => {
      const found = await cache.search(some, "kind", utf8(part));
      return {
        having: [...found.having.keys()].sort((a, b) => a - b),
        unknown: [...found.unknown].sort((a, b) => a - b),
        octets: found.having,
      };
    };
    const at = (...places: number[]) => places.map((place) => uids[place]!);
    assertEquals((await search(uids, "abc")).unknown, uids);
    await put(0, 7);
    const some = await search(uids, "abc");
    assertEquals(some.having, at(0, 1, 3, 4));
    assertEquals(some.unknown, at(7, 8, 9, 10, 11));
    await put(7, 12);
    const all = await search(uids, "abc");
    assertEquals([all.having, all.unknown], [at(0, 1, 3, 4, 7, 8, 9, 11), []]);
    assertEquals(all.octets.get(uids[1]!), utf8("xabcabc"));
    assertEquals((await search(uids, "\0")).having, at(3, 4, 6, 7, 11));
    // Far from each other, in another order, or unknown.
    const apart = [uids[8]!, uids[0]!, uids[2]!, 1000];
    const { having, unknown } = await search(apart, "abc");
    assertEquals([having, unknown], [at(0, 8), [1000]]);
    await inbox.expunge(at(1));
    const left = await search(uids, "abc");
    assertEquals([left.having, left.unknown], [
      at(0, 3, 4, 7, 8, 9, 11),
      at(1),
    ]);
    const none = await cache.search(uids, "other", utf8("abc"));
    assertEquals(none.unknown.size, uids.length);
  });

  test(
    "the text index misses no message that has the text",
    async (user, inbox) => {
      const texts = ["THE QUICK BROWN FOX", "LAZY DOGS \u{1f415} BARK", "X"];
      const uids: number[] = [];
      for (const text of texts) uids.push((await append(inbox, text)).uid);
      const late = await append(inbox, "nobody has read this");
      assertEquals(await inbox.text.missing(3), uids);
      await inbox.text.put(
        new Map(uids.map((uid, i) => [uid, inBody(texts[i]!)])),
      );
      assertEquals(await inbox.text.missing(10), [late.uid]);
      for (
        const [i, part] of [[0, "QUICK BR"], [1, "DOGS \u{1f415}"]] as const
      ) {
        const found = await mayHave(inbox, part);
        assertEquals([found.has(uids[i]!), found.has(late.uid)], [true, true]);
        assertEquals(found.has(uids[1 - i]!), false);
      }
      assertEquals([...await mayHave(inbox, "NO SUCH WORDS")], [late.uid]);
      await inbox.expunge([uids[0]!]);
      assertEquals([...await mayHave(inbox, "QUICK BR")], [late.uid]);
      await user.setTextIndex(false);
      assertEquals(await inbox.text.find("QUICK BR"), undefined);
      assertEquals(await inbox.text.missing(10), []);
      await user.setTextIndex(true);
      assertEquals(await inbox.text.missing(10), [...uids.slice(1), late.uid]);
    },
  );

  test(
    "a message whose text is too long to be kept is found by every search",
    async (_, inbox) => {
      assertEquals(await inbox.text.isBegun(), false);
      const [long, short] = [
        await append(inbox, "1"),
        await append(inbox, "2"),
      ];
      await inbox.text.put(
        new Map([[long.uid, undefined], [short.uid, inBody("SHORT TEXT")]]),
      );
      assertEquals(await inbox.text.missing(10), []);
      assertEquals(await inbox.text.isBegun(), true);
      const found = async (text: string) =>
        [...await mayHave(inbox, text)].sort();
      assertEquals(await found("OTHER WORDS"), [long.uid]);
      assertEquals(await found("SHORT TE"), [long.uid, short.uid]);
    },
  );

  test("quotes and operators in a searched text are text", async (_, inbox) => {
    const { uid } = await append(inbox, "m");
    const text = 'SAY "AND" OR NOT* (A:B) ^XY';
    await inbox.text.put(new Map([[uid, inBody(text)]]));
    for (const part of ['"AND"', "NOT*", "(A:B)", " ^XY", 'SAY "AND" OR NOT']) {
      assertEquals((await mayHave(inbox, part)).has(uid), true, part);
    }
    assertEquals((await mayHave(inbox, "ANDS NOT")).has(uid), false);
  });

  test(
    "a part of a word is found for certain, in headers and in bodies",
    async (_, inbox) => {
      const uids: number[] = [];
      for (
        const [headers, bodies] of [
          ["SUBJECT: MEETING\n", "AT NOON"],
          ["SUBJECT: X\n", "THE MEETINGS, AS EVER"],
          ["SUBJECT: STRASSE\n", "\u65e5\u672c\u8a9eMEET"],
          ["SUBJECT: 7MEETING7\n", "M.E.E.T. \0 MEE\u00adTING"],
        ] as const
      ) {
        const { uid } = await append(inbox, "m");
        uids.push(uid);
        await inbox.text.put(new Map([[uid, { headers, bodies }]]));
      }
      const [first, second, third, last] = uids;
      const found = (await inbox.text.find("MEET"))!;
      assertEquals([...found.inBodies].sort(), [second, third]);
      assertEquals(found.inHeaders.has(first!), true);
      assertEquals(found.inHeaders.has(third!), false);
      assertEquals((await mayHave(inbox, "EETING")).has(last!), true);
      const none = (await inbox.text.find("MEETINGX"))!;
      assertEquals([none.inBodies.size, none.inHeaders.size], [0, 0]);
      assertEquals((await mayHave(inbox, "STRASSEN")).size, 0);
    },
  );

  test("mailboxes are deleted with their messages, those below them stay", async (user) => {
    const made = await user.create("A");
    await user.create("A/B");
    const { uidValidity, id } = made;
    await append(made, "x");
    await user.delete("A");
    assertEquals(await user.mailbox("A"), undefined);
    assertEquals(await user.mailboxes(), ["INBOX", "A/B"]);
    await assertRejects(() => made.metas(), NoSuchMailbox);
    await assertRejects(() => user.delete("A"), NoSuchMailbox);
    await assertRejects(() => user.delete("INBOX"), InvalidMailboxName);
    const again = await user.create("A");
    assertEquals(await again.metas(), []);
    assert(again.uidValidity > uidValidity);
    assert(again.id !== id);
    await assertRejects(() => made.metas(), NoSuchMailbox);
  });

  test("renaming takes all that is below along", async (user) => {
    const top = await user.create("A");
    await user.create("A/B/C");
    await user.create("AB");
    const { uidValidity, id } = top;
    const { uid } = await append(top, "x");
    await user.rename("A", "Z/Y");
    assertEquals(await user.mailboxes(), ["INBOX", "AB", "Z/Y", "Z/Y/B/C"]);
    const moved = (await user.mailbox("Z/Y"))!;
    assertEquals([moved.uidValidity, moved.id], [uidValidity, id]);
    assertEquals(await textOf(moved, uid), "x");
    assertEquals(top.name, "Z/Y");
    assertEquals((await top.metas()).length, 1);
    await user.rename("Z", "W");
    assertEquals(await user.mailboxes(), ["INBOX", "AB", "W/Y", "W/Y/B/C"]);
    await append(top, "through the old hands");
    assertEquals((await (await user.mailbox("W/Y"))!.metas()).length, 2);
    await assertRejects(() => user.rename("A", "B"), NoSuchMailbox);
    await assertRejects(() => user.rename("W/Y", "AB"), MailboxExists);
    await assertRejects(() => user.rename("AB", "AB/C"), InvalidMailboxName);
    await assertRejects(() => user.rename("AB", "INBOX"), MailboxExists);
    await assertRejects(() => user.rename("AB", "a//b"), InvalidMailboxName);
    assertEquals(await user.mailboxes(), ["INBOX", "AB", "W/Y", "W/Y/B/C"]);
  });

  test(
    "renaming INBOX moves its messages and leaves it empty",
    async (user, inbox) => {
      await user.create("INBOX/Below");
      const { emailId } = await append(inbox, "x");
      await user.rename("inbox", "Old");
      assertEquals(await inbox.metas(), []);
      assertEquals(await user.mailboxes(), ["INBOX", "INBOX/Below", "Old"]);
      const [meta] = await (await user.mailbox("Old"))!.metas();
      assertEquals(meta!.emailId, emailId);
      await assertRejects(() => user.rename("INBOX", "Old"), MailboxExists);
    },
  );

  test("list() tells of mailboxes and the names above them", async (user) => {
    await user.create("A/B");
    await user.create("Sent", { specialUse: "\\Sent" });
    await user.subscribe("Sent");
    await user.subscribe("Gone");
    const plain = {
      selectable: true,
      hasChildren: false,
      specialUse: undefined,
      subscribed: false,
    };
    assertEquals(await user.list(), [
      { ...plain, name: "INBOX" },
      { ...plain, name: "A", selectable: false, hasChildren: true },
      { ...plain, name: "A/B" },
      { ...plain, name: "Sent", specialUse: "\\Sent", subscribed: true },
    ]);
    assertEquals((await user.mailbox("Sent"))!.specialUse, "\\Sent");
    await user.rename("Sent", "Gesendet");
    assertEquals((await user.list()).at(2)!.specialUse, undefined);
    assertEquals((await user.mailbox("Gesendet"))!.specialUse, "\\Sent");
  });

  test("subscriptions outlive their mailboxes", async (user) => {
    assertEquals(await user.subscribed(), []);
    await user.create("A/B.c d");
    await user.subscribe("A/B.c d");
    await user.subscribe("Cafe\u0301");
    await user.subscribe("A/B.c d");
    await user.delete("A/B.c d");
    assertEquals(await user.subscribed(), ["A/B.c d", "Caf\u00e9"]);
    await user.unsubscribe("Caf\u00e9");
    await user.unsubscribe("never was");
    assertEquals(await user.subscribed(), ["A/B.c d"]);
    await assertRejects(() => user.subscribe("a//b"), InvalidMailboxName);
  });

  test("the default mailboxes are made once", async (user) => {
    await user.makeDefaults();
    const uses = (await user.list()).map((info) => [
      ...[info.name, info.specialUse, info.subscribed],
    ]);
    const named = (name: string) => [name, `\\${name}` as SpecialUse, true];
    assertEquals(uses, [
      ["INBOX", undefined, false],
      ...["Archive", "Drafts", "Junk", "Sent", "Trash"].map(named),
    ]);
    await user.delete("Junk");
    await user.makeDefaults();
    assertEquals(await user.mailbox("Junk"), undefined);
  });

  test("watchers of the list hear of each change", async (user) => {
    const heard: MailboxListChange[] = [];
    const end = user.watchList((change) => heard.push(change));
    await user.create("A/B");
    await user.create("A/B");
    await user.create("A");
    await user.subscribe("A");
    await user.rename("A", "C");
    await user.unsubscribe("A");
    await user.delete("C");
    end();
    await user.create("D");
    assertEquals(heard, [
      { kind: "created", name: "A/B" },
      { kind: "created", name: "A" },
      { kind: "subscribed", name: "A" },
      { kind: "renamed", name: "C", from: "A" },
      { kind: "renamed", name: "C/B", from: "A/B" },
      { kind: "unsubscribed", name: "A" },
      { kind: "deleted", name: "C" },
    ]);
  });

  test("a quota counts all mailboxes and holds", async (user, inbox) => {
    const work = await user.create("Work");
    await append(inbox, "123");
    const { uid } = await append(work, "4567");
    assertEquals(await user.quota(), {
      ...{ octets: 7, messages: 2 },
      limits: { octets: undefined, messages: undefined },
    });
    await user.setQuota({ octets: 10, messages: 3 });
    await assertRejects(() => append(inbox, "more than that"), OverQuota);
    await append(inbox, "8");
    await assertRejects(() => append(inbox, "9"), OverQuota);
    await assertRejects(() => work.copy([uid], "INBOX"), OverQuota);
    await work.move([uid], "INBOX");
    assertEquals(await user.quota(), {
      ...{ octets: 8, messages: 3 },
      limits: { octets: 10, messages: 3 },
    });
    await inbox.expunge([(await inbox.metas())[0]!.uid]);
    await user.setQuota({ octets: 10 });
    await append(work, "12345");
    assertEquals((await user.quota()).limits.messages, undefined);
  });
}

function inBody(text: string): MessageText {
  return { headers: "", bodies: text };
}

/** UIDs of all messages that are not ruled out. */
async function mayHave(inbox: Mailbox, text: string): Promise<Set<number>> {
  const { inBodies, inHeaders, unsure } = (await inbox.text.find(text))!;
  return new Set([...inBodies, ...inHeaders, ...unsure]);
}

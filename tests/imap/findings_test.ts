import { assertEquals } from "@std/assert";
import { utf8Encode } from "../../src/bytes/mod.ts";
import { Findings } from "../../src/imap/findings.ts";
import { memoryStore } from "../../src/store/mod.ts";
import { runSession } from "./sample.ts";

const TEXTS = ["one", "two", "three", "four", "five", "six"];

/** A mailbox of which something is kept of each message but the last, and how often it is asked. */
async function findings(texts: readonly string[] = TEXTS) {
  const user = await memoryStore().open("alice@example.test");
  const inbox = (await user.mailbox("INBOX"))!;
  const uids: number[] = [];
  const kept = new Map<number, Uint8Array>();
  for (const text of [...texts, undefined]) {
    const { uid } = await inbox.append([utf8Encode("x")]);
    uids.push(uid);
    if (text !== undefined) kept.set(uid, utf8Encode(text));
  }
  await inbox.cache.put(new Map([["f1", kept]]));
  const asked = { get: 0, search: 0 };
  const found = new Findings({
    ...{ put: (some) => inbox.cache.put(some) },
    get: (uids, kind) => (asked.get++, inbox.cache.get(uids, kind)),
    search: (uids, kind, part) => (
      asked.search++, inbox.cache.search(uids, kind, part)
    ),
  }, (uid, count) => uids.filter((other) => other >= uid).slice(0, count));
  return { found, uids, asked };
}

Deno.test("what lacks an octet string is told for many messages after one question", async () => {
  const { found, uids, asked } = await findings();
  const part = utf8Encode("o");
  assertEquals(found.lacks(uids[0]!, part), undefined);
  await runSession(found.search(uids[0]!, "f1", part));
  const first = uids.map((uid) => found.lacks(uid, part));
  const beyond = [undefined, undefined, undefined];
  assertEquals(first, [false, false, true, false, ...beyond]);
  await runSession(found.search(uids[4]!, "f1", part));
  const second = uids.slice(4).map((uid) => found.lacks(uid, part));
  assertEquals(second, [true, true, false]);
  assertEquals(asked, { get: 0, search: 2 });
});

Deno.test("what has the octet string, and what is not known, need not be asked for again", async () => {
  const { found, uids, asked } = await findings();
  const part = utf8Encode("e");
  await runSession(found.search(uids[0]!, "f1", part));
  await runSession(found.search(uids[4]!, "f1", part));
  assertEquals(found.peek(uids[4]!, "f1"), utf8Encode("five"));
  assertEquals(found.peek(uids[6]!, "f1"), undefined);
  assertEquals(found.peek(uids[4]!, "d1"), null);
  assertEquals(found.peek(uids[5]!, "f1"), null);
  assertEquals(await runSession(found.get(uids[5]!, "f1")), utf8Encode("six"));
  assertEquals(asked, { get: 1, search: 2 });
});

Deno.test("what was found out meanwhile is had, though the search did not see it", async () => {
  const { found, uids } = await findings();
  const part = utf8Encode("e");
  await runSession(found.search(uids[6]!, "f1", part));
  found.keep(uids[6]!, "f1", utf8Encode("seven"));
  assertEquals(found.lacks(uids[6]!, part), false);
  assertEquals(found.peek(uids[6]!, "f1"), utf8Encode("seven"));
});

Deno.test("of sixteen octet strings at a time it is told what lacks them; others have to be read", async () => {
  const { found, uids } = await findings();
  const told: (boolean | undefined)[] = [];
  for (let i = 0; i < 18; i++) {
    const part = utf8Encode("nowhere");
    if (found.lacks(uids[0]!, part) === undefined) {
      await runSession(found.search(uids[0]!, "f1", part));
    }
    told.push(found.lacks(uids[0]!, part));
  }
  assertEquals(told, [...Array(16).fill(true), false, false]);
});

Deno.test("where much has the octet string, it is told apart and read again", async () => {
  const long = "e".repeat(60_000);
  const { found, uids, asked } = await findings(Array(200).fill(long));
  const part = utf8Encode("ee");
  for (const place of [0, 4, 20, 84]) {
    await runSession(found.search(uids[place]!, "f1", part));
  }
  assertEquals(found.lacks(uids[100]!, part), false);
  assertEquals(found.peek(uids[100]!, "f1"), null);
  assertEquals((await runSession(found.get(uids[100]!, "f1")))?.length, 60_000);
  assertEquals(asked, { get: 1, search: 4 });
});

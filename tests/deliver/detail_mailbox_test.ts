/** Where mail to `alice+detail@` goes, and what strangers cannot bring about with it. */

import { assertEquals } from "@std/assert";
import type { DetailRule } from "../../src/accounts/mod.ts";
import { utf8Encode } from "../../src/bytes/mod.ts";
import { localCourier } from "../../src/deliver/mod.ts";
import { memorySpool } from "../../src/queue/mod.ts";
import { memoryStore } from "../../src/store/mod.ts";
import type { MailUser } from "../../src/store/mod.ts";

const ALICE = "alice@example.test";

/** Alice's mail: the defaults, and a few more mailboxes. */
async function alice(...more: string[]) {
  const store = memoryStore();
  const user = await store.open(ALICE);
  await user.makeDefaults();
  for (const name of more) await user.create(name);
  const spool = memorySpool({ now: () => 0, random: Math.random });
  return { store, user, spool };
}

/** Delivers to `alice+detail` and tells in which mailbox the message is. */
async function deliver(
  { store, user, spool }: Awaited<ReturnType<typeof alice>>,
  rule: DetailRule,
  detail: string,
): Promise<string> {
  const draft = spool.begin();
  await draft.write(utf8Encode("Subject: x\r\n\r\n"));
  const destination = { kind: "mailbox", account: ALICE, detail } as const;
  await draft.commit({
    from: "s@example.org",
    recipients: [{ address: ALICE, destinations: [destination] }],
    body: "7BIT",
    smtputf8: false,
    received: 0,
  });
  const entry = spool.entries().find(({ id }) => id === draft.id);
  const before = await counts(user);
  const courier = localCourier(spool, store, () => Promise.resolve(rule));
  const [outcome] = await courier((await spool.load(entry!.id))!, [
    destination,
  ]);
  assertEquals(outcome!.kind, "sent");
  const after = await counts(user);
  return [...after].filter(([name, count]) => count !== (before.get(name) ?? 0))
    .map(([name]) => name).join(" ");
}

async function counts(user: MailUser): Promise<Map<string, number>> {
  const counted = new Map<string, number>();
  for (const name of await user.mailboxes()) {
    const { messages } = await (await user.mailbox(name))!.status();
    counted.set(name, messages);
  }
  return counted;
}

Deno.test("a detail goes to INBOX where the account does not ask for more", async () => {
  const mail = await alice("lists");
  assertEquals(await deliver(mail, "inbox", "lists"), "INBOX");
});

Deno.test("a detail names a mailbox that is there, in its spelling or another case", async () => {
  const mail = await alice("lists", "Work", "WORK", "a/b", "Café");
  const cases: [string, string][] = [
    ["lists", "lists"],
    ["LISTS", "lists"],
    ["Work", "Work"],
    ["a/b", "a/b"],
    ["cafe\u0301", "Café"],
    // Two are alike, and neither is written so.
    ["work", "INBOX"],
    ["inbox", "INBOX"],
    ["nowhere", "INBOX"],
    ["junk", "Junk"],
    ["archive", "Archive"],
    // Nobody else may put mail among what Alice sent, drafted or threw away.
    ["Sent", "INBOX"],
    ["drafts", "INBOX"],
    ["Trash", "INBOX"],
  ];
  for (const [detail, to] of cases) {
    assertEquals(await deliver(mail, "existing", detail), to, detail);
  }
  assertEquals(await mail.user.mailbox("nowhere"), undefined);
});

Deno.test("a detail makes its mailbox, subscribed, where the account wants that", async () => {
  const mail = await alice();
  assertEquals(await deliver(mail, "create", "Shop"), "Shop");
  assertEquals(await deliver(mail, "create", "shop"), "Shop");
  assertEquals((await mail.user.subscribed()).includes("Shop"), true);
});

Deno.test("a detail makes no mailbox that is more than a plain name", async () => {
  const mail = await alice();
  const names = [
    ...["", ".", "..", "../x", "a/b", "/", "a\\b", "%", "a b", "-x", "x\u0000"],
    ...["x".repeat(65), "Sent", "sent", "trash", "Inbox", "a\u202eb"],
  ];
  const before = await mail.user.mailboxes();
  for (const name of names) {
    assertEquals(await deliver(mail, "create", name), "INBOX", name);
  }
  assertEquals(await mail.user.mailboxes(), before);
  assertEquals(await deliver(mail, "create", "y".repeat(64)), "y".repeat(64));
});

Deno.test("details make 200 mailboxes and not one more", async () => {
  const mail = await alice();
  const there = (await mail.user.mailboxes()).length;
  for (let n = there; n < 200; n++) {
    assertEquals(await deliver(mail, "create", `n${n}`), `n${n}`);
  }
  assertEquals(await deliver(mail, "create", "more"), "INBOX");
  assertEquals((await mail.user.mailboxes()).length, 200);
});

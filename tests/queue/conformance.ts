/** What every spool does; survival of crashes has tests of its own. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import type {
  Conclusion,
  Envelope,
  Progress,
  Spool,
  WaitingEntry,
} from "../../src/queue/mod.ts";

export interface MadeSpool {
  readonly spool: Spool;
  readonly end: () => Promise<void>;
}

/** Registers the tests for one implementation. */
export function spoolConformance(
  name: string,
  make: () => Promise<MadeSpool>,
): void {
  const test = (claim: string, run: (spool: Spool) => Promise<void>) =>
    Deno.test(`${name}: ${claim}`, async () => {
      const { spool, end } = await make();
      try {
        await run(spool);
      } finally {
        await spool.close();
        await end();
      }
    });

  test("gives back every octet of messages of all sizes", async (spool) => {
    for (const size of [0, 1, 4096, 262_144, 262_145, 1_000_000]) {
      const octets = pattern(size);
      const id = await submit(spool, octets, envelope("alice"));
      const entry = spool.entries().find((entry) => entry.id === id);
      assertEquals(entry?.size, size);
      assertEquals(await readAll(spool, id), octets);
    }
  });

  test("takes a message in pieces and does not keep the caller's buffer", async (spool) => {
    const draft = spool.begin();
    const piece = new Uint8Array(100_000);
    for (let i = 0; i < 5; i++) {
      await draft.write(piece.fill(i));
      assertEquals(draft.size, (i + 1) * piece.length);
    }
    piece.fill(99);
    await draft.commit(envelope("alice"));
    const octets = await readAll(spool, draft.id);
    const values = [0, 1, 2, 3, 4].map((i) => octets[i * 100_000 + 5]);
    assertEquals(values, [0, 1, 2, 3, 4]);
  });

  test("keeps the envelope as it is", async (spool) => {
    const given: Envelope = {
      from: "grüße@example.org",
      recipients: [{
        address: "list@example.test",
        destinations: [
          {
            kind: "mailbox",
            account: "alice@example.test",
            detail: 'a"b\\\n\u2028',
          },
          { kind: "remote", address: "bob@example.net" },
        ],
        notify: ["SUCCESS", "DELAY"],
        orcpt: "rfc822;x@y",
      }],
      body: "BINARYMIME",
      smtputf8: true,
      ret: "HDRS",
      envid: "id 1",
      submitter: "carol@example.test",
      received: 1_700_000_000_123,
    };
    const id = await submit(spool, pattern(10), given);
    const entry = await spool.load(id);
    assertEquals(entry?.envelope, given);
    assertEquals([...entry!.pending].sort(), [
      "mailbox:alice@example.test",
      "remote:bob@example.net",
    ]);
  });

  test("ids are of letters, digits and hyphens, unlike, and sort by age", async (spool) => {
    const ids: string[] = [];
    for (let i = 0; i < 200; i++) ids.push(spool.begin().id);
    assertEquals(new Set(ids).size, 200);
    assertEquals(ids.toSorted(), ids);
    for (const id of ids) assert(/^[A-Za-z0-9-]+$/.test(id), id);
    await Promise.resolve();
  });

  test("nothing is to be seen of a draft before its commit or after its abort", async (spool) => {
    for (const size of [10, 300_000]) {
      const draft = spool.begin();
      await draft.write(pattern(size));
      assertEquals(spool.entries(), []);
      await assertRejects(() => spool.read(draft.id), Error);
      await draft.abort();
    }
    assertEquals(spool.entries(), []);
  });

  test("entries come oldest first", async (spool) => {
    const ids: string[] = [];
    for (let i = 0; i < 20; i++) {
      ids.push(await submit(spool, pattern(i), envelope("alice")));
    }
    assertEquals(spool.entries().map(({ id }) => id), ids);
  });

  test("several are loaded at once, in the order asked for, without those that are gone", async (spool) => {
    const ids: string[] = [];
    for (const to of ["alice", "bob", "carol", "dave"]) {
      ids.push(await submit(spool, pattern(100), envelope(to)));
    }
    const [alice, bob, carol, dave] = ids as [string, string, string, string];
    await spool.settle(bob, ["mailbox:bob"]);
    const asked = [dave, bob, "unknown", alice, carol, dave];
    assertEquals(
      (await spool.loadAll(asked)).map(({ id, envelope }) => [id, envelope]),
      [
        [dave, envelope("dave")],
        [alice, envelope("alice")],
        [carol, envelope("carol")],
        [dave, envelope("dave")],
      ],
    );
    assertEquals(
      [...spool.each()].map(({ id }) => id).sort(),
      [alice, carol, dave],
    );
  });

  test("watchers hear of what comes, each once", async (spool) => {
    await submit(spool, pattern(1), envelope("alice"));
    const heard: string[] = [];
    spool.watch(({ id }) => heard.push(id));
    const more = await Promise.all(
      ["bob", "carol"].map((to) => submit(spool, pattern(2), envelope(to))),
    );
    assertEquals(heard, more);
  });

  test("a destination that is settled is pending no more; all settled, the entry is gone", async (spool) => {
    const id = await submit(spool, pattern(9), envelope("alice", "bob"));
    const [entry] = spool.entries() as [WaitingEntry];
    await spool.settle(id, ["mailbox:alice"]);
    assertEquals([...entry.pending], ["mailbox:bob"]);
    assertEquals(await readAll(spool, id), pattern(9));
    await spool.settle(id, ["mailbox:bob"]);
    assertEquals(spool.entries(), []);
    await assertRejects(() => spool.read(id), Error, "not in the spool");
  });

  test("settling what is settled or unknown changes nothing", async (spool) => {
    const id = await submit(spool, pattern(9), envelope("alice", "bob"));
    await spool.settle(id, ["mailbox:alice"]);
    await spool.settle(id, ["mailbox:alice", "mailbox:nobody"]);
    await spool.settle("0unknown-1", ["mailbox:alice"]);
    const [entry] = spool.entries() as [WaitingEntry];
    assertEquals([...entry.pending], ["mailbox:bob"]);
  });

  test("settled() waits for the settlement of that destination", async (spool) => {
    const id = await submit(spool, pattern(9), envelope("alice", "bob"));
    const order: string[] = [];
    const waits = ["alice", "bob", "bob"].map((to) =>
      spool.settled(id, `mailbox:${to}`).then(() => order.push(to))
    );
    await spool.settled(id, "mailbox:nobody");
    await spool.settled("0unknown-1", "mailbox:alice");
    assertEquals(order, []);
    await spool.settle(id, ["mailbox:bob"]);
    await Promise.all(waits.slice(1));
    assertEquals(order, ["bob", "bob"]);
    await spool.settle(id, ["mailbox:alice"]);
    await waits[0];
    await spool.settled(id, "mailbox:alice");
    assertEquals(order, ["bob", "bob", "alice"]);
  });

  test("what is noted of a destination stays until it is settled", async (spool) => {
    const id = await submit(spool, pattern(9), envelope("alice", "bob"));
    const entry = spool.entry(id)!;
    assertEquals(entry.progress("mailbox:alice"), undefined);
    const tried: Progress = {
      attempts: 1,
      next: 1_700_000_300_000,
      last: 1_700_000_000_000,
      reply: { code: 451, enhanced: "4.7.1", lines: ["grüße", '"\n"'] },
      peer: "mx.example.org[192.0.2.1]:25",
    };
    await spool.note(id, { "mailbox:bob": tried });
    await spool.note(id, { "mailbox:alice": { attempts: 0, next: 0 } });
    const held: Progress = { attempts: 0, next: 0, held: true };
    await spool.note(id, { "mailbox:alice": held, "mailbox:nobody": held });
    assertEquals(entry.progress("mailbox:bob"), tried);
    assertEquals(entry.progress("mailbox:alice"), held);
    assertEquals(entry.progress("mailbox:nobody"), undefined);
    await spool.settle(id, ["mailbox:alice"]);
    assertEquals(entry.progress("mailbox:alice"), undefined);
    assertEquals(spool.entry(id)!.progress("mailbox:bob"), tried);
    await spool.note("0unknown-1", { "mailbox:alice": held });
  });

  test("a message settles what it reports of another", async (spool) => {
    for (const size of [100, 300_000]) {
      const id = await submit(spool, pattern(9), envelope("alice", "bob"));
      const warned: Progress = { attempts: 9, next: 0, warned: true };
      const waits = spool.settled(id, "mailbox:alice");
      const report = await submit(spool, pattern(size), envelope("sender"), {
        id,
        destinations: ["mailbox:alice", "mailbox:nobody"],
        notes: { "mailbox:bob": warned },
      });
      await waits;
      assertEquals([...spool.entry(id)!.pending], ["mailbox:bob"]);
      assertEquals(spool.entry(id)!.progress("mailbox:bob"), warned);
      assertEquals(await readAll(spool, report), pattern(size));
      const destinations = ["mailbox:bob"];
      await submit(spool, pattern(2), envelope(), { id, destinations });
      assertEquals(spool.entry(id), undefined);
      await submit(spool, pattern(2), envelope(), { id, destinations });
      assertEquals(spool.entries().map((entry) => entry.id), [report]);
      await spool.settle(report, ["mailbox:sender"]);
    }
  });

  test("one mailbox named twice is one destination", async (spool) => {
    const id = await submit(spool, pattern(9), envelope("alice", "alice"));
    assertEquals([...spool.entries()[0]!.pending], ["mailbox:alice"]);
    await spool.settle(id, ["mailbox:alice"]);
    assertEquals(spool.entries(), []);
  });

  test("a reader goes on when its message is settled meanwhile", async (spool) => {
    for (const size of [5000, 300_000]) {
      const id = await submit(spool, pattern(size), envelope("alice"));
      const octets = await spool.read(id);
      const first = await octets.read(100);
      await spool.settle(id, ["mailbox:alice"]);
      const rest = await octets.read(1_000_000);
      assertEquals(first!.length + rest!.length, size);
      assertEquals(await octets.read(100), undefined);
      octets.close();
    }
  });
}

export function envelope(...accounts: string[]): Envelope {
  return {
    from: "sender@example.org",
    recipients: accounts.map((account) => ({
      address: account,
      destinations: [{ kind: "mailbox", account }],
    })),
    body: "7BIT",
    smtputf8: false,
    received: 1_700_000_000_000,
  };
}

/** `size` octets of all values. */
export function pattern(size: number): Uint8Array {
  const octets = new Uint8Array(size);
  for (let i = 0; i < size; i++) octets[i] = (i * 7 + (i >> 8)) & 0xff;
  return octets;
}

/** Commits a message; returns its id. */
export async function submit(
  spool: Spool,
  octets: Uint8Array,
  to: Envelope,
  concludes?: Conclusion,
): Promise<string> {
  const draft = spool.begin();
  await draft.write(octets);
  await draft.commit(to, concludes);
  return draft.id;
}

export async function readAll(spool: Spool, id: string): Promise<Uint8Array> {
  const octets = await spool.read(id);
  const all = new Uint8Array(octets.size);
  let at = 0;
  for (;;) {
    const next = await octets.read(65_536);
    if (next === undefined) break;
    all.set(next, at);
    at += next.length;
  }
  octets.close();
  assertEquals(at, octets.size);
  return all;
}

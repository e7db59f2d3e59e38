import { assertEquals } from "@std/assert";
import { View } from "../../src/imap/view.ts";
import type { Change, Meta } from "../../src/store/mod.ts";
import { seededRandom } from "../harness/seeded_random.ts";

function meta(uid: number, flags: readonly string[] = [], modseq = uid): Meta {
  return {
    uid,
    size: 10,
    flags,
    internalDate: 0,
    modseq,
    uniqueId: `u${uid}`,
    savedDate: 0,
    emailId: `e${uid}`,
  };
}

function viewOf(...uids: number[]): View {
  return new View(uids.map((uid) => meta(uid)));
}

const appended = (uid: number): Change => ({
  kind: "appended",
  meta: meta(uid),
});
const expunged = (uid: number): Change => ({
  kind: "expunged",
  uid,
  modseq: 99,
});
const flagged = (uid: number, ...flags: string[]): Change => ({
  kind: "flags",
  meta: meta(uid, flags),
});

/** What a client hears, in short. */
function told(view: View, allowExpunge: boolean): string {
  const { expunged, vanished, exists, changed } = view.pending(allowExpunge);
  return [
    ...expunged.map((sequence, i) => `-${sequence}(${vanished[i]})`),
    ...(exists === undefined ? [] : [`=${exists}`]),
    ...changed.map(({ sequence, meta }) =>
      `${sequence}(${meta.uid}):${meta.flags.join(",")}`
    ),
  ].join(" ");
}

const tellings: readonly [
  claim: string,
  changes: readonly Change[],
  withoutExpunges: string,
  withExpunges: string,
][] = [
  ["nothing", [], "", ""],
  ["a new message is an EXISTS", [appended(50)], "=4", ""],
  ["three are one EXISTS", [50, 51, 52].map(appended), "=6", ""],
  ["one that is known already is none", [appended(30)], "", ""],
  ["an expunge waits for its moment", [expunged(20)], "", "-2(20)"],
  [
    "each expunge counts those before it out",
    [expunged(30), expunged(10), expunged(20)],
    "",
    "-1(10) -1(20) -1(30)",
  ],
  ["an unknown one is nothing", [expunged(77)], "", ""],
  ["twice is once", [expunged(10), expunged(10)], "", "-1(10)"],
  [
    "EXISTS counts what is gone, until that was told",
    [expunged(10), appended(50)],
    "=4",
    "-1(10)",
  ],
  ["what came and went was never there", [appended(50), expunged(50)], "", ""],
  ["flags", [flagged(20, "\\Seen")], "2(20):\\Seen", ""],
  [
    "only the latest flags, in the order of numbers",
    [flagged(30, "a"), flagged(10, "b"), flagged(30, "c")],
    "1(10):b 3(30):c",
    "",
  ],
  [
    "flags of what is gone are nothing",
    [flagged(10, "a"), expunged(10)],
    "",
    "-1(10)",
  ],
  [
    "flags of what is new come with it",
    [appended(50), flagged(50, "a")],
    "=4",
    "",
  ],
];

for (const [claim, changes, without, then] of tellings) {
  Deno.test(`View: ${claim}`, () => {
    const view = viewOf(10, 20, 30);
    for (const change of changes) view.apply(change);
    assertEquals(told(view, false), without);
    assertEquals(told(view, true), then);
    assertEquals(told(view, true), "");
    assertEquals(view.hasPending(true), false);
  });
}

Deno.test("View keeps a number until its EXPUNGE was told", () => {
  const view = viewOf(10, 20, 30);
  view.apply(expunged(10));
  assertEquals(view.at(2)?.meta.uid, 20);
  assertEquals(view.isGone(10), true);
  assertEquals(view.count, 3);
  assertEquals(view.hasPending(false), false);
  view.pending(true);
  assertEquals(view.at(2)?.meta.uid, 30);
  assertEquals(view.byUid(10), undefined);
});

const selections: readonly [
  ranges: readonly [number, number][],
  by: "sequence" | "uid",
  uids: readonly number[],
][] = [
  [[[1, 2]], "sequence", [10, 20]],
  [[[2, 1]], "sequence", [10, 20]],
  [[[Infinity, Infinity]], "sequence", [30]],
  [[[2, Infinity], [1, 1]], "sequence", [10, 20, 30]],
  [[[15, 25]], "uid", [20]],
  [[[99, Infinity]], "uid", [30]],
  [[[11, 19]], "uid", []],
  [[[1, 4294967295]], "uid", [10, 20, 30]],
  [[[20, 20], [20, 30], [1, 10]], "uid", [10, 20, 30]],
];

for (const [ranges, by, uids] of selections) {
  Deno.test(`View.select() takes ${JSON.stringify(ranges)} by ${by}`, () => {
    const found = viewOf(10, 20, 30).select(ranges, by);
    assertEquals(found.map(({ meta }) => meta.uid), uids);
    assertEquals(new View([]).select(ranges, by), []);
  });
}

/** A client that knows nothing but what it is told. */
class ToldClient {
  readonly messages: { uid: number | undefined; flags: string | undefined }[];

  constructor(readonly view: View) {
    this.messages = Array.from({ length: view.count }, () => unknown());
  }

  hear(allowExpunge: boolean): void {
    const { expunged, exists, changed } = this.view.pending(allowExpunge);
    for (const sequence of expunged) this.messages.splice(sequence - 1, 1);
    while (this.messages.length < (exists ?? 0)) this.messages.push(unknown());
    for (const { sequence, meta } of changed) {
      this.messages[sequence - 1] = {
        uid: meta.uid,
        flags: meta.flags.join(),
      };
    }
  }
}

function unknown(): { uid: undefined; flags: undefined } {
  return { uid: undefined, flags: undefined };
}

Deno.test("two clients that hear at random moments agree with the mailbox whenever they have heard all", () => {
  const random = seededRandom(20260102);
  const chance = (n: number) => Math.floor(random() * n);
  let agreed = 0;
  for (let round = 0; round < 200; round++) {
    const mailbox = new Map<number, string>();
    let next = 1;
    for (; next <= chance(6) + 1; next++) mailbox.set(next, "");
    const start = [...mailbox.keys()].map((uid) => meta(uid));
    const clients = [1, 2].map(() => new ToldClient(new View(start)));
    for (let step = 0; step < 40; step++) {
      const change = randomChange(mailbox, () => next++, chance);
      if (change) { for (const { view } of clients) view.apply(change); }
      const client = clients[chance(2)]!;
      if (chance(3) === 0) client.hear(chance(2) === 0);
    }
    for (const client of clients) {
      client.hear(true);
      const numbered = [...client.view.all()].map(({ meta }) => meta.uid);
      assertEquals(numbered, [...mailbox.keys()]);
      assertEquals(client.messages.length, mailbox.size);
      client.messages.forEach(({ uid, flags }, index) => {
        // What was told stands at the number that its message has now.
        if (uid === undefined) return;
        assertEquals([uid, flags], [numbered[index], mailbox.get(uid)]);
        agreed++;
      });
    }
  }
  assertEquals(agreed > 500, true, `only ${agreed} messages were compared`);
});

function randomChange(
  mailbox: Map<number, string>,
  nextUid: () => number,
  chance: (n: number) => number,
): Change | undefined {
  const uid = [...mailbox.keys()][chance(mailbox.size)];
  switch (chance(3)) {
    case 0: {
      const fresh = nextUid();
      mailbox.set(fresh, "");
      return appended(fresh);
    }
    case 1:
      if (uid === undefined) return undefined;
      mailbox.delete(uid);
      return expunged(uid);
    default: {
      if (uid === undefined) return undefined;
      const flag = `f${chance(5)}`;
      mailbox.set(uid, flag);
      return flagged(uid, flag);
    }
  }
}

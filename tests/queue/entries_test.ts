import { assert, assertEquals } from "@std/assert";
import { Entries } from "../../src/queue/entries.ts";
import type { About } from "../../src/queue/entry.ts";
import { notedOf } from "../../src/queue/said.ts";
import { nextSegment } from "../../src/queue/segment.ts";
import type { Progress } from "../../src/queue/spool.ts";
import { seededRandom } from "../harness/seeded_random.ts";

interface Known {
  readonly about: About;
  readonly keys: Map<string, Progress | undefined>;
  segment: number;
  at: number;
}

Deno.test("Entries: knows what a map of plain objects knows, whatever comes, changes and goes", () => {
  const random = seededRandom(11);
  const segments = [1, 2, 3].map((sequence) =>
    nextSegment("spool", sequence, random)
  );
  const entries = new Entries();
  const known = new Map<string, Known>();
  const pick = <T>(list: readonly T[]) =>
    list[Math.floor(random() * list.length)]!;
  const place = (segment: number, at: number) => ({
    ...{ segment: segments[segment]!, at, octetsAt: at + 300 },
    end: at + 1301,
  });
  const add = (turn: number) => {
    const count = random() < 0.02 ? 60 : 1 + Math.floor(random() * 3);
    const pending = Array.from(
      { length: count },
      (_, i) => `remote:${turn % 5 ? "user" : "üser☃"}${i}@x.example`,
    );
    const about = {
      id: `m${turn.toString(36)}-${Math.floor(random() * 1e6)}`,
      ...{ size: 1000, large: false, pending },
      ...{ notBefore: turn % 7 ? 0 : 1e12 + turn, priority: turn % 19 - 9 },
    };
    const [segment, at] = [turn % 3, turn * 2000];
    entries.add(about, place(segment, at));
    const keys = new Map(pending.map((key) => [key, undefined]));
    known.set(about.id, { about, keys, segment, at });
  };
  const note = (one: Known, turn: number) => {
    const key = pick([...one.about.pending]);
    const progress: Progress = {
      ...{ attempts: turn, next: 1.7e12 + turn },
      ...turn % 3 && { last: 1.7e12 },
      reply: { code: 451, enhanced: "4.7.1", lines: [`no ${turn % 4}`] },
    };
    entries.get(one.about.id)!.note(notedOf({ [key]: progress }));
    if (one.keys.has(key)) one.keys.set(key, progress);
  };
  const settle = (one: Known) => {
    const entry = entries.get(one.about.id)!;
    const gone = [...one.keys.keys()].filter(() => random() < 0.5);
    entry.settle(gone);
    for (const key of gone) one.keys.delete(key);
    assertEquals(entry.isDone, one.keys.size === 0);
    if (one.keys.size > 0) return;
    drop(one);
  };
  const drop = (one: Known) => {
    const entry = entries.get(one.about.id)!;
    assert(entries.delete(entry));
    assert(!entries.delete(entry));
    assertEquals([entry.pending.size, entry.isDone], [0, true]);
    known.delete(one.about.id);
  };
  const compare = () => {
    for (const { about, keys, segment, at } of known.values()) {
      const entry = entries.get(about.id)!;
      const { id, size, large, notBefore, priority } = entry;
      assertEquals(
        { id, size, large, notBefore, priority, pending: about.pending },
        about,
      );
      assertEquals(entry.place, place(segment, at));
      assertEquals([...entry.pending], [...keys.keys()]);
      for (const key of about.pending) {
        assertEquals(entry.waitsFor(key), keys.has(key));
        assertEquals(entry.progress(key), keys.get(key));
      }
    }
    const ids = [...entries].map(({ id }) => id).sort();
    assertEquals(ids, [...known.keys()].sort());
    for (const [i, segment] of segments.entries()) {
      const inIt = [...known.values()].filter((one) => one.segment === i);
      assertEquals(segment.live, inIt.length);
      assertEquals([...entries.within(segment)].length, inIt.length);
    }
    assertEquals(entries.live, 1301 * known.size);
  };
  for (let turn = 0; turn < 9000; turn++) {
    // It grows, shrinks to nothing, and grows again.
    const isGrowing = turn % 4500 < 2500;
    if (known.size === 0 || random() < (isGrowing ? 0.6 : 0.1)) add(turn);
    else {
      const one = pick([...known.values()]);
      const chance = random();
      if (chance < 0.3) note(one, turn);
      else if (chance < 0.6) settle(one);
      else if (chance < (isGrowing ? 0.7 : 0.9)) drop(one);
      else {
        one.segment = turn % 3;
        one.at = turn;
        entries.move(entries.get(one.about.id)!, place(one.segment, one.at));
      }
    }
    if (turn % 450 === 0) compare();
  }
  compare();
  assertEquals(entries.get("m0-0"), undefined);
});

Deno.test("Entries: a view of a message that is gone shows nothing of the one that has its slot", () => {
  const [segment] = [nextSegment("spool", 1, () => 0.5)];
  const place = { segment, at: 0, octetsAt: 10, end: 21 };
  const about = {
    ...{ size: 10, large: false, notBefore: 0, priority: 0 },
    pending: ["mailbox:alice"],
  };
  const entries = new Entries();
  const first = entries.add({ ...about, id: "first" }, place);
  entries.delete(first);
  const second = entries.add({ ...about, id: "second" }, place);
  assertEquals(second.slot, first.slot);
  assertEquals([...first.pending], []);
  first.settle(["mailbox:alice"]);
  first.note(notedOf({ "mailbox:alice": { attempts: 1, next: 2 } }));
  assertEquals([...second.pending], ["mailbox:alice"]);
  assertEquals(second.progress("mailbox:alice"), undefined);
});

Deno.test("Entries: what stays when many have gone is as it was, and so is what comes when all have", () => {
  const segment = nextSegment("spool", 1, () => 0.5);
  const entries = new Entries();
  const idOf = (i: number) => `m${i}`;
  const keyOf = (i: number) => `remote:${"x".repeat(200)}${i}@x.example`;
  const noteOf = (i: number): Progress => ({
    ...{ attempts: i, next: 1e12 + i, last: 1e12 },
    peer: `mx${i % 5}.example`,
  });
  const add = (i: number) => {
    const about = { size: 10, large: false, notBefore: 0, priority: 0 };
    const entry = entries.add(
      { ...about, id: idOf(i), pending: [keyOf(i)] },
      { segment, at: 100 * i, octetsAt: 100 * i + 50, end: 100 * i + 61 },
    );
    entry.note(notedOf({ [keyOf(i)]: noteOf(i) }));
  };
  const check = (i: number) => {
    const entry = entries.get(idOf(i))!;
    assertEquals([...entry.pending], [keyOf(i)]);
    assertEquals(entry.progress(keyOf(i)), noteOf(i));
    assertEquals([entry.place.at, entry.place.end], [100 * i, 100 * i + 61]);
  };
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 4000; i++) add(i);
    const held = entries.get(idOf(7))!;
    for (let i = 0; i < 4000; i++) {
      if (i % 8 !== 7) entries.delete(entries.get(idOf(i))!);
    }
    assertEquals([...held.pending], [keyOf(7)]);
    for (let i = 0; i < 4000; i++) {
      if (i % 8 === 7) check(i);
      else assert(!entries.has(idOf(i)));
    }
    for (let i = 7; i < 4000; i += 8) entries.delete(entries.get(idOf(i))!);
    assertEquals([[...entries].length, entries.live, segment.live], [0, 0, 0]);
  }
});

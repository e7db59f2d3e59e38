/** Stories: one suite for both implementations, and what only files have. */

import { assertEquals } from "@std/assert";
import { memoryDisk } from "../../src/disk/mod.ts";
import {
  type Chapter,
  fileStories,
  formatChapter,
  memoryStories,
  parseChapter,
  type Stories,
  tellingLog,
} from "../../src/story/mod.ts";

const DAY = 24 * 3600 * 1000;
const START = Date.UTC(2026, 10, 26, 12);

interface Stage {
  readonly stories: Stories;
  readonly pass: (time: number) => void;
  /** Closes and opens it again, where that means something. */
  readonly reopen: () => Promise<Stories>;
}

function chapter(
  id: string,
  event: string,
  fields: Record<string, unknown> = {},
  time = START,
): Chapter {
  return { time, id, event, fields };
}

function conforms(
  name: string,
  open: (now: () => number) => Promise<Stage["reopen"]>,
): void {
  const test = (claim: string, run: (stage: Stage) => Promise<void>) =>
    Deno.test(`${name}: ${claim}`, async () => {
      let now = START;
      const reopen = await open(() => now);
      const stories = await reopen();
      await run({ stories, reopen, pass: (time) => now += time });
      await stories.close();
    });

  test("gives back what was told of a message, in order", async ({ stories }) => {
    const first = chapter("a-1", "smtp.accepted", { from: "x@example.org" });
    const second = chapter(
      "a-1",
      "delivered",
      { to: "mailbox:a@b.test" },
      START + 1,
    );
    stories.tell(first);
    stories.tell(chapter("b-2", "smtp.accepted"));
    stories.tell(second);
    assertEquals(await stories.of("a-1"), [first, second]);
    assertEquals(await stories.of("nobody"), []);
  });

  test("finds messages by id, Message-ID and address", async ({ stories }) => {
    stories.tell(chapter("a-1", "smtp.accepted", {
      from: "Ann@example.org",
      to: ["bob@example.test", "carol@example.test"],
      message_id: "<1@example.org>",
    }));
    stories.tell(
      chapter("b-2", "smtp.accepted", { from: "", to: ["dave@example.test"] }),
    );
    stories.tell(
      chapter("b-2", "delivered", { to: "mailbox:ann@example.org" }),
    );
    const find = (wanted: Parameters<Stories["find"]>[0]) =>
      stories.find(wanted, 10);
    assertEquals(await find({ by: "id", id: "a-1" }), ["a-1"]);
    assertEquals(
      await find({ by: "messageId", messageId: "<1@example.org>" }),
      ["a-1"],
    );
    assertEquals(await find({ by: "address", address: "ann@example.org" }), [
      "a-1",
      "b-2",
    ]);
    assertEquals(await find({ by: "address", address: "carol@example.test" }), [
      "a-1",
    ]);
    assertEquals(await find({ by: "address", address: "n@example.org" }), []);
  });

  test("finds the newest where there are many", async ({ stories }) => {
    for (let i = 0; i < 100; i++) {
      stories.tell(chapter(`m-${i}`, "smtp.accepted", { from: "a@b.test" }));
    }
    const address = { by: "address", address: "a@b.test" } as const;
    assertEquals(await stories.find(address, 2), ["m-98", "m-99"]);
  });

  test("forgets what is older than it is kept", async ({ stories, pass }) => {
    stories.tell(chapter("old", "smtp.accepted"));
    pass(10 * DAY);
    stories.tell(chapter("new", "smtp.accepted", {}, START + 10 * DAY));
    await stories.tidy(30 * DAY);
    assertEquals((await stories.of("old")).length, 1);
    pass(22 * DAY);
    await stories.tidy(30 * DAY);
    assertEquals(await stories.of("old"), []);
    assertEquals((await stories.of("new")).length, 1);
  });
}

conforms("memory stories", (now) => {
  const stories = memoryStories({ now });
  return Promise.resolve(() => Promise.resolve(stories));
});

async function openOnDisk(now: () => number): Promise<Stage["reopen"]> {
  const disk = memoryDisk();
  await disk.makeDir("data");
  return () =>
    fileStories({
      disk,
      folder: "data/stories",
      now,
      log: (event, fields) => {
        throw new Error(`${event} ${fields.error}`);
      },
    });
}

conforms("file stories", openOnDisk);

Deno.test("file stories: outlive a restart", async () => {
  const reopen = await openOnDisk(() => START);
  const first = await reopen();
  first.tell(chapter("a-1", "smtp.accepted"));
  await first.close();
  const second = await reopen();
  second.tell(chapter("a-1", "delivered", {}, START + DAY));
  assertEquals((await second.of("a-1")).map(({ event }) => event), [
    "smtp.accepted",
    "delivered",
  ]);
  await second.close();
});

Deno.test("chapter line: every value comes back, and none breaks the line", () => {
  const fields = {
    to: ["a@b.test", 'quote"d @c.test'],
    reply: '5.1.1 \\ "no\r\nsuch" user = nobody',
    size: 12,
    held: true,
    tls: null,
    peer: "mx[192.0.2.1]:25",
  };
  const told = chapter("a-1", "delivery_refused", fields);
  const line = formatChapter(told);
  assertEquals(line.includes("\n"), false);
  assertEquals(parseChapter(line), told);
});

Deno.test("chapter line: what is none reads as none", () => {
  for (const line of ["", "x", "2026-11-26T10:00:00Z", "never a-1 event"]) {
    assertEquals(parseChapter(line), undefined);
  }
  const torn = '2026-11-26T10:00:00.000Z a-1 event to="a@b.test" reply="half';
  assertEquals(parseChapter(torn)?.fields, { to: "a@b.test" });
});

Deno.test("telling log: lines with an id become chapters, all lines are logged", async () => {
  const stories = memoryStories({ now: () => START });
  const lines: string[] = [];
  const log = tellingLog(
    (event) => void lines.push(event),
    stories,
    () => START,
  );
  log("started");
  log("delivered", { id: "a-1", level: "warn", to: "x" });
  assertEquals(lines, ["started", "delivered"]);
  assertEquals(await stories.of("a-1"), [
    chapter("a-1", "delivered", { to: "x" }),
  ]);
});

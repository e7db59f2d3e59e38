import { assert, assertEquals } from "@std/assert";
import {
  memorySendingLimits,
  openFileSendingLimits,
  type SendingLimits,
} from "../../src/accounts/mod.ts";
import { seededRandom } from "../harness/seeded_random.ts";

const HOUR = 3600_000;
const MINUTE = 60_000;
const SLOT = 5 * MINUTE;
/** The first moment of a slot. */
const START = 1_700_000_100_000;

interface Scene {
  readonly clock: { now: number };
  readonly limits: SendingLimits;
}

/** What every implementation has to do. */
function conformance(
  name: string,
  open: (now: () => number, folder: string) => SendingLimits,
): void {
  const test = (claim: string, use: (scene: Scene) => void) =>
    Deno.test(`${name}: ${claim}`, async () => {
      const folder = await Deno.makeTempDir();
      const clock = { now: START };
      const limits = open(() => clock.now, folder);
      try {
        use({ clock, limits });
      } finally {
        limits.close();
        await Deno.remove(folder, { recursive: true });
      }
    });

  test("n messages an hour, not n + 1, until the first of them is an hour old", (scene) => {
    const { limits, clock } = scene;
    const allowance = { messages_per_hour: 2 };
    limits.count("alice", 1);
    clock.now += HOUR / 2;
    assertEquals(limits.check("alice", 1, allowance), undefined);
    limits.count("alice", 1);
    const until = START + HOUR + SLOT;
    assertEquals(limits.check("alice", 1, allowance), {
      what: "messages",
      per: "hour",
      limit: 2,
      until,
    });
    assertEquals(limits.check("bob", 1, allowance), undefined);
    clock.now = until - 1;
    assertEquals(limits.check("alice", 1, allowance)?.until, until);
    clock.now = until;
    assertEquals(limits.check("alice", 1, allowance), undefined);
    // The second still counts, although the hour that began with the first is over.
    limits.count("alice", 1);
    assertEquals(
      limits.check("alice", 1, allowance)?.until,
      START + 1.5 * HOUR + SLOT,
    );
  });

  test("no hour and no day holds more than the limit, wherever it begins", (scene) => {
    const { limits, clock } = scene;
    const allowance = { recipients_per_hour: 20, recipients_per_day: 100 };
    const sent: [at: number, recipients: number][] = [];
    const random = seededRandom(7);
    while (clock.now < START + 60 * HOUR) {
      clock.now += Math.floor(random() * 8 * MINUTE);
      const recipients = 1 + Math.floor(random() * 5);
      if (limits.check("alice", recipients, allowance)) continue;
      limits.count("alice", recipients);
      sent.push([clock.now, recipients]);
    }
    for (const [length, limit] of [[HOUR, 20], [24 * HOUR, 100]] as const) {
      const most = Math.max(
        ...sent.map(([begin]) =>
          sent.filter(([at]) => begin <= at && at < begin + length)
            .reduce((sum, [, recipients]) => sum + recipients, 0)
        ),
      );
      assert(most <= limit && most > limit * 0.9, `${most} of ${limit}`);
    }
  });

  test("n recipients a day, over the hours", ({ limits, clock }) => {
    const allowance = { recipients_per_day: 10, recipients_per_hour: 10 };
    limits.count("alice", 4);
    clock.now += 5 * HOUR;
    limits.count("alice", 5);
    assertEquals(limits.check("alice", 1, allowance), undefined);
    const until = START + 24 * HOUR + SLOT;
    assertEquals(limits.check("alice", 2, allowance), {
      what: "recipients",
      per: "day",
      limit: 10,
      until,
    });
    // For more it has to wait until the other message is forgotten, too.
    assertEquals(
      limits.check("alice", 5, allowance)?.until,
      until,
    );
    assertEquals(limits.check("alice", 6, allowance)?.until, until + 5 * HOUR);
    clock.now = until;
    assertEquals(limits.check("alice", 5, allowance), undefined);
    assertEquals(limits.check("alice", 11, allowance)?.per, "day");
  });

  test("a message that alone is too much is refused at any time", ({ limits }) => {
    const allowance = { recipients_per_hour: 3 };
    assertEquals(limits.check("alice", 3, allowance), undefined);
    assertEquals(limits.check("alice", 4, allowance)?.until, START);
  });

  test("0 and nothing are no limit; a clock set back locks nobody out", (scene) => {
    const { limits, clock } = scene;
    for (let i = 0; i < 100; i++) limits.count("alice", 100);
    assertEquals(limits.check("alice", 1, {}), undefined);
    const none = { messages_per_hour: 0, recipients_per_day: 0 };
    assertEquals(limits.check("alice", 1, none), undefined);
    const one = { messages_per_day: 1 };
    assertEquals(limits.check("alice", 1, one)?.per, "day");
    clock.now -= 365 * 24 * HOUR;
    assertEquals(limits.check("alice", 1, one), undefined);
  });
}

conformance("memorySendingLimits", memorySendingLimits);
conformance(
  "openFileSendingLimits",
  (now, folder) => openFileSendingLimits(`${folder}/sending.db`, now),
);

Deno.test("openFileSendingLimits keeps what was counted, in a file for us alone", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/sending.db`;
  try {
    const first = openFileSendingLimits(path, () => START);
    first.count("alice", 7);
    first.close();
    const second = openFileSendingLimits(path, () => START + 1);
    const excess = second.check("alice", 1, { recipients_per_hour: 7 });
    second.close();
    assertEquals(excess?.until, START + HOUR + SLOT);
    assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

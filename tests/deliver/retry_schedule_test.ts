import { assertEquals } from "@std/assert";
import {
  deadlinesOf,
  type FailedAttempt,
  nextAttemptIn,
  nextStep,
  PATIENCE,
} from "../../src/deliver/mod.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

Deno.test("nextAttemptIn() at home doubles from ten seconds to a quarter of an hour", () => {
  const table: [number, number][] = [
    [1, 10],
    [2, 20],
    [3, 40],
    [6, 320],
    [7, 640],
    [8, 900],
    [500, 900],
  ];
  for (const [attempts, seconds] of table) {
    assertEquals(nextAttemptIn(attempts, "local", 0), seconds * 1000);
  }
});

Deno.test("nextAttemptIn() elsewhere goes from five minutes to four hours", () => {
  const table: [number, number][] = [
    [0, 5],
    [1, 5],
    [2, 10],
    [3, 20],
    [4, 30],
    [9, 180],
    [10, 240],
    [11, 240],
    [1e9, 240],
  ];
  for (const [attempts, minutes] of table) {
    assertEquals(nextAttemptIn(attempts, "remote", 0), minutes * MINUTE);
  }
});

Deno.test("nextAttemptIn() is later by a fifth at most, never earlier", () => {
  for (const random of [0, 0.25, 0.5, 0.999]) {
    assertEquals(
      nextAttemptIn(1, "remote", random),
      Math.round(5 * MINUTE * (1 + random / 5)),
    );
  }
});

Deno.test("deadlinesOf(): a release in the future is no delay, DELIVERBY only shortens", () => {
  const received = 1_700_000_000_000;
  const by = (mode: "R" | "N", after: number) => ({
    received,
    deliverBy: { at: received + after, mode, trace: false },
  });
  const table: [Parameters<typeof deadlinesOf>[0], object][] = [
    [{ received }, { expires: 5 * DAY, warns: 4 * HOUR }],
    [
      { received, notBefore: received + DAY },
      { expires: 6 * DAY, warns: DAY + 4 * HOUR },
    ],
    [by("R", HOUR), { expires: HOUR, warns: 4 * HOUR, isStrict: true }],
    [by("R", 9 * DAY), { expires: 5 * DAY, warns: 4 * HOUR }],
    [by("N", HOUR), { expires: 5 * DAY, warns: HOUR, isAsked: true }],
    [by("N", 9 * DAY), { expires: 5 * DAY, warns: 4 * HOUR }],
  ];
  for (const [envelope, wanted] of table) {
    const { expires, warns, ...rest } = deadlinesOf(envelope, PATIENCE);
    assertEquals({
      ...{ expires: expires - received, warns: warns - received },
      ...rest,
    }, { isStrict: false, isAsked: false, ...wanted });
  }
});

Deno.test("nextStep() retries, warns once, and gives up when the message expires", () => {
  const base: FailedAttempt = {
    deadlines: {
      ...{ expires: 10 * HOUR, warns: 4 * HOUR },
      ...{ isStrict: false, isAsked: false },
    },
    attempts: 1,
    place: "remote",
    warned: false,
    now: 0,
    random: 0,
  };
  const table: [Partial<FailedAttempt>, object][] = [
    [{}, { kind: "retry", next: 5 * MINUTE, warn: false }],
    [{ retryAfter: HOUR }, { kind: "retry", next: HOUR, warn: false }],
    [{ retryAfter: 1 }, { kind: "retry", next: 5 * MINUTE, warn: false }],
    // The warning is not put off to the attempt after the next.
    [{ now: 3 * HOUR, attempts: 9 }, {
      ...{ kind: "retry", next: 4 * HOUR, warn: false },
    }],
    [{ now: 4 * HOUR, attempts: 9 }, {
      ...{ kind: "retry", next: 7 * HOUR, warn: true },
    }],
    [{ now: 4 * HOUR, attempts: 9, warned: true }, {
      ...{ kind: "retry", next: 7 * HOUR, warn: false },
    }],
    // There is a last attempt when it expires.
    [{ now: 9 * HOUR, attempts: 9, warned: true }, {
      ...{ kind: "retry", next: 10 * HOUR, warn: false },
    }],
    [{ now: 10 * HOUR }, { kind: "expired" }],
  ];
  for (const [given, wanted] of table) {
    assertEquals(nextStep({ ...base, ...given }), wanted);
  }
});

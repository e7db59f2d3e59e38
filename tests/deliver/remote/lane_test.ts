/** Lanes: slow start, breaks, reuse, with connections that the test plays by hand. */

import { assert, assertEquals, assertExists } from "@std/assert";
import {
  type Errand,
  Lane,
  type Unreached,
} from "../../../src/deliver/remote/lane.ts";
import type { Peer, Reached } from "../../../src/deliver/remote/reach.ts";
import type {
  ClientResult,
  Transmission,
} from "../../../src/smtp_client/mod.ts";

const peer: Peer = { name: "mx.example.org[192.0.2.1]:25" };
const SENT: ClientResult = {
  kind: "sent",
  reply: { code: 250, lines: ["OK"] },
  spoken: true,
  step: "message",
  dsn: false,
};
const LOST: ClientResult = {
  ...SENT,
  kind: "later",
  reply: { code: 451, lines: ["lost"] },
  spoken: false,
};
const UNTRIED: ClientResult = { ...LOST, untried: true };
const REFUSED: Unreached = {
  kind: "later",
  reply: { code: 421, lines: ["connection refused"] },
};
const MINUTE = 60_000;

/** A connection under way, played by the test. */
interface Connection {
  /** Asks for the next message, as a session does that is ready. */
  readonly ask: () => Promise<Transmission | undefined>;
  readonly end: (reached?: Reached) => Promise<void>;
}

/** Lets promises run that are ready. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

function stage({ most = 4, messages = 100, places = 100 } = {}) {
  const connections: Connection[] = [];
  const told: string[] = [];
  let now = 0;
  let taken = 0;
  const lane = new Lane({
    now: () => now,
    most: () => most,
    messagesPerConnection: () => messages,
    place: () => {
      if (++taken > places) return new Promise(() => {});
      return Promise.resolve(() => void taken--);
    },
    reach: (next) =>
      new Promise((resolve) =>
        connections.push({
          ask: () => next(peer),
          end: (reached = { kind: "served" }) => {
            resolve(reached);
            return settle();
          },
        })
      ),
  });
  const send = async (name: string) => {
    const errand: Errand = {
      untried: 0,
      transmission: {
        from: name,
        recipients: [],
        body: "7BIT",
        smtputf8: false,
        size: 0,
        open: () => Promise.reject(new Error("not read here")),
      },
      done: ([result]) =>
        void told.push(`${name}: ${result!.kind} ${result!.reply.lines[0]}`),
      unreached: ({ reply }, until) =>
        void told.push(`${name}: ${reply.lines[0]}, not before ${until}`),
    };
    lane.send(errand);
    await settle();
  };
  return { lane, connections, told, send, pass: (time: number) => now += time };
}

Deno.test("lane: begins with one connection, which takes one message after the other", async () => {
  const { lane, connections, told, send } = stage();
  await send("a");
  await send("b");
  assertEquals(connections.length, 1);
  const [connection] = connections;
  assertExists(connection);
  for (const name of ["a", "b"]) {
    const transmission = await connection.ask();
    assertEquals(transmission?.from, name);
    await transmission?.done([SENT]);
  }
  assertEquals(told, ["a: sent OK", "b: sent OK"]);
  const rest = connection.ask();
  lane.stop();
  assertEquals(await rest, undefined);
});

Deno.test("lane: each message that is taken allows one connection more", async () => {
  const { lane, connections, send } = stage({ most: 2 });
  await send("a");
  const first = await connections[0]!.ask();
  await first!.done([SENT]);
  for (const name of ["b", "c", "d"]) await send(name);
  assertEquals(connections.length, 2);
  lane.stop();
});

Deno.test("lane: a connection that rests takes what comes", async () => {
  const { connections, send } = stage();
  await send("a");
  await (await connections[0]!.ask())!.done([SENT]);
  const rest = connections[0]!.ask();
  await settle();
  await send("b");
  assertEquals((await rest)?.from, "b");
  assertEquals(connections.length, 1);
});

Deno.test("lane: after its messages a connection goes, and another one comes", async () => {
  const { lane, connections, send } = stage({ messages: 1 });
  await send("a");
  await (await connections[0]!.ask())!.done([SENT]);
  await send("b");
  assertEquals(connections.length, 2);
  assertEquals(await connections[0]!.ask(), undefined);
  assertEquals((await connections[1]!.ask())?.from, "b");
  lane.stop();
});

Deno.test("lane: a peer that is not reached is left alone, longer each time", async () => {
  const { connections, told, send, pass } = stage();
  await send("a");
  await send("b");
  await connections[0]!.end(REFUSED);
  assertEquals(told.splice(0), [
    `a: connection refused, not before ${MINUTE}`,
    `b: connection refused, not before ${MINUTE}`,
  ]);
  await send("c");
  assertEquals(connections.length, 1);
  assertEquals(told.splice(0), [
    `c: connection refused, not before ${MINUTE}`,
  ]);
  pass(MINUTE);
  await send("d");
  assertEquals(connections.length, 2);
  await connections[1]!.end(REFUSED);
  assertEquals(told.splice(0), [
    `d: connection refused, not before ${3 * MINUTE}`,
  ]);
});

Deno.test("lane: a peer that takes a message is forgiven", async () => {
  const { lane, connections, told, send, pass } = stage();
  await send("a");
  await connections[0]!.end(REFUSED);
  pass(MINUTE);
  await send("b");
  await (await connections[1]!.ask())!.done([SENT]);
  await connections[1]!.end();
  await send("c");
  await connections[2]!.end(REFUSED);
  assertEquals(
    told.at(-1),
    `c: connection refused, not before ${2 * MINUTE}`,
  );
  lane.stop();
});

Deno.test("lane: while one connection works, another that fails closes nothing", async () => {
  const { lane, connections, told, send } = stage();
  await send("a");
  const first = await connections[0]!.ask();
  await first!.done([SENT]);
  await send("b");
  await send("c");
  assertEquals(connections.length, 2);
  const busy = await connections[0]!.ask();
  assertEquals(busy?.from, "b");
  await connections[1]!.end(REFUSED);
  await busy!.done([SENT]);
  assertEquals((await connections[0]!.ask())?.from, "c");
  assertEquals(told, ["a: sent OK", "b: sent OK"]);
  lane.stop();
});

Deno.test("lane: a message that a lost connection never spoke of goes over another, twice", async () => {
  const { lane, connections, told, send } = stage();
  await send("a");
  for (let i = 0; i < 2; i++) {
    await (await connections[i]!.ask())!.done([UNTRIED]);
    await connections[i]!.end();
    assertEquals(told, []);
  }
  await (await connections[2]!.ask())!.done([UNTRIED]);
  assertEquals(told, ["a: later lost"]);
  lane.stop();
});

Deno.test("lane: one that is lost in the middle is for the queue to repeat", async () => {
  const { lane, connections, told, send } = stage();
  await send("a");
  await (await connections[0]!.ask())!.done([LOST]);
  assertEquals(told, ["a: later lost"]);
  lane.stop();
});

Deno.test("lane: after a stop no connection waits for more", async () => {
  const { lane, connections, told, send } = stage();
  await send("a");
  const transmission = await connections[0]!.ask();
  lane.stop();
  await transmission!.done([SENT]);
  assertEquals(await connections[0]!.ask(), undefined);
  assertEquals(told, ["a: sent OK"]);
});

Deno.test("lane: is idle when nothing is known in it", async () => {
  const { lane, connections, send, pass } = stage();
  assert(lane.isIdle);
  await send("a");
  assert(!lane.isIdle);
  await connections[0]!.end(REFUSED);
  assert(!lane.isIdle);
  pass(MINUTE);
  assert(lane.isIdle);
});

Deno.test("lane: without a place it waits for one", async () => {
  const { lane, connections, send } = stage({ places: 0 });
  await send("a");
  assertEquals(connections.length, 0);
  lane.stop();
});

/** The wire: lines, counts and output, however the octets arrive. */

import {
  assert,
  assertEquals,
  assertGreater,
  assertInstanceOf,
  assertLess,
  assertThrows,
} from "@std/assert";
import { latin1Decode, latin1Encode } from "../../src/bytes/mod.ts";
import {
  BareLineEnd,
  Disconnected,
  flush,
  limits,
  LineTooLong,
  type Session,
  settle,
  type Step,
  Wire,
  work,
} from "../../src/wire/mod.ts";

/** What reading lines came to: their texts, and the names of errors between them. */
function* readLines(wire: Wire, limit: number): Session<string[]> {
  const read: string[] = [];
  while (true) {
    try {
      read.push(yield* wire.line(limit));
    } catch (error) {
      if (error instanceof Disconnected) return read;
      read.push((error as Error).name);
    }
  }
}

/** Steps `session` with `pieces` as its input and the end after them. */
function run<T>(wire: Wire, session: Session<T>, pieces: readonly string[]): T {
  let next = 0;
  let result = session.next();
  while (!result.done) {
    assertEquals(result.value.kind, "input");
    if (next < pieces.length) wire.feed(latin1Encode(pieces[next++]!));
    else wire.feedEof();
    result = session.next("input");
  }
  return result.value;
}

const LIMIT = 8;

const LINES: readonly (readonly [input: string, read: readonly string[]])[] = [
  ["", []],
  ["a", []],
  ["\r\n", [""]],
  ["a\r\nb\r\n", ["a", "b"]],
  ["a\r\nb", ["a"]],
  ["\x00\x80\xff\r\n", ["\x00\x80\xff"]],
  // n octets pass, n + 1 do not; the next line is read.
  ["123456\r\nok\r\n", ["123456", "ok"]],
  ["1234567\r\nok\r\n", ["LineTooLong", "ok"]],
  ["123456789012345678\r\nok\r\n", ["LineTooLong", "ok"]],
  // Bare CR and LF.
  ["a\nb\r\nok\r\n", ["BareLineEnd", "ok"]],
  ["a\rb\r\nok\r\n", ["BareLineEnd", "ok"]],
  ["\n\r\nok\r\n", ["BareLineEnd", "ok"]],
  ["\r\r\nok\r\n", ["BareLineEnd", "ok"]],
  ["\ra\r\nok\r\n", ["BareLineEnd", "ok"]],
  ["a\n\n\n\r\nok\r\n", ["BareLineEnd", "ok"]],
  ["a\r\r\r\nok\r\n", ["BareLineEnd", "ok"]],
  // Long and bare: too long it is.
  ["1234\n56789\r\nok\r\n", ["LineTooLong", "ok"]],
  ["12345678\r\r\nok\r\n", ["LineTooLong", "ok"]],
];

for (const [input, read] of LINES) {
  Deno.test(`Wire.line() reads ${JSON.stringify(input)}, whole and in all pieces`, () => {
    const whole = new Wire();
    assertEquals(run(whole, readLines(whole, LIMIT), [input]), read);
    const bytewise = new Wire();
    assertEquals(run(bytewise, readLines(bytewise, LIMIT), [...input]), read);
    for (let cut = 1; cut < input.length; cut++) {
      const wire = new Wire();
      const pieces = [input.slice(0, cut), input.slice(cut)];
      assertEquals(run(wire, readLines(wire, LIMIT), pieces), read);
    }
  });
}

Deno.test("Wire.line() keeps no more of a line than its limit", () => {
  const wire = new Wire();
  const session = wire.line(100);
  session.next();
  for (let i = 0; i < 1000; i++) {
    wire.feed(latin1Encode("x".repeat(50)));
    session.next("input");
    assertLess(wire.buffered, 151);
  }
  wire.feed(latin1Encode("\r\n"));
  assertThrows(() => session.next("input"), LineTooLong);
});

Deno.test("Wire.line() takes linear time when a long line comes octet by octet", () => {
  const octet = latin1Encode("x");
  const time = (octets: number) => {
    const wire = new Wire();
    const session = wire.line(octets + 2);
    session.next();
    const start = performance.now();
    for (let i = 0; i < octets; i++) {
      wire.feed(octet);
      session.next("input");
    }
    return performance.now() - start;
  };
  time(20_000);
  const short = Math.min(time(20_000), time(20_000), time(20_000));
  const long = Math.min(time(80_000), time(80_000), time(80_000));
  // Four times the octets: sixteen times the work, were it quadratic.
  assertLess(long, 10 * short + 20);
});

Deno.test("Wire.exactly() waits for all its octets and leaves the rest", () => {
  const wire = new Wire();
  const bytes = run(wire, wire.exactly(4), ["a", "bc", "def"]);
  assertEquals(latin1Decode(bytes), "abcd");
  assertEquals(latin1Decode(wire.peek()), "ef");
});

Deno.test("Wire.some() returns what is there, and never more than asked", () => {
  const wire = new Wire();
  assertEquals(latin1Decode(run(wire, wire.some(2), ["abc"])), "ab");
  assertEquals(latin1Decode(run(wire, wire.some(9), [])), "c");
});

Deno.test("Wire throws Disconnected where input ends before it is enough", () => {
  const readers = [
    (wire: Wire) => wire.line(10),
    (wire: Wire) => wire.exactly(4),
    (wire: Wire) => wire.more(),
  ];
  for (const [i, read] of readers.entries()) {
    const wire = new Wire();
    const input = i === 2 ? [] : ["abc"];
    assertThrows(() => run<unknown>(wire, read(wire), input), Disconnected);
  }
});

Deno.test("Wire.feed() copies: its caller may use the buffer again", () => {
  const wire = new Wire();
  const buffer = latin1Encode("abc");
  wire.feed(buffer);
  buffer.fill(0);
  assertEquals(latin1Decode(wire.peek()), "abc");
});

Deno.test("Wire.lend() copies nothing, and Wire.keep() what is left", () => {
  const wire = new Wire();
  const buffer = latin1Encode("abcdef");
  wire.lend(buffer);
  assertEquals(wire.peek().buffer, buffer.buffer);
  wire.skip(2);
  wire.keep();
  buffer.fill(0);
  assertEquals(latin1Decode(wire.peek()), "cdef");
  wire.lend(latin1Encode("gh"));
  wire.feed(latin1Encode("ij"));
  assertEquals(latin1Decode(wire.peek()), "cdefghij");
});

Deno.test("Wire.feed() writes nothing to a buffer that was lent", () => {
  const wire = new Wire();
  const buffer = latin1Encode("abcdef");
  wire.lend(buffer);
  wire.skip(4);
  wire.feed(latin1Encode("gh"));
  assertEquals(latin1Decode(wire.peek()), "efgh");
  assertEquals(latin1Decode(buffer), "abcdef");
});

Deno.test("Wire tells its driver when a message is read", () => {
  const wire = new Wire();
  assertEquals(wire.more().next().value, {
    ...{ kind: "input", patience: wire.patience },
    ...{ fresh: true, atRest: false, expectsMuch: false },
  });
  wire.expectsMuch = true;
  const step = wire.more().next().value as Step;
  assertEquals(step.kind === "input" && step.expectsMuch, true);
});

Deno.test("Wire.feed() keeps order when it makes room again and again", () => {
  const wire = new Wire();
  let fed = "";
  let read = "";
  for (let i = 0; i < 500; i++) {
    const piece = String.fromCharCode(33 + i % 90).repeat(1 + i * 7 % 300);
    fed += piece;
    wire.feed(latin1Encode(piece));
    const take = Math.min(wire.buffered, i * 13 % 400);
    read += latin1Decode(wire.takeInput(take));
  }
  read += latin1Decode(wire.peek());
  assertEquals(read, fed);
});

Deno.test("Wire queues texts and bytes in their order, and gives them out together", () => {
  const wire = new Wire();
  wire.sendLine("one");
  wire.sendBytes(latin1Encode("two\r\n"));
  wire.sendLine("thrée");
  assertEquals(
    new TextDecoder().decode(wire.takeOutput()),
    "one\r\ntwo\r\nthrée\r\n",
  );
  assertEquals(wire.takeOutput(), undefined);
});

Deno.test("Wire.sendLine() lets nobody smuggle a line out", () => {
  const wire = new Wire();
  wire.sendLine("250 a\r\n250 b\0");
  assertEquals(latin1Decode(wire.takeOutput()!), "250 a  250 b \r\n");
});

Deno.test("Wire.isFull tells when output waits in masses", () => {
  const wire = new Wire();
  assertEquals(wire.isFull, false);
  wire.sendBytes(new Uint8Array(limits.wire.outputHigh));
  assertEquals(wire.isFull, true);
  wire.takeOutput();
  assertEquals(wire.isFull, false);
});

Deno.test("Wire.upgrade() forgets what was read before and during the handshake (RFC 3207 §4.2)", () => {
  const wire = new Wire();
  wire.feed(latin1Encode("before"));
  const session = wire.upgrade("tls");
  assertEquals(session.next().value, { kind: "upgrade", to: "tls" });
  wire.feed(latin1Encode("during"));
  session.next();
  assertEquals(wire.buffered, 0);
});

Deno.test("Wire.command() lets the server stop in its wait, Wire.line() does not", () => {
  const wire = new Wire();
  const rests = [wire.command(10), wire.line(10)].map((session) => {
    const step = session.next().value as Step;
    session.return("");
    return step.kind === "input" && step.atRest;
  });
  assertEquals(rests, [true, false]);
});

Deno.test("Wire asks for fresh patience once a line", () => {
  const wire = new Wire();
  wire.patience = 7;
  const session = wire.line(100);
  const steps = [session.next().value as Step];
  for (const octet of "ab") {
    wire.feed(latin1Encode(octet));
    steps.push(session.next("input").value as Step);
  }
  assertEquals(
    steps.map((step) => step.kind === "input" && [step.fresh, step.patience]),
    [[true, 7], [false, 7], [false, 7]],
  );
});

Deno.test("Wire.moreOr() returns at once for input that is there, and tells a wake from input", () => {
  const wire = new Wire();
  const wake = Promise.resolve();
  const waiting = wire.moreOr(wake);
  const step = waiting.next().value as Step;
  assert(step.kind === "input" && step.wake === wake);
  assertEquals(waiting.next("wake"), { done: true, value: "wake" });
  wire.feed(latin1Encode("x"));
  assertEquals(wire.moreOr(wake).next(), { done: true, value: "input" });
});

Deno.test("work() hands over its value and its error; settle() waits for promises only", async () => {
  const session = work(() => Promise.resolve(42));
  const step = session.next().value as Step;
  assert(step.kind === "work");
  assertEquals(session.next(await step.run()), { done: true, value: 42 });
  const failing = work(() => Promise.reject(new Error("no")));
  failing.next();
  const error = assertThrows(() => failing.throw(new Error("no")), Error);
  assertInstanceOf(error, Error);
  assertEquals(settle(7).next(), { done: true, value: 7 });
  assertEquals((settle(Promise.resolve(7)).next().value as Step).kind, "work");
  assertEquals(flush().next().value, { kind: "flush" });
});

Deno.test("an idle Wire holds no buffer", () => {
  const wire = new Wire();
  wire.feed(new Uint8Array(60_000));
  assertGreater(wire.peek().buffer.byteLength, 0);
  wire.skip(60_000);
  assertEquals(wire.peek().buffer.byteLength, 0);
});

Deno.test("BareLineEnd and LineTooLong carry their names", () => {
  assertEquals([new BareLineEnd().name, new LineTooLong().name], [
    "BareLineEnd",
    "LineTooLong",
  ]);
});

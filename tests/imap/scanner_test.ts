import { assertEquals, assertThrows } from "@std/assert";
import { latin1Encode } from "../../src/bytes/mod.ts";
import { Scanner } from "../../src/imap/scanner.ts";
import { BadSyntax, Refusal } from "../../src/imap/status.ts";
import { type Session, Wire } from "../../src/wire/mod.ts";

const LIMITS = { line: 1000, literal: 20, literals: 30, unasked: Infinity };

function scannerOf(line: string, more = ""): Scanner {
  const wire = new Wire();
  wire.feed(latin1Encode(more));
  return new Scanner(wire, line, LIMITS);
}

/** Runs a session that finds all its input on the wire. */
function finish<T>(session: Session<T>): T {
  const result = session.next();
  if (!result.done) throw new Error("The session waits");
  return result.value;
}

const strings: readonly [line: string, more: string, value: string][] = [
  ["abc", "", "abc"],
  ["a]c", "", "a]c"],
  ["NIL", "", "NIL"],
  ['""', "", ""],
  ['"a \\"b\\" \\\\"', "", 'a "b" \\'],
  ['"a (b) {5}"', "", "a (b) {5}"],
  ["{3}", "abc\r\n", "abc"],
  ["{0}", "\r\n", ""],
  ["{3+}", "a\r\n\r\n", "a\r\n"],
  ['"\xc3\xa4"', "", "\xc3\xa4"],
];

for (const [line, more, value] of strings) {
  Deno.test(`Scanner.astring() reads ${JSON.stringify(line + more)}`, () => {
    const scanner = scannerOf(line, more);
    assertEquals(finish(scanner.astring()), value);
    scanner.end();
  });
}

const noStrings: readonly [line: string, more: string][] = [
  ["", ""],
  ["(", ""],
  ["%", ""],
  ['"abc', ""],
  ['"a\\bc"', ""],
  ['"a\0c"', ""],
  ["{3", ""],
  ["{3} ", "abc\r\n"],
  ["{x}", ""],
  ["{-1}", ""],
  ["{3}", "a\0c\r\n"],
  ["{9007199254740993}", ""],
];

for (const [line, more] of noStrings) {
  Deno.test(`Scanner.astring() refuses ${JSON.stringify(line + more)}`, () => {
    assertThrows(() => finish(scannerOf(line, more).astring()), BadSyntax);
  });
}

Deno.test("a literal at the limit is read, one octet more is refused before it is asked for", () => {
  const scanner = scannerOf("{20}", `${"x".repeat(20)}\r\n`);
  assertEquals(finish(scanner.astring()).length, 20);
  const error = assertThrows(
    () => finish(scannerOf("{21}").astring()),
    Refusal,
  );
  assertEquals(error.status.code, "TOOBIG");
});

Deno.test("all literals of a command together have a limit", () => {
  const first = "x".repeat(20);
  const scanner = scannerOf("{20+}", `${first} {11+}\r\n${first}`);
  assertEquals(finish(scanner.astring()), first);
  scanner.space();
  assertThrows(() => finish(scanner.astring()), Refusal, "too long");
});

const sets: readonly [text: string, ranges: readonly [number, number][]][] = [
  ["1", [[1, 1]]],
  ["2:4", [[2, 4]]],
  ["4:2", [[4, 2]]],
  ["*", [[Infinity, Infinity]]],
  ["1,3:*,9", [[1, 1], [3, Infinity], [9, 9]]],
  ["*:4294967295", [[Infinity, 4294967295]]],
];

for (const [text, ranges] of sets) {
  Deno.test(`Scanner.sequenceSet() reads ${text}`, () => {
    assertEquals(scannerOf(text).sequenceSet(), { kind: "ranges", ranges });
  });
}

Deno.test("Scanner.sequenceSet() reads $ as what was saved", () => {
  assertEquals(scannerOf("$").sequenceSet(), { kind: "saved" });
});

for (const text of ["", "0", "x", "1:0", "4294967296", ":1", ",1", "-1"]) {
  Deno.test(`Scanner.sequenceSet() refuses "${text}"`, () => {
    assertThrows(() => scannerOf(text).sequenceSet(), BadSyntax);
  });
}

Deno.test("what follows a set is left for whoever reads on", () => {
  for (const text of ["1, ", "1:", "1,,2", "1:2:3"]) {
    const scanner = scannerOf(text);
    scanner.sequenceSet();
    assertThrows(() => scanner.end(), BadSyntax);
  }
});

Deno.test("Scanner.number64() takes 63 bits and no more", () => {
  assertEquals(scannerOf("0").number64(), 0);
  assertEquals(scannerOf("9007199254740991").number64(), 9007199254740991);
  const most = scannerOf("9223372036854775807").number64();
  assertEquals(most, Number.MAX_SAFE_INTEGER);
  for (
    const text of ["9223372036854775808", "99999999999999999999", "", "-1"]
  ) {
    assertThrows(() => scannerOf(text).number64(), BadSyntax);
  }
});

Deno.test("lists nest up to their limit", () => {
  const depth = (count: number) => {
    const scanner = scannerOf("(".repeat(count));
    for (let i = 0; i < count; i++) scanner.open();
  };
  depth(50);
  assertThrows(() => depth(51), BadSyntax, "nested");
});

const flagLists: readonly [text: string, flags: readonly string[]][] = [
  ["()", []],
  ["(\\Seen)", ["\\Seen"]],
  ["(\\Seen $Work a.b)", ["\\Seen", "$Work", "a.b"]],
];

for (const [text, flags] of flagLists) {
  Deno.test(`Scanner.flagList() reads ${text}`, () => {
    assertEquals(scannerOf(text).flagList(), flags);
  });
}

for (const text of ["(", "( )", "(a  b)", "(a b", "(\\)", "(a] b)", "a"]) {
  Deno.test(`Scanner.flagList() refuses ${text}`, () => {
    assertThrows(() => scannerOf(text).flagList(), BadSyntax);
  });
}

const dates: readonly [text: string, ms: number | undefined][] = [
  ['" 7-Feb-1994 21:52:25 -0800"', Date.UTC(1994, 1, 8, 5, 52, 25)],
  ['"17-Jul-1996 02:44:25 +0000"', Date.UTC(1996, 6, 17, 2, 44, 25)],
  ['"7-Feb-1994 21:52:25 -0800"', undefined],
  ['"30-Feb-1994 21:52:25 -0800"', undefined],
  ['"07-Feb-94 21:52:25 -0800"', undefined],
  ['"07-Feb-1994 25:52:25 -0800"', undefined],
  ['"07-Feb-1994 21:52:25"', undefined],
  ["7-Feb-1994", undefined],
];

for (const [text, ms] of dates) {
  Deno.test(`Scanner.dateTime() of ${text} is ${ms}`, () => {
    if (ms !== undefined) assertEquals(scannerOf(text).dateTime(), ms);
    else assertThrows(() => scannerOf(text).dateTime(), BadSyntax);
  });
}

Deno.test("skipRest() passes over what a client sends without waiting, and nothing else", () => {
  const rests: readonly [line: string, more: string, left: string][] = [
    ["x y", "a2 NOOP\r\n", "a2 NOOP\r\n"],
    ["x {3}", "a2 NOOP\r\n", "a2 NOOP\r\n"],
    ["x {3+}", "abc z\r\na2 NOOP\r\n", "a2 NOOP\r\n"],
    ["x {3+}", "abc {1+}\r\nz\r\na2 NOOP\r\n", "a2 NOOP\r\n"],
  ];
  for (const [line, more, left] of rests) {
    const wire = new Wire();
    wire.feed(latin1Encode(more));
    assertEquals(finish(new Scanner(wire, line, LIMITS).skipRest()), true);
    assertEquals(wire.peek(), latin1Encode(left));
  }
  assertEquals(finish(scannerOf("x {99999999999+}").skipRest()), false);
});

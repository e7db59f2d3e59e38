/** The dot reader: where a message ends, and what it says (RFC 5321 §4.5.2). */

import { assertEquals } from "@std/assert";
import {
  concatBytes,
  latin1Decode,
  latin1Encode,
} from "../../src/bytes/mod.ts";
import { DotReader } from "../../src/wire/mod.ts";

interface Row {
  readonly input: string;
  /** What the message says. */
  readonly body: string;
  readonly bare?: true;
  /** What of the input is behind the end; undefined when there is no end. */
  readonly rest?: string;
}

const TABLE: readonly Row[] = [
  // The end.
  { input: "", body: "" },
  { input: ".\r\n", body: "", rest: "" },
  { input: "\r\n.\r\n", body: "\r\n", rest: "" },
  { input: "a\r\n.\r\n", body: "a\r\n", rest: "" },
  { input: "a\r\n.\r\nQUIT\r\n", body: "a\r\n", rest: "QUIT\r\n" },
  { input: "a\r\n.\r\n.\r\n", body: "a\r\n", rest: ".\r\n" },
  // No end yet.
  { input: "a", body: "a" },
  { input: "a\r\n", body: "a\r\n" },
  { input: "a\r\n.", body: "a\r\n" },
  { input: "a\r\n.\r", body: "a\r\n" },
  { input: "a.\r\n", body: "a.\r\n" },
  { input: "a\r\n .\r\n", body: "a\r\n .\r\n" },
  // Doubled dots.
  { input: "..\r\n.\r\n", body: ".\r\n", rest: "" },
  { input: "...\r\n.\r\n", body: "..\r\n", rest: "" },
  { input: ".a\r\n.\r\n", body: "a\r\n", rest: "" },
  { input: "a..\r\n..b\r\n.\r\n", body: "a..\r\n.b\r\n", rest: "" },
  { input: ".\0\r\n.\r\n", body: "\0\r\n", rest: "" },
  // A bare LF is no line end.
  { input: "a\n.\r\n.\r\n", body: "a\n.\r\n", bare: true, rest: "" },
  { input: "a\n.\n.\r\n", body: "a\n.\n.\r\n", bare: true },
  { input: "a\r\n.\nb\r\n.\r\n", body: "a\r\n\nb\r\n", bare: true, rest: "" },
  { input: "\n.\r\n", body: "\n.\r\n", bare: true },
  { input: "a\n\r\n.\r\n", body: "a\n\r\n", bare: true, rest: "" },
  // A bare CR is no line end.
  { input: "a\r.\r\n.\r\n", body: "a\r.\r\n", bare: true, rest: "" },
  { input: "a\r.\r.\r\n", body: "a\r.\r.\r\n", bare: true },
  { input: "a\r\n.\rb\r\n.\r\n", body: "a\r\n\rb\r\n", bare: true, rest: "" },
  {
    input: "a\r\n.\r\r\n.\r\n",
    body: "a\r\n\r\r\n",
    bare: true,
    rest: "",
  },
  { input: "a\r\r\n.\r\n", body: "a\r\r\n", bare: true, rest: "" },
  { input: "a\r\r.\r\r\n", body: "a\r\r.\r\r\n", bare: true },
  // CR CR LF "." CR CR LF, as some relays mend it.
  {
    input: "a\r\r\n.\r\r\nb\r\n.\r\n",
    body: "a\r\r\n\r\r\nb\r\n",
    bare: true,
    rest: "",
  },
];

for (const { input, body, bare = false, rest } of TABLE) {
  const says = JSON.stringify(input);
  Deno.test(`DotReader reads ${says}, whole and in all pieces`, () => {
    const expected = { body, bare, rest };
    const bytes = latin1Encode(input);
    assertEquals(read([bytes]), expected);
    assertEquals(
      read(Array.from(bytes, (octet) => Uint8Array.of(octet))),
      expected,
    );
    for (let cut = 1; cut < bytes.length; cut++) {
      assertEquals(
        read([bytes.subarray(0, cut), bytes.subarray(cut)]),
        expected,
      );
    }
  });
}

Deno.test("DotReader takes nothing after the end", () => {
  const reader = new DotReader();
  const taken = reader.push(latin1Encode(".\r\nQUIT"), () => {});
  assertEquals(taken, 3);
  assertEquals(reader.push(latin1Encode("a\r\n"), () => {}), 0);
});

/** Feeds `pieces` as the session does: what is behind the end stays. */
function read(
  pieces: readonly Uint8Array[],
): { body: string; bare: boolean; rest: string | undefined } {
  const reader = new DotReader();
  const body: Uint8Array[] = [];
  const rest: Uint8Array[] = [];
  for (const piece of pieces) {
    const taken = reader.push(piece, (bytes) => body.push(bytes.slice()));
    rest.push(piece.subarray(taken));
  }
  return {
    body: latin1Decode(concatBytes(body)),
    bare: reader.bareLineEnd,
    rest: reader.done ? latin1Decode(concatBytes(rest)) : undefined,
  };
}

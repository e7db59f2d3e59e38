/** The dot writer: a message on its way out (RFC 5321 §4.5.2, RFC 1939 §3). */

import { assertEquals, assertStrictEquals } from "@std/assert";
import {
  concatBytes,
  latin1Decode,
  latin1Encode,
} from "../../src/bytes/mod.ts";
import { DotReader, DotWriter } from "../../src/wire/mod.ts";

const TABLE: readonly (readonly [message: string, sent: string])[] = [
  ["", ".\r\n"],
  ["a\r\n", "a\r\n.\r\n"],
  ["a", "a\r\n.\r\n"],
  ["a\r", "a\r\r\n.\r\n"],
  ["a\n", "a\n\r\n.\r\n"],
  [".", "..\r\n.\r\n"],
  [".\r\n", "..\r\n.\r\n"],
  ["..\r\n.a\r\n", "...\r\n..a\r\n.\r\n"],
  ["a.\r\n", "a.\r\n.\r\n"],
  // A bare LF ends a line for many clients.
  ["a\n.\nb\r\n", "a\n..\nb\r\n.\r\n"],
  ["\r\n.\r\n", "\r\n..\r\n.\r\n"],
];

for (const [message, sent] of TABLE) {
  Deno.test(`DotWriter sends ${JSON.stringify(message)}, whole and in all pieces`, () => {
    const bytes = latin1Encode(message);
    assertEquals(write([bytes]), sent);
    assertEquals(
      write(Array.from(bytes, (octet) => Uint8Array.of(octet))),
      sent,
    );
    for (let cut = 0; cut <= bytes.length; cut++) {
      assertEquals(write([bytes.subarray(0, cut), bytes.subarray(cut)]), sent);
    }
  });
}

Deno.test("DotWriter.push() returns its input where there is no dot to double", () => {
  const bytes = latin1Encode("a\r\nb.\r\n");
  assertStrictEquals(new DotWriter().push(bytes), bytes);
});

Deno.test("what DotWriter sends, DotReader reads back", () => {
  const message = "..\r\n.\r\n\r\n...x\r\n. \r\n";
  const body: Uint8Array[] = [];
  const reader = new DotReader();
  reader.push(
    latin1Encode(write([latin1Encode(message)])),
    (bytes) => body.push(bytes),
  );
  assertEquals(latin1Decode(concatBytes(body)), message);
  assertEquals(reader.done, true);
});

function write(pieces: readonly Uint8Array[]): string {
  const writer = new DotWriter();
  const sent = pieces.map((piece) => latin1Decode(writer.push(piece)));
  return sent.join("") + writer.end();
}

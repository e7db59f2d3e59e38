/** Byte strings: one character an octet, whatever the octets and however many. */

import { assertEquals, assertThrows } from "@std/assert";
import {
  latin1Decode,
  latin1Encode,
  latin1EncodeInto,
} from "../../src/bytes/mod.ts";

for (const length of [0, 1, 128, 129, 8192, 8193, 100_000]) {
  Deno.test(`${length} octets of each kind make the round trip`, () => {
    for (const limit of [128, 256]) {
      const octets = Uint8Array.from({ length }, (_, i) => i * 7 % limit);
      assertEquals(latin1Encode(latin1Decode(octets)), octets);
    }
  });
}

Deno.test("latin1EncodeInto() writes nothing before and after its place", () => {
  for (const text of ["ab", "\xe4\xff", "x".repeat(200), "\xe4".repeat(200)]) {
    const octets = new Uint8Array(text.length + 5).fill(7);
    latin1EncodeInto(text, octets, 2);
    assertEquals(latin1Decode(octets), `\x07\x07${text}\x07\x07\x07`);
  }
});

Deno.test("a character that is no octet is refused", () => {
  for (const before of [0, 500]) {
    const text = "a".repeat(before) + "\u0100";
    assertThrows(() => latin1Encode(text), RangeError, "as one byte");
  }
});

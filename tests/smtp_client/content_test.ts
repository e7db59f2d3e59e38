/** Line ends of a message, however it comes in pieces. */

import { assertEquals } from "@std/assert";
import { latin1Encode } from "../../src/bytes/mod.ts";
import { LineEnds } from "../../src/smtp_client/content.ts";

const TABLE: readonly (readonly [text: string, isText: boolean])[] = [
  ["", true],
  ["a", true],
  ["a\r\nb\r\n", true],
  ["\r\n\r\n", true],
  ["\n", false],
  ["a\nb", false],
  ["a\rb", false],
  ["a\r", false],
  ["\r\r\n", false],
  ["\r\n\n", false],
  ["a\r\n\r", false],
  ["a\n\r\n", false],
];

for (const [text, isText] of TABLE) {
  Deno.test(`LineEnds: ${JSON.stringify(text)} is ${isText ? "" : "not "}text, in one piece or in two`, () => {
    for (let cut = 0; cut <= text.length; cut++) {
      const lines = new LineEnds();
      const good = lines.push(latin1Encode(text.slice(0, cut))) &&
        lines.push(latin1Encode(text.slice(cut))) && lines.end();
      assertEquals(good, isText, `cut at ${cut}`);
    }
  });
}

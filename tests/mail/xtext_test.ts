import { assertEquals } from "@std/assert";
import { decodeXtext, encodeXtext } from "../../src/mail/mod.ts";

Deno.test("xtext round-trips every octet (RFC 3461 §4)", () => {
  const all = Array.from({ length: 256 }, (_, i) => String.fromCharCode(i))
    .join("");
  assertEquals(decodeXtext(encodeXtext(all)), all);
  assertEquals(encodeXtext("a+b=c d~"), "a+2Bb+3Dc+20d~");
});

import { assertEquals } from "@std/assert";
import {
  formatMessageId,
  parseMessageId,
  parseMessageIds,
} from "../../src/mail/mod.ts";

const VALUES: [string, string[]][] = [
  [" <1234@local.machine.example>", ["<1234@local.machine.example>"]],
  [" <a@b>\r\n <c@d>", ["<a@b>", "<c@d>"]],
  ["<a@b><c@d>", ["<a@b>", "<c@d>"]],
  // RFC 5322 §4.5.4: comments and blanks inside; appendix A.6.3.
  ["<1234   @   local(blah)  .machine .example>", [
    "<1234@local.machine.example>",
  ]],
  ["(x <c@d>) <a@b>", ["<a@b>"]],
  ['"<c@d>" <a@b>', ["<a@b>"]],
  ['<"a b>"@c>', ['<"a b>"@c>']],
  ["Your message of Monday <a@b>", ["<a@b>"]],
  ["<no-at-sign>", ["<no-at-sign>"]],
  ["<a@[192.0.2.1]>", ["<a@[192.0.2.1]>"]],
  ["a@b", []],
  ["<>", []],
  ["<a@b", []],
  ["<a@b <c@d>", ["<c@d>"]],
  ["", []],
];

Deno.test("parseMessageIds() finds all identifiers in their order", () => {
  for (const [value, ids] of VALUES) {
    assertEquals(parseMessageIds(value), ids, value);
    assertEquals(parseMessageId(value), ids[0], value);
  }
});

Deno.test("parseMessageIds() ends on a megabyte of anything", () => {
  for (const piece of ["<", ">", "<a", '"', "(", "<(", '<"', "\\"]) {
    const value = piece.repeat(1_000_000 / piece.length);
    assertEquals(parseMessageIds(value), [], piece);
  }
  assertEquals(parseMessageIds("<a@b>".repeat(200_000)).length, 200_000);
});

Deno.test("formatMessageId() writes what parseMessageId() reads", () => {
  const random = Uint8Array.from({ length: 16 }, (_, i) => i * 16);
  const id = formatMessageId(random, "mx.example.test");
  assertEquals(id, "<00102030405060708090a0b0c0d0e0f0@mx.example.test>");
  assertEquals(parseMessageId(id), id);
});

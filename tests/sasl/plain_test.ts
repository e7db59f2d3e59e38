import { assertEquals, assertRejects } from "@std/assert";
import {
  findMechanism,
  SaslSyntaxError,
  SaslUnauthorized,
} from "../../src/sasl/mod.ts";
import { oneUser, play } from "./player.ts";

const plain = findMechanism("plain")!;
const credentials = oneUser("tim", "tanstaaftanstaaf");
const tim = { address: "tim" };

Deno.test("PLAIN accepts the example of RFC 4616 §4", async () => {
  const played = await play(plain, ["\0tim\0tanstaaftanstaaf"], {
    credentials,
  });
  assertEquals(played, { challenges: [""], identity: tim });
});

Deno.test("PLAIN takes an initial response without a challenge", async () => {
  const initial = "\0tim\0tanstaaftanstaaf";
  const played = await play(plain, [], { credentials, initial });
  assertEquals(played, { challenges: [], identity: tim });
});

const OUTCOMES: [string, string, boolean][] = [
  [
    "its own name as authorization identity",
    "tim\0tim\0tanstaaftanstaaf",
    true,
  ],
  ["its own name in capitals", "TIM\0tim\0tanstaaftanstaaf", true],
  ["a wrong password", "\0tim\0xipj3plmq", false],
  ["an unknown user", "\0Kurt\0xipj3plmq", false],
  ["an empty password", "\0tim\0", false],
  ["an empty name and password", "\0\0", false],
];

for (const [claim, message, accepted] of OUTCOMES) {
  Deno.test(`PLAIN ${accepted ? "accepts" : "refuses"} ${claim}`, async () => {
    const played = await play(plain, [message], { credentials });
    assertEquals(played.identity, accepted ? tim : undefined);
  });
}

Deno.test("PLAIN lets nobody act as somebody else (RFC 4616 §4)", async () => {
  const message = "Ursel\0tim\0tanstaaftanstaaf";
  await assertRejects(
    () => play(plain, [message], { credentials }),
    SaslUnauthorized,
  );
  const guessed = await play(plain, ["Ursel\0tim\0wrong"], { credentials });
  assertEquals(guessed.identity, undefined);
});

for (const message of ["", "tim", "\0tim", "a\0b\0c\0d", "tim\0tanstaaf"]) {
  Deno.test(`PLAIN finds ${JSON.stringify(message)} malformed`, async () => {
    await assertRejects(
      () => play(plain, [message], { credentials }),
      SaslSyntaxError,
    );
  });
}

Deno.test("PLAIN finds a message malformed that is not UTF-8", async () => {
  await assertRejects(
    () => play(plain, [btoa("\0tim\0\xff")], { credentials, raw: true }),
    SaslSyntaxError,
    "Response is not UTF-8",
  );
});

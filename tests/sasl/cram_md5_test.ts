import { createHmac } from "node:crypto";
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  apopDigest,
  findMechanism,
  runApop,
  SaslSyntaxError,
  timestamp,
} from "../../src/sasl/mod.ts";
import { drive, oneUser, plainContext, play } from "./player.ts";

const cramMd5 = findMechanism("CRAM-MD5")!;
const credentials = oneUser("tim", "tanstaaftanstaaf");
const context = {
  credentials,
  serverName: "postoffice.reston.mci.net",
  now: () => 697170952,
  random: () => Uint8Array.of(0x07, 0x68),
};
const digest = "b913a602c7eda7a495b4e6e7334d3890";

Deno.test("CRAM-MD5 reproduces the example of RFC 2195 §2", async () => {
  assertEquals(await play(cramMd5, [`tim ${digest}`], context), {
    challenges: ["<1896.697170952@postoffice.reston.mci.net>"],
    identity: { address: "tim" },
  });
});

Deno.test("CRAM-MD5 fails an unknown user as it fails a wrong digest", async () => {
  const wrong = await play(cramMd5, [`tim ${"0".repeat(32)}`], context);
  const unknown = await play(cramMd5, [`kurt ${digest}`], context);
  assertEquals(wrong, unknown);
  assertEquals(wrong.identity, undefined);
});

Deno.test("CRAM-MD5 does not log an unknown user in with the digest of an empty password", async () => {
  const keyed = createHmac("md5", "")
    .update("<1896.697170952@postoffice.reston.mci.net>").digest("hex");
  const played = await play(cramMd5, [`kurt ${keyed}`], context);
  assertEquals(played.identity, undefined);
});

for (
  const response of ["", "tim", ` ${digest}`, `tim ${digest}0`, "tim b913"]
) {
  Deno.test(`CRAM-MD5 finds ${JSON.stringify(response)} malformed`, async () => {
    await assertRejects(
      () => play(cramMd5, [response], context),
      SaslSyntaxError,
    );
  });
}

Deno.test("CRAM-MD5 refuses an initial response (RFC 4954 §4)", async () => {
  await assertRejects(
    () => play(cramMd5, [], { ...context, initial: `tim ${digest}` }),
    SaslSyntaxError,
    "CRAM-MD5 has no initial response",
  );
});

const GREETING = "<1896.697170952@dbc.mtview.ca.us>";

Deno.test("apopDigest() reproduces the example of RFC 1939 §7", () => {
  assertEquals(
    apopDigest(GREETING, "tanstaaf"),
    "c4c9334bac560ecc979e58001b3e22fb",
  );
});

Deno.test("runApop() knows the right digest from all others", async () => {
  const mrose = { ...plainContext, credentials: oneUser("mrose", "tanstaaf") };
  const run = (login: string, given: string) =>
    drive(runApop(mrose, GREETING, login, given));
  const right = apopDigest(GREETING, "tanstaaf");
  assertEquals(await run("mrose", right), { address: "mrose" });
  assertEquals(await run("mrose", apopDigest(GREETING, "")), undefined);
  assertEquals(await run("mrose", ""), undefined);
  assertEquals(await run("kurt", right), undefined);
  assertEquals(await run("kurt", apopDigest(GREETING, "")), undefined);
});

Deno.test("timestamp() is a message identifier (RFC 1939 §7)", () => {
  assertMatch(timestamp(plainContext), /^<\d+\.\d+@mx\.example\.test>$/);
});

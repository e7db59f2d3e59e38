import { assertEquals, assertRejects } from "@std/assert";
import {
  findMechanism,
  mechanisms,
  SaslCancelled,
  SaslSyntaxError,
} from "../../src/sasl/mod.ts";
import { oneUser, play } from "./player.ts";

const plain = findMechanism("PLAIN")!;
const credentials = oneUser("tim", "secret");

for (const mechanism of mechanisms) {
  Deno.test(`runSasl() lets the client cancel ${mechanism.name} with "*"`, async () => {
    await assertRejects(
      () => play(mechanism, ["*"], { credentials, raw: true }),
      SaslCancelled,
    );
  });
}

Deno.test('runSasl() takes "=" for an empty initial response (RFC 4954 §4)', async () => {
  const login = findMechanism("LOGIN")!;
  const played = await play(login, [btoa("secret")], {
    credentials,
    raw: true,
    initial: "=",
  });
  assertEquals(played, { challenges: ["Password:"], identity: undefined });
});

const MALFORMED = [
  "=",
  "A",
  "AA",
  "AAA",
  "AA=A",
  "AAAA=",
  "AAAA AAAA",
  "A_-A",
  " ",
  "**",
  "\0",
];

for (const response of MALFORMED) {
  Deno.test(`runSasl() refuses the response ${JSON.stringify(response)}`, async () => {
    await assertRejects(
      () => play(plain, [response], { credentials, raw: true }),
      SaslSyntaxError,
      "Response is not base 64",
    );
  });
}

for (const initial of ["", "*", "A", "AHRpbQBzZWNyZXQ", "AHRpbQBzZWNyZXQ= "]) {
  Deno.test(`runSasl() refuses the initial response ${JSON.stringify(initial)}`, async () => {
    const claim = initial === "" ? "PLAIN message" : "Response is not base 64";
    await assertRejects(
      () => play(plain, [], { credentials, raw: true, initial }),
      SaslSyntaxError,
      claim,
    );
  });
}

Deno.test("findMechanism() knows names in any case and no others", () => {
  assertEquals(findMechanism("Plain")?.name, "PLAIN");
  assertEquals(findMechanism("DIGEST-MD5"), undefined);
  assertEquals(findMechanism(""), undefined);
  assertEquals(findMechanism("PLAIN", []), undefined);
});

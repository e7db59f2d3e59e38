/** The client's mechanisms by the RFCs' vectors; `smtp_client/round_trip_test.ts` has them meet our server's. */

import { assertEquals, assertRejects } from "@std/assert";
import {
  base64Decode,
  latin1Decode,
  utf8Encode,
} from "../../../src/bytes/mod.ts";
import {
  type ClientMechanism,
  clientMechanisms,
  ServerUnproven,
} from "../../../src/sasl/mod.ts";
import type { Session } from "../../../src/wire/mod.ts";
import { drive } from "../player.ts";

function mechanism(name: string): ClientMechanism {
  return clientMechanisms.find((one) => one.name === name)!;
}

interface Exchange {
  readonly user: string;
  readonly password: string;
  readonly challenges: readonly string[];
  readonly random?: Uint8Array;
}

/** What the client says to a server that asks `challenges` one after the other; "(nothing)" where it waits. */
async function responses(name: string, exchange: Exchange): Promise<string[]> {
  const said: string[] = [];
  const left = [...exchange.challenges];
  const last = await drive(
    mechanism(name).run({
      user: exchange.user,
      password: exchange.password,
      random: () => exchange.random ?? new Uint8Array(18),
      // deno-lint-ignore require-yield
      *tell(response): Session<Uint8Array> {
        said.push(response ? latin1Decode(response) : "(nothing)");
        return utf8Encode(left.shift()!);
      },
    }),
  );
  return [...said, latin1Decode(last)];
}

Deno.test("PLAIN reproduces the example of RFC 4616 §4", async () => {
  const said = await responses("PLAIN", {
    user: "tim",
    password: "tanstaaftanstaaf",
    challenges: [],
  });
  assertEquals(said, ["\0tim\0tanstaaftanstaaf"]);
});

Deno.test("LOGIN waits, then says name and password", async () => {
  const said = await responses("LOGIN", {
    user: "tim",
    password: "secret",
    challenges: ["Username:", "Password:"],
  });
  assertEquals(said, ["(nothing)", "tim", "secret"]);
});

Deno.test("CRAM-MD5 reproduces the example of RFC 2195 §2", async () => {
  const said = await responses("CRAM-MD5", {
    user: "tim",
    password: "tanstaaftanstaaf",
    challenges: ["<1896.697170952@postoffice.reston.mci.net>"],
  });
  assertEquals(said, ["(nothing)", "tim b913a602c7eda7a495b4e6e7334d3890"]);
});

Deno.test("SCRAM-SHA-1 reproduces the example of RFC 5802 §5", async () => {
  // The example's nonce is base 64 of 18 octets.
  const nonce = "fyko+d2lbbFgONRv9qkxdawL";
  const said = await responses("SCRAM-SHA-1", {
    user: "user",
    password: "pencil",
    random: base64Decode(nonce)!,
    challenges: [
      `r=${nonce}3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096`,
      "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
    ],
  });
  assertEquals(said, [
    `n,,n=user,r=${nonce}`,
    `c=biws,r=${nonce}3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=`,
    "",
  ]);
});

Deno.test("SCRAM-SHA-256 reproduces the example of RFC 7677 §3", async () => {
  const nonce = "rOprNGfwEbeRWgbNEkqO";
  const both = `${nonce}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0`;
  const said = await responses("SCRAM-SHA-256", {
    user: "user",
    password: "pencil",
    random: base64Decode(nonce)!,
    challenges: [
      `r=${both},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`,
      "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    ],
  });
  assertEquals(said, [
    `n,,n=user,r=${nonce}`,
    `c=biws,r=${both},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`,
    "",
  ]);
});

const NONCE = "A".repeat(24);
const GOOD_FIRST = `r=${NONCE}x,s=QSXCR+Q6sek8bf92,i=4096`;

const UNPROVEN: readonly (readonly [string, readonly string[]])[] = [
  ["a nonce that is not ours", [`r=B${NONCE},s=QSXCR+Q6sek8bf92,i=4096`]],
  ["our nonce with nothing added", [`r=${NONCE},s=QSXCR+Q6sek8bf92,i=4096`]],
  ["a salt that is not base 64", [`r=${NONCE}x,s=QSXCR,i=4096`]],
  ["no rounds", [`r=${NONCE}x,s=QSXCR+Q6sek8bf92,i=0`]],
  ["more rounds than it would compute", [
    `r=${NONCE}x,s=QSXCR+Q6sek8bf92,i=1000001`,
  ]],
  ["a demand that it does not know", [`m=x,${GOOD_FIRST}`]],
  ["text that is none", ["\xff"]],
  ["nothing", [""]],
  ["a wrong signature", [GOOD_FIRST, "v=rmF9pqV8S7suAoZWja4dJRkFsKQ="]],
  ["a signature of the wrong length", [GOOD_FIRST, "v=AAAA"]],
  ["an error in the place of the signature", [GOOD_FIRST, "e=other-error"]],
];

for (const [claim, challenges] of UNPROVEN) {
  Deno.test(`SCRAM-SHA-1 breaks off at ${claim}`, async () => {
    await assertRejects(
      () => responses("SCRAM-SHA-1", { user: "u", password: "p", challenges }),
      ServerUnproven,
    );
  });
}

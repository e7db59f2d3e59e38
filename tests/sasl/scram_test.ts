import { assertEquals, assertRejects } from "@std/assert";
import {
  findMechanism,
  SaslSyntaxError,
  SaslUnauthorized,
  type ScramHash,
} from "../../src/sasl/mod.ts";
import { oneUser, play, scramClient } from "./player.ts";

const sha1 = findMechanism("SCRAM-SHA-1")!;
const sha256 = findMechanism("scram-sha-256")!;
const sha256Plus = findMechanism("SCRAM-SHA-256-PLUS")!;
const user = { address: "user" };
const credentials = oneUser("user", "pencil");
const client = (more: Partial<Parameters<typeof scramClient>[0]> = {}) =>
  scramClient({ hash: "sha-256", user: "user", password: "pencil", ...more });

/** Random octets that the server turns into the nonce of an RFC's example. */
function nonceOf(text: string): () => Uint8Array {
  const indices = Array.from(text, (character) => {
    const code = character.charCodeAt(0);
    return code - 0x21 - (code > 0x2c ? 1 : 0);
  });
  return () => Uint8Array.from(indices);
}

Deno.test("SCRAM-SHA-1 reproduces the example of RFC 5802 §5", async () => {
  const played = await play(sha1, [
    "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j," +
    "p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
    "",
  ], {
    credentials: oneUser("user", "pencil", "QSXCR+Q6sek8bf92"),
    initial: "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
    random: nonceOf("3rfcNHYJY1ZVvWVs7j"),
  });
  assertEquals(played, {
    challenges: [
      "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
      "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
    ],
    identity: user,
  });
});

Deno.test("SCRAM-SHA-256 reproduces the example of RFC 7677 §3", async () => {
  const nonce = "rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
  const played = await play(sha256, [
    "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
    `c=biws,r=${nonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`,
    "",
  ], { credentials, random: nonceOf("%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0") });
  assertEquals(played, {
    challenges: [
      "",
      `r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`,
      "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    ],
    identity: user,
  });
});

const END_POINT = Uint8Array.of(0, 255, 44, 61, 128);
const BOUND = {
  header: "p=tls-server-end-point,,",
  binding: END_POINT,
};
const channel = { channelBinding: END_POINT, offersPlus: true, credentials };

for (const hash of ["sha-1", "sha-256"] satisfies ScramHash[]) {
  const name = `SCRAM-${hash.toUpperCase()}-PLUS`;
  Deno.test(`${name} accepts the binding of this channel (RFC 5929 §4)`, async () => {
    const { first, final } = client({ hash, ...BOUND });
    const plus = findMechanism(name)!;
    const played = await play(plus, [final, ""], {
      ...channel,
      initial: first,
    });
    assertEquals(played.identity, user);
  });
}

const REFUSED: [string, Parameters<typeof client>[0], object][] = [
  ["the binding of another channel", {
    ...BOUND,
    binding: Uint8Array.of(1, 2, 3),
  }, {}],
  ["a missing binding", { header: BOUND.header }, {}],
  ["a binding type that it does not know", {
    ...BOUND,
    header: "p=tls-unique,,",
  }, {}],
  ["a client that does not bind", { header: "n,," }, {}],
  ["a client that saw no offer", { header: "y,," }, {}],
  ["a channel whose binding is not known", BOUND, {
    channelBinding: undefined,
  }],
];

for (const [claim, options, context] of REFUSED) {
  Deno.test(`SCRAM-SHA-256-PLUS refuses ${claim}`, async () => {
    const { first, final } = client(options);
    const played = await play(sha256Plus, [final, ""], {
      ...channel,
      ...context,
      initial: first,
    });
    assertEquals(played.identity, undefined);
  });
}

Deno.test("SCRAM-SHA-256 refuses a client from whom the -PLUS offer was hidden (RFC 5802 §6)", async () => {
  const { first, final } = client({ header: "y,," });
  const hidden = await play(sha256, [final, ""], {
    ...channel,
    initial: first,
  });
  assertEquals(hidden, { challenges: [], identity: undefined });
  const honest = await play(sha256, [final, ""], {
    credentials,
    initial: first,
  });
  assertEquals(honest.identity, user);
});

Deno.test("SCRAM-SHA-256 refuses to bind without -PLUS", async () => {
  const { first, final } = client(BOUND);
  const played = await play(sha256, [final, ""], {
    ...channel,
    initial: first,
  });
  assertEquals(played.identity, undefined);
});

Deno.test("SCRAM-SHA-256 fails an unknown user as it fails a wrong password", async () => {
  const wrong = client({ password: "crayon" });
  const unknown = client({ user: "nobody", password: "invented" });
  const shapes = [];
  for (const { first, final } of [wrong, unknown]) {
    const played = await play(sha256, [final, ""], {
      credentials,
      initial: first,
    });
    shapes.push(played);
  }
  assertEquals(shapes[0], shapes[1]);
  assertEquals(shapes[0]!.identity, undefined);
  assertEquals(shapes[0]!.challenges.length, 1);
});

for (const authzid of ["a=user", "a=USER"]) {
  Deno.test(`SCRAM-SHA-256 accepts ${authzid}`, async () => {
    const { first, final } = client({ header: `n,${authzid},` });
    const played = await play(sha256, [final, ""], {
      credentials,
      initial: first,
    });
    assertEquals(played.identity, user);
  });
}

Deno.test("SCRAM-SHA-256 lets nobody act as somebody else", async () => {
  const { first, final } = client({ header: "n,a=root," });
  await assertRejects(
    () => play(sha256, [final, ""], { credentials, initial: first }),
    SaslUnauthorized,
  );
});

Deno.test("SCRAM-SHA-256 takes =2C and =3D in a name for comma and equals sign (RFC 5802 §5.1)", async () => {
  const odd = oneUser("a,b=c", "pencil");
  const { first, final } = client({ user: "a=2Cb=3Dc" });
  const played = await play(sha256, [final, ""], {
    credentials: odd,
    initial: first,
  });
  assertEquals(played.identity, { address: "a,b=c" });
});

Deno.test("SCRAM-SHA-256 refuses the mandatory extension m= and skips optional ones (RFC 5802 §5.1)", async () => {
  const demanded = await play(sha256, [], {
    credentials,
    initial: "n,,m=x,n=user,r=clientnonce",
  });
  assertEquals(demanded.identity, undefined);
  const { first, final } = client({ edit: (text) => `${text},x=y,z=1` });
  const played = await play(sha256, [final, ""], {
    credentials,
    initial: first,
  });
  assertEquals(played.identity, user);
});

Deno.test("SCRAM-SHA-256 refuses a nonce or header that changed on the way", async () => {
  const edits: ((text: string) => string)[] = [
    (text) => text.replace("r=clientnonce", "r=otherclient"),
    (text) => `${text}x`,
    (text) => text.replace("c=biws", `c=${btoa("y,,")}`),
    (text) => text.replace("c=biws", `c=${btoa("n,,\0")}`),
  ];
  for (const edit of edits) {
    const { first, final } = client({ edit });
    const played = await play(sha256, [final, ""], {
      credentials,
      initial: first,
    });
    assertEquals(played.identity, undefined);
  }
});

const MALFORMED_FIRST = [
  "",
  "n",
  "n,,",
  "n,,n=user",
  "n,,r=nonce",
  "n,,n=,r=nonce",
  "n,,r=nonce,n=user",
  "n,n=user,r=nonce",
  "x,,n=user,r=nonce",
  "p=,,n=user,r=nonce",
  "n,b=user,n=user,r=nonce",
  "n,,n=a=b,r=nonce",
  "n,,n=a=2c,r=nonce",
  "n,,n=user,r=",
  "n,,n=user,r=no nonce",
  "n,,n=user,r=nonce,",
  "n,,n=user,r=nonce,xx=1",
  "n,,n=us\0er,r=nonce",
];

for (const first of MALFORMED_FIRST) {
  Deno.test(`SCRAM-SHA-256 finds the first message ${JSON.stringify(first)} malformed`, async () => {
    await assertRejects(
      () => play(sha256, [first], { credentials }),
      SaslSyntaxError,
      "Not a SCRAM client-first-message",
    );
  });
}

const MALFORMED_FINAL = [
  "",
  "c=biws",
  "c=biws,r=n",
  "c=biws,p=AAAA",
  "r=n,c=biws,p=AAAA",
  "c=biw,r=n,p=AAAA",
  "c=biws,r=n,p=A",
  "c=biws,r=n,p=AAAA,x=1",
  "c=,r=n,p=AAAA",
];

for (const final of MALFORMED_FINAL) {
  Deno.test(`SCRAM-SHA-256 finds the final message ${JSON.stringify(final)} malformed`, async () => {
    const initial = "n,,n=user,r=clientnonce";
    await assertRejects(
      () => play(sha256, [final], { credentials, initial }),
      SaslSyntaxError,
      "Not a SCRAM client-final-message",
    );
  });
}

Deno.test("SCRAM-SHA-256 fails a proof of the wrong length", async () => {
  for (const proof of ["AAAA", btoa("x".repeat(33))]) {
    const { first, final } = client();
    const cut = (challenge: string) =>
      final(challenge).replace(/,p=.*/, `,p=${proof}`);
    const played = await play(sha256, [cut], { credentials, initial: first });
    assertEquals(played.identity, undefined);
  }
});

Deno.test("SCRAM-SHA-256 wants nothing but an empty response to its last message", async () => {
  const { first, final } = client();
  await assertRejects(
    () => play(sha256, [final, "more"], { credentials, initial: first }),
    SaslSyntaxError,
    "Response is not empty",
  );
});

Deno.test("SCRAM-SHA-256 adds a nonce of printable characters without a comma", async () => {
  const random = (octets: number) =>
    Uint8Array.from({ length: octets }, (_, i) => i * 11);
  const { first, final } = client();
  const played = await play(sha256, [final, ""], {
    credentials,
    random,
    initial: first,
  });
  assertEquals(
    /^r=clientnonce[\x21-\x2b\x2d-\x7e]{24},s=/.test(played.challenges[0]!),
    true,
  );
  assertEquals(played.identity, user);
});

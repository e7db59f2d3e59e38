import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { AccountError, hashPassword } from "../../src/accounts/mod.ts";
import { nodeKeyDerivation } from "../../src/accounts/key_derivation.ts";
import { parsePassword } from "../../src/accounts/password.ts";
import { prepareLogin, preparePassword } from "../../src/accounts/prepare.ts";

const COST = { ln: 4, r: 8, p: 1 };
const hex = (bytes: Uint8Array) => bytes.toHex();

Deno.test("hashPassword() makes one line that parsePassword() reads", async () => {
  const text = await hashPassword("secret", { cost: COST });
  assertMatch(
    text,
    /^\$denomaild\$1\$ln=4,r=8,p=1(?:\$[A-Za-z0-9+/]+){2}(?:\$i=10000(?:\$[A-Za-z0-9+/]+){3}){2}$/,
  );
  const password = parsePassword(text);
  assert(typeof password === "object" && password.kind === "hashed");
  const { salt, hash, cost } = password.scrypt;
  assertEquals(hash, await nodeKeyDerivation.scrypt("secret", salt, cost));
  assertEquals(password.scram?.["sha-1"].storedKey.length, 20);
  assertEquals(password.scram?.["sha-256"].iterations, 10_000);
});

Deno.test("hashPassword() salts each hash anew", async () => {
  const options = { cost: COST };
  const first = await hashPassword("secret", options);
  assert(first !== await hashPassword("secret", options));
});

Deno.test("hashPassword() refuses empty passwords", async () => {
  await assertRejects(() => hashPassword(""), AccountError, "it is empty");
});

Deno.test("parsePassword() reads a PHC string as passlib makes them", async () => {
  const password = parsePassword(
    "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E",
  );
  assert(typeof password === "object" && password.kind === "hashed");
  const { cost, salt, hash } = password.scrypt;
  assertEquals(cost, { ln: 16, r: 8, p: 1 });
  assertEquals(await nodeKeyDerivation.scrypt("password", salt, cost), hash);
  assertEquals(password.scram, undefined);
});

const UNUSABLE: [string, string][] = [
  ["", "is empty"],
  ["a\0b", "has characters that no password may have"],
  ["$scrypt$", "is a damaged hash"],
  ["$scrypt$ln=15,r=8,p=1$AAAA$AAAA", "is a damaged hash"],
  [`$scrypt$ln=99,r=8,p=1$AAAA$${"A".repeat(43)}`, "is a damaged hash"],
  [`$scrypt$ln=15,r=8,p=1$A$${"A".repeat(43)}`, "is a damaged hash"],
  ["$denomaild$1$ln=15,r=8,p=1$AAAA$AAAA", "is a damaged hash"],
];

for (const [text, problem] of UNUSABLE) {
  Deno.test(`parsePassword() says that ${JSON.stringify(text)} ${problem}`, () => {
    assertEquals(parsePassword(text), problem);
  });
}

const FOREIGN = [
  "$2b$10$N9qo8uLOickgx2ZMRZoMye",
  "$6$salt$hash",
  "$argon2id$v=19$m=65536,t=3,p=4$x$y",
  "$y$j9T$x$y",
  "{SSHA}abc",
  "{SHA512-CRYPT}$6$x$y",
];

for (const text of FOREIGN) {
  Deno.test(`parsePassword() does not take ${text} for a plain password`, () => {
    assertEquals(
      parsePassword(text),
      'is a hash of a kind that is not known; one of "denomaild user hash" was meant',
    );
  });
}

for (const text of ["pass#word", "$100", "$", "$$", "{curly}", "$5", " "]) {
  Deno.test(`parsePassword() takes ${JSON.stringify(text)} for a plain password`, () => {
    assertEquals(parsePassword(text), { kind: "plain", text });
  });
}

Deno.test("scrypt reproduces the vector of RFC 7914 §12", async () => {
  // The RFC has 64 octets; the first 32 of PBKDF2's output do not depend on the length.
  const key = await nodeKeyDerivation.scrypt(
    "pleaseletmein",
    new TextEncoder().encode("SodiumChloride"),
    { ln: 14, r: 8, p: 1 },
  );
  assertEquals(
    hex(key),
    "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2",
  );
});

const PREPARED: [string, string | undefined][] = [
  ["correct horse battery staple", "correct horse battery staple"],
  ["Correct Horse Battery Staple", "Correct Horse Battery Staple"],
  ["πßå", "πßå"],
  ["Jack of \u2666s", "Jack of \u2666s"],
  ["foo\u1680bar", "foo bar"],
  ["a\u030a", "å"],
  ["", undefined],
  ["my cat is a \u0009by", undefined],
  ["a\u007fb", undefined],
];

for (const [given, prepared] of PREPARED) {
  Deno.test(`preparePassword() makes ${JSON.stringify(prepared)} of ${JSON.stringify(given)} (RFC 8265 §4.3)`, () => {
    assertEquals(preparePassword(given), prepared);
  });
}

Deno.test("prepareLogin() maps case, width and normalization (RFC 8265 §3.3)", () => {
  const address = { localPart: "ålice", domain: "example.test" };
  const logins = [
    "Ålice@example.test",
    "A\u030aLICE@EXAMPLE.test",
    "Ålｉce＠example.test",
  ];
  for (const login of logins) assertEquals(prepareLogin(login), address);
  assertEquals(prepareLogin("alice"), undefined);
});

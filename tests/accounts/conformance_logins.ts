/** Who may log in, with what, and what it costs. */

import { assert, assertEquals } from "@std/assert";
import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import {
  hashPassword,
  type ManagedAccounts,
  type ScramCredential,
} from "../../src/accounts/mod.ts";
import { BASE, COST, type Test } from "./fixtures.ts";

export function testLogins(test: Test): void {
  const account = {
    address: "alice@example.test",
    enabled: true,
    receives: true,
    legacy: false,
    details: "inbox" as const,
  };

  test(
    "verify a configured plain password without hashing it",
    BASE,
    async (accounts, { derivation }) => {
      assertEquals(
        await accounts.verify("alice@example.test", "wonder land"),
        account,
      );
      assertEquals(derivation.take(), []);
    },
  );

  test("verify names in any case, width and normalization (RFC 8265 §3.3)", {
    accounts: { "jürgen@example.test": "secret" },
  }, async (accounts) => {
    const names = [
      "JÜRGEN@Example.Test",
      "ju\u0308rgen@example.test",
      "ｊürgen@example.test",
    ];
    for (const login of names) {
      const who = await accounts.verify(login, "secret");
      assertEquals(who?.address, "jürgen@example.test");
    }
  });

  test(
    "verify passwords with other spaces and normalization alike, and case exactly (RFC 8265 §4.2)",
    {
      accounts: { "alice@example.test": "Gru\u0308n Blau" },
    },
    async (accounts) => {
      const verify = (password: string) =>
        accounts.verify("alice@example.test", password);
      assertEquals((await verify("Grün\u00a0Blau"))?.legacy, false);
      assertEquals(await verify("grün blau"), undefined);
      assertEquals(await verify("Grün  Blau"), undefined);
    },
  );

  test("verify logins through an alias domain", {
    ...BASE,
    domainAliases: { "alias.test": "example.test" },
  }, async (accounts) => {
    const who = await accounts.verify("alice@alias.test", "wonder land");
    assertEquals(who, account);
  });

  test("pay one scrypt for each failed login, whoever is named", {
    domains: ["example.test"],
    accounts: {
      "plain@example.test": "secret",
      "disabled@example.test": { password: "secret", enabled: false },
    },
    aliases: { "alias@example.test": "plain@example.test" },
  }, async (accounts, { derivation }) => {
    await accounts.addUser("stored@example.test", "secret");
    derivation.take();
    const names = [
      "plain@example.test",
      "stored@example.test",
      "unknown@example.test",
      "alias@example.test",
      "stored+x@example.test",
      "unknown@elsewhere.example",
      "no address",
      "../../x",
      "a\0b@example.test",
      `${"x".repeat(10_000)}@example.test`,
      "",
    ];
    for (const login of names) {
      assertEquals(await accounts.verify(login, "wrong"), undefined);
      assertEquals(derivation.take(), ["scrypt 4"], login.slice(0, 40));
    }
  });

  test(
    "answer the same guess for the same login at the same time once, whoever is named",
    BASE,
    async (accounts, { derivation }) => {
      await accounts.addUser("bob@example.test", "secret");
      derivation.take();
      for (const login of ["alice", "bob", "nobody"]) {
        const guess = () => accounts.verify(`${login}@example.test`, "wrong");
        const answers = await Promise.all([guess(), guess(), guess()]);
        assertEquals(answers, [undefined, undefined, undefined]);
        assertEquals(derivation.take(), ["scrypt 4"], login);
        await guess();
        assertEquals(derivation.take(), ["scrypt 4"], login);
      }
    },
  );

  test("fail a disabled account that gives the right password like any other", {
    accounts: { "alice@example.test": { password: "secret", enabled: false } },
  }, async (accounts, { derivation }) => {
    assertEquals(
      await accounts.verify("alice@example.test", "secret"),
      undefined,
    );
    assertEquals(derivation.take(), ["scrypt 4"]);
    assertEquals((await accounts.find("alice@example.test"))?.enabled, false);
  });

  test(
    "never log anybody in with an empty or impossible password",
    BASE,
    async (accounts, { derivation }) => {
      await accounts.addUser("bob@example.test", "secret");
      derivation.take();
      const logins = [
        "alice@example.test",
        "bob@example.test",
        "unknown@x.test",
        "",
        ".",
      ];
      for (const login of logins) {
        for (const password of ["", "\0", "a\nb", "\ud800"]) {
          assertEquals(await accounts.verify(login, password), undefined);
        }
      }
      assertEquals(derivation.take(), []);
    },
  );

  test(
    "believe a proven password for some minutes, and only that one",
    BASE,
    async (accounts, { derivation, clock }) => {
      await accounts.addUser("bob@example.test", "secret");
      derivation.take();
      const verify = async (password: string) =>
        (await accounts.verify("bob@example.test", password))?.address;
      const costs = async (password: string) => {
        await verify(password);
        return derivation.take().length;
      };
      assertEquals(await verify("secret"), "bob@example.test");
      assertEquals(derivation.take(), ["scrypt 4"]);
      assertEquals(await verify("secret"), "bob@example.test");
      assertEquals(derivation.take(), []);
      assertEquals(await costs("wrong"), 1);
      clock.now += 60 * 60_000;
      assertEquals(await costs("secret"), 1);
      await accounts.setPassword("bob@example.test", "other");
      derivation.take();
      assertEquals(await verify("secret"), undefined);
      assertEquals(await verify("other"), "bob@example.test");
    },
  );

  test(
    "stop believing a proven password when the account is disabled or removed",
    BASE,
    async (accounts) => {
      const verify = async () =>
        (await accounts.verify("bob@example.test", "secret"))?.address;
      await accounts.addUser("bob@example.test", "secret");
      assertEquals(await verify(), "bob@example.test");
      await accounts.setEnabled("bob@example.test", false);
      assertEquals(await verify(), undefined);
      await accounts.setEnabled("bob@example.test", true);
      assertEquals(await verify(), "bob@example.test");
      await accounts.removeUser("bob@example.test");
      assertEquals(await verify(), undefined);
    },
  );

  test(
    "take hashed passwords from the configuration",
    BASE,
    async (accounts) => {
      const hashed = await hashPassword("secret", { cost: COST });
      accounts.reconfigure({ accounts: { "carol@example.test": hashed } });
      const who = await accounts.verify("carol@example.test", "secret");
      assertEquals(who?.address, "carol@example.test");
      assertEquals(
        await accounts.verify("carol@example.test", hashed),
        undefined,
      );
      await expectScram(accounts, "carol@example.test", "secret", true);
    },
  );

  test(
    "take a login without a domain for one in the default domain, by every way in",
    {
      domains: ["example.test", "other.test"],
      defaultDomain: "alias.test",
      domainAliases: { "alias.test": "example.test" },
      accounts: {
        "alice@example.test": { password: "secret", legacy: true },
        "bob@other.test": "secret",
      },
    },
    async (accounts) => {
      const verify = async (login: string) =>
        (await accounts.verify(login, "secret"))?.address;
      assertEquals(await verify("alice"), "alice@example.test");
      assertEquals(await verify("ALICE"), "alice@example.test");
      assertEquals(await verify("bob"), undefined);
      assertEquals(await verify("alice＠example.test"), "alice@example.test");
      for (const login of ["", "@", "alice@", "alice lists", "<alice>"]) {
        assertEquals(await verify(login), undefined);
      }
      assertEquals(
        (await accounts.find("alice"))?.address,
        "alice@example.test",
      );
      const shared = await accounts.sharedSecret("alice");
      assertEquals(shared?.secret, "secret");
      assertEquals(shared?.identity.address, "alice@example.test");
      await expectScram(accounts, "alice", "secret", true);
      const { identity } = await accounts.scram("alice", "sha-256");
      assertEquals(identity, { address: "alice@example.test" });
      accounts.reconfigure({ accounts: { "alice@example.test": "secret" } });
      assertEquals(await verify("alice"), undefined);
    },
  );

  test(
    "find accounts by login, not by alias or detail",
    {
      ...BASE,
      domainAliases: { "alias.test": "example.test" },
      aliases: { "info@example.test": "alice@example.test" },
      catchAll: { "other.test": "alice@example.test" },
    },
    async (accounts) => {
      const find = async (login: string) =>
        (await accounts.find(login))?.address;
      assertEquals(await find("ALICE@alias.test"), "alice@example.test");
      assertEquals(await find("info@example.test"), undefined);
      assertEquals(await find("alice+lists@example.test"), undefined);
      assertEquals(await find("nobody@other.test"), undefined);
      assertEquals(await find("alice"), undefined);
      assertEquals(await find(""), undefined);
    },
  );
}

/** Checks a credential against a password, as a client's proof would. */
function knows(
  credential: ScramCredential,
  hash: "sha-1" | "sha-256",
  password: string,
): boolean {
  const name = hash.replace("-", "");
  const salted = pbkdf2Sync(
    password,
    credential.salt,
    credential.iterations,
    hash === "sha-1" ? 20 : 32,
    name,
  );
  const key = (of: string) => createHmac(name, salted).update(of).digest();
  const stored = createHash(name).update(key("Client Key")).digest();
  return stored.equals(credential.storedKey) &&
    key("Server Key").equals(credential.serverKey);
}

async function expectScram(
  accounts: ManagedAccounts,
  login: string,
  password: string,
  right: boolean,
): Promise<void> {
  for (const hash of ["sha-1", "sha-256"] as const) {
    const credential = await accounts.scram(login, hash);
    assertEquals(knows(credential, hash, password), right, hash);
  }
}

export function testScram(test: Test): void {
  test(
    "keep SCRAM verifiers of stored and of configured passwords",
    BASE,
    async (accounts) => {
      await accounts.addUser("bob@example.test", "se\u00a0cret");
      await expectScram(accounts, "Bob@Example.test", "se cret", true);
      await expectScram(accounts, "alice@example.test", "wonder land", true);
      const bob = await accounts.scram("bob@example.test", "sha-256");
      assertEquals(bob.identity, { address: "bob@example.test" });
      assertEquals(bob.iterations, 10_000);
      await accounts.setPassword("bob@example.test", "other");
      await expectScram(accounts, "bob@example.test", "other", true);
    },
  );

  test(
    "invent SCRAM secrets that look like real ones and stay the same",
    BASE,
    async (accounts) => {
      await accounts.addUser("bob@example.test", "secret");
      for (const hash of ["sha-1", "sha-256"] as const) {
        const real = await accounts.scram("bob@example.test", hash);
        const invented = await accounts.scram("nobody@example.test", hash);
        assertEquals(shapeOf(invented), shapeOf(real));
        assertEquals(invented.identity, undefined);
        const again = await accounts.scram("NOBODY@example.test", hash);
        assertEquals(again, invented);
        const other = await accounts.scram("noone@example.test", hash);
        assert(other.salt.join() !== invented.salt.join());
      }
      const sha1 = await accounts.scram("nobody@example.test", "sha-1");
      const sha256 = await accounts.scram("nobody@example.test", "sha-256");
      assert(sha1.salt.join() !== sha256.salt.join());
    },
  );

  test(
    "pay one derivation for the first SCRAM secret of a login, whoever is named",
    BASE,
    async (accounts, { derivation }) => {
      await accounts.addUser("bob@example.test", "secret");
      derivation.take();
      const names = [
        "alice@example.test",
        "bob@example.test",
        "nobody@example.test",
        "no address",
        "a\0b@example.test",
        "",
      ];
      for (const login of names) {
        await accounts.scram(login, "sha-256");
        assertEquals(derivation.take(), ["pbkdf2 sha-256 10000"], login);
        await accounts.scram(login, "sha-256");
        assertEquals(derivation.take(), [], login);
      }
    },
  );

  test(
    "give disabled accounts their own SCRAM secret without an identity",
    BASE,
    async (accounts) => {
      await accounts.addUser("bob@example.test", "secret");
      const before = await accounts.scram("bob@example.test", "sha-256");
      await accounts.setEnabled("bob@example.test", false);
      const after = await accounts.scram("bob@example.test", "sha-256");
      assertEquals(after, { ...before, identity: undefined });
    },
  );
}

function shapeOf(credential: ScramCredential) {
  const { salt, iterations, storedKey, serverKey } = credential;
  return [salt.length, iterations, storedKey.length, serverKey.length];
}

export function testSecrets(test: Test): void {
  test("tell whether legacy mechanisms are worth offering", {
    domains: ["example.test"],
    accounts: {
      "off@example.test": { password: "x", legacy: true, enabled: false },
    },
  }, async (accounts) => {
    assertEquals(await accounts.offersLegacy(), false);
    await accounts.addUser("alice@example.test", "geheim", { legacy: true });
    assertEquals(await accounts.offersLegacy(), true);
    await accounts.setEnabled("alice@example.test", false);
    assertEquals(await accounts.offersLegacy(), false);
  });
  test("hand out passwords of accounts that opted in, and of no others", {
    domains: ["example.test"],
    accounts: {
      "old@example.test": { password: "legacy secret", legacy: true },
      "new@example.test": "modern",
      "off@example.test": { password: "x", legacy: true, enabled: false },
    },
  }, async (accounts) => {
    await accounts.addUser("alice@example.test", "geheim", { legacy: true });
    await accounts.addUser("bob@example.test", "secret");
    const secretOf = async (login: string) => {
      const shared = await accounts.sharedSecret(login);
      return shared && [shared.identity.address, shared.secret];
    };
    assertEquals(await secretOf("OLD@example.test"), [
      "old@example.test",
      "legacy secret",
    ]);
    assertEquals(await secretOf("Alice@example.test"), [
      "alice@example.test",
      "geheim",
    ]);
    for (const login of ["new", "off", "bob", "nobody"]) {
      assertEquals(await secretOf(`${login}@example.test`), undefined);
    }
    await accounts.setPassword("alice@example.test", "new geheim");
    assertEquals((await secretOf("alice@example.test"))?.[1], "new geheim");
    await accounts.setPassword("alice@example.test", "x", { legacy: false });
    assertEquals(await secretOf("alice@example.test"), undefined);
    await accounts.setPassword("bob@example.test", "y", { legacy: true });
    assertEquals((await secretOf("bob@example.test"))?.[1], "y");
    await accounts.setEnabled("bob@example.test", false);
    assertEquals(await secretOf("bob@example.test"), undefined);
  });
}

/** What every implementation of `Accounts` and `AccountsAdmin` has to do. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import {
  AccountError,
  type AccountFault,
  type AccountsSetting,
  BadAccountsSetting,
  hashPassword,
  type ManagedAccounts,
  type PasswordsOptions,
  type Resolution,
  type ScramCredential,
} from "../../src/accounts/mod.ts";
import { parsePath } from "../../src/mail/mod.ts";
import { countingDerivation } from "./counting_derivation.ts";

/** Opens accounts on a place of their own, runs `use`, and clears away. */
export type WithAccounts = (
  setting: AccountsSetting,
  options: PasswordsOptions,
  use: (accounts: ManagedAccounts) => Promise<void>,
) => Promise<void>;

/** Cheap enough for tests. */
const COST = { ln: 4, r: 8, p: 1 };

const BASE: AccountsSetting = {
  domains: ["example.test", "other.test"],
  accounts: { "alice@example.test": "wonder land" },
};

const DESTINATIONS: AccountsSetting = {
  domains: ["example.test", "other.test", "[192.0.2.1]"],
  domainAliases: {
    "alias.test": "example.test",
    "second.test": "alias.test",
  },
  accounts: {
    "alice@example.test": "secret",
    "Bob@Example.TEST": "secret",
    "bob+exact@example.test": "secret",
    "jürgen@bücher.test": "secret",
    "gone@example.test": {
      password: "secret",
      enabled: false,
      receives: false,
    },
    "away@example.test": { password: "secret", enabled: false },
    '"odd one"@example.test': "secret",
  },
  aliases: {
    "info@example.test": ["alice@example.test", "bob@example.test"],
    "text@example.test": "alice@example.test, bob@example.test",
    "far@example.test": "Someone@Elsewhere.example",
    "both@example.test": ["far@example.test", "alice@example.test"],
    "chain@example.test": "info@example.test",
    "twice@example.test": ["info@example.test", "chain@example.test"],
    "tagged@example.test": "bob+tag@example.test",
    "bob@other.test": "bob@alias.test",
    "alice@example.test": ["alice@example.test", "bob@example.test"],
    "one@example.test": "two@example.test",
    "two@example.test": "three@example.test",
    "three@example.test": ["one@example.test"],
    "self@example.test": "self@example.test",
    "half@example.test": ["circle@example.test", "bob@example.test"],
    "circle@example.test": "half@example.test",
    "dangling@example.test": "nobody@example.test",
    "dead@example.test": "gone@example.test",
  },
  catchAll: { "other.test": "bob@example.test" },
};

const mailbox = (account: string, detail?: string) => ({
  kind: "mailbox" as const,
  account,
  ...(detail === undefined ? {} : { detail }),
});
const ALICE = mailbox("alice@example.test");
const BOB = mailbox("bob@example.test");
const FAR = { kind: "remote" as const, address: "Someone@elsewhere.example" };
const found = (...targets: (typeof ALICE | typeof FAR)[]): Resolution => ({
  kind: "found",
  targets,
});

const RESOLUTIONS: [string, Resolution][] = [
  ["bob@example.test", found(BOB)],
  ["BOB@EXAMPLE.TEST", found(BOB)],
  ['"bob"@example.test', found(BOB)],
  ["bob+lists@example.test", found(mailbox("bob@example.test", "lists"))],
  ["bob+Lists+x@example.test", found(mailbox("bob@example.test", "Lists+x"))],
  ["bob+@example.test", found(BOB)],
  ["bob+exact@example.test", found(mailbox("bob+exact@example.test"))],
  ["+bob@example.test", { kind: "unknown" }],
  ["bob-lists@example.test", { kind: "unknown" }],
  ["JÜRGEN@BÜCHER.test", found(mailbox("jürgen@xn--bcher-kva.test"))],
  [
    "ju\u0308rgen@xn--bcher-kva.test",
    found(mailbox("jürgen@xn--bcher-kva.test")),
  ],
  ['"Odd One"@example.test', found(mailbox('"odd one"@example.test'))],
  ["bob@alias.test", found(BOB)],
  ["bob+x@second.test", found(mailbox("bob@example.test", "x"))],
  ["info@example.test", found(ALICE, BOB)],
  ["text@example.test", found(ALICE, BOB)],
  [
    "INFO+x@second.test",
    found(
      mailbox("alice@example.test", "x"),
      mailbox("bob@example.test", "x"),
    ),
  ],
  ["far@example.test", found(FAR)],
  ["both@example.test", found(FAR, ALICE, BOB)],
  ["chain@example.test", found(ALICE, BOB)],
  ["twice@example.test", found(ALICE, BOB)],
  ["tagged@example.test", found(mailbox("bob@example.test", "tag"))],
  ["tagged+mine@example.test", found(mailbox("bob@example.test", "tag"))],
  ["bob@other.test", found(BOB)],
  ["alice@example.test", found(ALICE, BOB)],
  ["one@example.test", { kind: "loop" }],
  ["self@example.test", { kind: "loop" }],
  ["half@example.test", found(BOB)],
  ["circle@example.test", found(BOB)],
  ["dangling@example.test", { kind: "unknown" }],
  ["nobody@example.test", { kind: "unknown" }],
  ["nobody@other.test", found(BOB)],
  ["nobody+x@other.test", found(BOB)],
  ["gone@example.test", { kind: "disabled" }],
  ["dead@example.test", { kind: "disabled" }],
  ["away@example.test", found(mailbox("away@example.test"))],
  ["postmaster@example.test", found(ALICE, BOB)],
  ["PostMaster+x@example.test", found(ALICE, BOB)],
  ["postmaster@other.test", found(ALICE, BOB)],
  ["postmaster@second.test", found(ALICE, BOB)],
  ["Postmaster", found(ALICE, BOB)],
  ["nobody@[192.0.2.1]", { kind: "unknown" }],
  ["bob@[127.0.0.1]", { kind: "remote" }],
  ["bob@elsewhere.example", { kind: "remote" }],
  ["bob@sub.example.test", { kind: "remote" }],
  ["postmaster@elsewhere.example", { kind: "remote" }],
  ['"../../x"@example.test', { kind: "unknown" }],
  ['"../../x"@other.test', found(BOB)],
  ['"@example.test"@example.test', { kind: "unknown" }],
  ['"%"@example.test', { kind: "unknown" }],
  [`${"l".repeat(64)}@example.test`, { kind: "unknown" }],
];

/** Runs the suite; `name` stands in front of each claim. */
export function testAccounts(name: string, open: WithAccounts): void {
  const test = (
    claim: string,
    setting: AccountsSetting,
    use: (
      accounts: ManagedAccounts,
      more: ReturnType<typeof fixtures>,
    ) => Promise<void>,
  ) =>
    Deno.test(`${name} ${claim}`, async () => {
      const more = fixtures();
      await open(setting, more.options, (accounts) => use(accounts, more));
    });

  testLogins(test);
  testScram(test);
  testSecrets(test);
  testDestinations(test);
  testChanges(test);
  testReconfiguration(test);
}

type Test = (
  claim: string,
  setting: AccountsSetting,
  use: (
    accounts: ManagedAccounts,
    more: ReturnType<typeof fixtures>,
  ) => Promise<void>,
) => void;

function fixtures() {
  const derivation = countingDerivation();
  const clock = { now: 1_700_000_000_000 };
  const options = { derivation, cost: COST, now: () => clock.now };
  return { derivation, clock, options };
}

function testLogins(test: Test): void {
  const account = {
    address: "alice@example.test",
    enabled: true,
    receives: true,
    legacy: false,
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

  test("fail a disabled account that gives the right password", {
    accounts: { "alice@example.test": { password: "secret", enabled: false } },
  }, async (accounts) => {
    assertEquals(
      await accounts.verify("alice@example.test", "secret"),
      undefined,
    );
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
    "find accounts by login, not by alias or detail",
    DESTINATIONS,
    async (accounts) => {
      const find = async (login: string) =>
        (await accounts.find(login))?.address;
      assertEquals(await find("ALICE@alias.test"), "alice@example.test");
      assertEquals(await find("info@example.test"), undefined);
      assertEquals(await find("bob+lists@example.test"), undefined);
      assertEquals(await find("nobody@other.test"), undefined);
      assertEquals(await find("bob"), undefined);
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

function testScram(test: Test): void {
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
        const disabled = await accounts.scram("bob@example.test", hash);
        assertEquals(disabled.salt, real.salt);
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

function testSecrets(test: Test): void {
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

/** Reads addresses as RCPT does. */
function at(text: string) {
  const bytes = String.fromCharCode(...new TextEncoder().encode(`<${text}>`));
  const path = parsePath(bytes, { utf8: true });
  assert(path?.address, `${text} is no path`);
  return path.address;
}

function testDestinations(test: Test): void {
  for (const [address, resolution] of RESOLUTIONS) {
    test(
      `resolve ${address} to "${resolution.kind}"`,
      DESTINATIONS,
      async (accounts) => {
        assertEquals(await accounts.resolve(at(address)), resolution);
      },
    );
  }

  test("resolve changeable accounts and aliases like configured ones", {
    domains: ["example.test"],
  }, async (accounts) => {
    await accounts.addUser("bob@example.test", "secret");
    await accounts.addAlias("info@example.test", [
      "bob@example.test",
      "x@far.example",
    ]);
    await accounts.addAlias("@example.test", ["info@example.test"]);
    const expected = found(BOB, { kind: "remote", address: "x@far.example" });
    assertEquals(await accounts.resolve(at("info@example.test")), expected);
    assertEquals(await accounts.resolve(at("whoever@example.test")), expected);
    assertEquals(
      await accounts.resolve(at("postmaster@example.test")),
      found(BOB),
    );
    await accounts.setEnabled("bob@example.test", false, false);
    assertEquals(await accounts.resolve(at("bob@example.test")), {
      kind: "disabled",
    });
  });

  test("let the configuration say whether disabled accounts receive", {
    disabledAccountsReceive: false,
    accounts: {
      "gone@example.test": { password: "x", enabled: false },
      "away@example.test": { password: "x", enabled: false, receives: true },
    },
  }, async (accounts) => {
    assertEquals(await accounts.resolve(at("gone@example.test")), {
      kind: "disabled",
    });
    assertEquals(
      await accounts.resolve(at("away@example.test")),
      found(mailbox("away@example.test")),
    );
  });

  test(
    "know details by another separator, and by none",
    BASE,
    async (accounts) => {
      const address = at("alice-x@example.test");
      assertEquals(await accounts.resolve(address), { kind: "unknown" });
      accounts.reconfigure({ ...BASE, detailSeparator: "-" });
      assertEquals(
        await accounts.resolve(address),
        found(mailbox("alice@example.test", "x")),
      );
      accounts.reconfigure({ ...BASE, detailSeparator: "" });
      assertEquals(await accounts.resolve(at("alice+x@example.test")), {
        kind: "unknown",
      });
    },
  );

  test("resolve postmaster to whom the configuration names", {
    ...DESTINATIONS,
    postmaster: "bob@example.test",
  }, async (accounts) => {
    const addresses = [
      "postmaster@example.test",
      "postmaster@other.test",
      "Postmaster",
    ];
    for (const address of addresses) {
      assertEquals(await accounts.resolve(at(address)), found(BOB), address);
    }
  });

  test(
    "resolve postmaster to somebody even where the named one does not exist",
    {
      ...BASE,
      postmaster: "nobody@example.test",
      catchAll: { "other.test": "alice@example.test" },
    },
    async (accounts) => {
      assertEquals(
        await accounts.resolve(at("postmaster@example.test")),
        found(ALICE),
      );
      accounts.reconfigure({ ...BASE, postmaster: "postmaster@example.test" });
      assertEquals(await accounts.resolve(at("Postmaster")), found(ALICE));
    },
  );

  test("resolve postmaster to an account or alias of that name first", {
    ...BASE,
    postmaster: "alice@example.test",
    aliases: { "postmaster@example.test": "bob@far.example" },
  }, async (accounts) => {
    const far = { kind: "remote" as const, address: "bob@far.example" };
    assertEquals(
      await accounts.resolve(at("postmaster@example.test")),
      found(far),
    );
    await accounts.addUser("postmaster@other.test", "secret");
    assertEquals(
      await accounts.resolve(at("postmaster@other.test")),
      found(mailbox("postmaster@other.test")),
    );
  });

  test("resolve nothing where there are no accounts", {
    domains: ["example.test"],
  }, async (accounts) => {
    assertEquals(await accounts.resolve(at("Postmaster")), { kind: "unknown" });
    assertEquals(await accounts.resolve({ localPart: "bob", domain: "" }), {
      kind: "unknown",
    });
    accounts.reconfigure({});
    assertEquals(await accounts.resolve(at("Postmaster")), { kind: "unknown" });
  });

  test(
    "survive a chain of a thousand aliases and a thousand targets",
    BASE,
    async (accounts) => {
      const aliases: Record<string, string | string[]> = {};
      for (let i = 0; i < 1000; i++) {
        aliases[`a${i}@example.test`] = `a${i + 1}@example.test`;
      }
      aliases["a1000@example.test"] = "alice@example.test";
      aliases["all@example.test"] = Object.keys(aliases);
      accounts.reconfigure({ ...BASE, aliases });
      assertEquals(await accounts.resolve(at("a0@example.test")), found(ALICE));
      assertEquals(
        await accounts.resolve(at("all@example.test")),
        found(ALICE),
      );
    },
  );

  const OWNED: [string, boolean][] = [
    ["bob@example.test", true],
    ["BOB+anything@alias.test", true],
    ["info@example.test", true],
    ["both+x@example.test", true],
    ["anything@other.test", true],
    ["alice@example.test", true],
    ["jürgen@bücher.test", false],
    ["far@example.test", false],
    ["postmaster@example.test", true],
    ["nobody@example.test", false],
    ["bob@elsewhere.example", false],
    ["one@example.test", false],
    ["bob+exact@example.test", true],
  ];
  for (const [address, owned] of OWNED) {
    test(
      `say that bob ${owned ? "owns" : "does not own"} ${address}`,
      DESTINATIONS,
      async (accounts) => {
        assertEquals(
          await accounts.owns("bob@example.test", at(address)),
          owned,
        );
      },
    );
  }

  test("leave an account its own address where an alias takes its mail", {
    ...BASE,
    aliases: { "alice@example.test": "a@far.example" },
  }, async (accounts) => {
    assertEquals(
      await accounts.owns("alice@example.test", at("Alice+x@example.test")),
      true,
    );
    assertEquals(
      await accounts.owns("nobody@example.test", at("alice@example.test")),
      false,
    );
  });

  test("know their domains", DESTINATIONS, (accounts) => {
    const domains = [
      "example.test",
      "Example.TEST",
      "alias.test",
      "second.test",
      "xn--bcher-kva.test",
      "[192.0.2.1]",
      "elsewhere.example",
      "[127.0.0.1]",
      "sub.example.test",
      "",
    ];
    assertEquals(domains.map((domain) => accounts.isLocal(domain)), [
      true,
      true,
      true,
      true,
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
    return Promise.resolve();
  });
}

async function expectFault(
  fault: AccountFault,
  change: () => Promise<unknown>,
  message?: string,
): Promise<void> {
  const error = await assertRejects(change, AccountError, message);
  assertEquals(error.fault, fault);
}

function testChanges(test: Test): void {
  test("add, list, disable and remove accounts", BASE, async (accounts) => {
    const added = await accounts.addUser("Bob@Example.Test", "secret", {
      legacy: true,
    });
    const bob = {
      address: "bob@example.test",
      enabled: true,
      receives: true,
      legacy: true,
      source: "database" as const,
    };
    assertEquals(added, bob);
    const alice = {
      address: "alice@example.test",
      enabled: true,
      receives: true,
      legacy: false,
      source: "configuration" as const,
    };
    assertEquals(await accounts.listUsers(), [alice, bob]);
    await accounts.setEnabled("BOB@example.test", false, false);
    const off = { ...bob, enabled: false, receives: false };
    assertEquals(await accounts.listUsers(), [alice, off]);
    await accounts.setEnabled("bob@example.test", true);
    assertEquals((await accounts.find("bob@example.test"))?.receives, false);
    await accounts.removeUser("bob@example.test");
    assertEquals(await accounts.listUsers(), [alice]);
  });

  test("add, list and remove aliases", BASE, async (accounts) => {
    const add = (...targets: string[]) =>
      accounts.addAlias("Info@example.test", targets);
    const alias = (...targets: string[]) => ({
      address: "info@example.test",
      targets,
      source: "database" as const,
    });
    assertEquals(await add("Alice@example.test"), alias("alice@example.test"));
    const both = alias("alice@example.test", "b@far.example");
    assertEquals(await add("alice@example.test", "b@far.example"), both);
    assertEquals(await accounts.listAliases(), [both]);
    await expectFault("already-exists", () => add("b@FAR.example"));
    await accounts.removeAlias("info@example.test", "alice@example.test");
    assertEquals(await accounts.listAliases(), [alias("b@far.example")]);
    await accounts.removeAlias("info@example.test");
    assertEquals(await accounts.listAliases(), []);
    await expectFault(
      "not-found",
      () => accounts.removeAlias("info@example.test"),
    );
  });

  test("refuse changes that make no sense, and say why", {
    ...BASE,
    aliases: { "info@example.test": "alice@example.test" },
  }, async (accounts) => {
    await accounts.addUser("bob@example.test", "secret");
    const add = (address: string, password = "secret") => () =>
      accounts.addUser(address, password);
    await expectFault(
      "already-exists",
      add("BOB@example.test"),
      'Cannot add account "bob@example.test": it exists already',
    );
    await expectFault(
      "domain-not-local",
      add("bob@far.example"),
      'Cannot add "bob@far.example": "far.example" is not among the configured domains',
    );
    await expectFault(
      "configured-elsewhere",
      add("alice@example.test"),
      'Cannot change "alice@example.test": it stands in the configuration',
    );
    await expectFault(
      "bad-password",
      add("carol@example.test", ""),
      "it is empty",
    );
    await expectFault("bad-password", add("carol@example.test", "a\tb"));
    const alice = "alice@example.test";
    await expectFault("configured-elsewhere", () => accounts.removeUser(alice));
    await expectFault(
      "configured-elsewhere",
      () => accounts.setPassword(alice, "x"),
    );
    await expectFault(
      "configured-elsewhere",
      () => accounts.setEnabled(alice, false),
    );
    const nobody = "nobody@example.test";
    await expectFault("not-found", () => accounts.removeUser(nobody));
    await expectFault("not-found", () => accounts.setPassword(nobody, "x"));
    await expectFault("not-found", () => accounts.setEnabled(nobody, false));
    const info = "info@example.test";
    await expectFault(
      "configured-elsewhere",
      () => accounts.addAlias(info, ["a@far.example"]),
    );
    await expectFault("configured-elsewhere", () => accounts.removeAlias(info));
    await expectFault(
      "domain-not-local",
      () => accounts.addAlias("@far.example", [alice]),
    );
    await expectFault(
      "bad-address",
      () => accounts.addAlias("new@example.test", []),
    );
    await expectFault(
      "bad-address",
      () => accounts.addAlias("new@example.test", [alice, "x"]),
    );
    assertEquals((await accounts.listAliases()).map(({ address }) => address), [
      info,
    ]);
    assertEquals((await accounts.listUsers()).length, 2);
  });

  const HOSTILE = [
    "",
    "bob",
    "@example.test",
    "bob@",
    "../../x@example.test",
    '""@example.test',
    "a\0b@example.test",
    '"a\0b"@example.test',
    '"a\nb"@example.test',
    "a\u0085b@example.test",
    "a\u200bb@example.test",
    "\u{1f600}@example.test",
    `${"l".repeat(65)}@example.test`,
    `${"l".repeat(100_000)}@example.test`,
    "bob@example.test, carol@example.test",
    "bob@@example.test",
  ];
  for (const address of HOSTILE) {
    test(
      `refuse ${JSON.stringify(address.slice(0, 40))} as a user's address`,
      BASE,
      async (accounts) => {
        await expectFault(
          "bad-address",
          () => accounts.addUser(address, "secret"),
        );
        await expectFault("bad-address", () => accounts.removeUser(address));
        assertEquals(await accounts.verify(address, "secret"), undefined);
      },
    );
  }

  test("keep strange but proper local parts apart", BASE, async (accounts) => {
    const names = [
      '"../../x"',
      '"a b"',
      "'",
      "%",
      "_",
      "o'--",
      "a/b",
      "-x",
      "*",
    ];
    for (const name of names) {
      await accounts.addUser(`${name}@example.test`, `secret ${name}`);
    }
    for (const name of names) {
      const address = `${name}@example.test`;
      const who = await accounts.verify(address, `secret ${name}`);
      assertEquals(who?.address, address);
      assertEquals(
        await accounts.resolve(at(address)),
        found(mailbox(address)),
      );
    }
  });

  test("put accounts of an alias domain where it leads", {
    ...BASE,
    domainAliases: { "alias.test": "example.test" },
  }, async (accounts) => {
    const added = await accounts.addUser("bob@alias.test", "secret");
    assertEquals(added.address, "bob@example.test");
    assertEquals(await accounts.resolve(at("bob@example.test")), found(BOB));
  });
}

function testReconfiguration(test: Test): void {
  test(
    "take a new configuration, and drop what it has no more",
    BASE,
    async (accounts) => {
      accounts.reconfigure({ accounts: { "carol@new.test": "secret" } });
      assertEquals(
        await accounts.verify("alice@example.test", "wonder land"),
        undefined,
      );
      assertEquals(
        (await accounts.verify("carol@new.test", "secret"))?.enabled,
        true,
      );
      assertEquals(accounts.isLocal("example.test"), false);
      assertEquals(accounts.isLocal("new.test"), true);
    },
  );

  test(
    "let the configuration win over an account of the same address",
    BASE,
    async (accounts) => {
      await accounts.addUser("bob@example.test", "database");
      accounts.reconfigure({
        ...BASE,
        accounts: { "bob@example.test": "configured" },
      });
      const verify = (password: string) =>
        accounts.verify("bob@example.test", password);
      assertEquals(await verify("database"), undefined);
      assertEquals((await verify("configured"))?.address, "bob@example.test");
      assertEquals(
        (await accounts.listUsers()).map((
          { address, source },
        ) => [address, source]),
        [["bob@example.test", "configuration"]],
      );
    },
  );

  test(
    "keep the old configuration when the new one is refused",
    BASE,
    async (accounts) => {
      const problems = (setting: AccountsSetting): readonly string[] => {
        try {
          accounts.reconfigure(setting);
        } catch (error) {
          if (error instanceof BadAccountsSetting) return error.problems;
          throw error;
        }
        return [];
      };
      const setting = {
        domains: ["no domain"],
        accounts: {
          "bob": "secret",
          "carol@example.test": "",
          "dave@example.test": "$2y$10$abcdefghijklmnopqrstuv",
          "erin@example.test": "$scrypt$ln=15$x$y",
          "frank@example.test": {
            password: await hashPassword("x", { cost: COST }),
            legacy: true,
          },
        },
        aliases: { "x": "y@z.test", "y@z.test": "x, z@z.test" },
        catchAll: { "a b": "x@y.test" },
        postmaster: "me",
      };
      assertEquals(problems(setting), [
        'Account "bob" is no address that a user may have',
        'The password of account "carol@example.test" is empty',
        'The password of account "dave@example.test" is a hash of a kind that is not known; one of "denomaild user hash" was meant',
        'The password of account "erin@example.test" is a damaged hash',
        'Account "frank@example.test" cannot have legacy mechanisms with a hashed password',
        'Alias "x" is no address',
        'Target "x" of alias "y@z.test" is no address',
        '"a b" is no domain',
        '"no domain" is no domain',
        'Target "me" of postmaster is no address',
      ]);
      const who = await accounts.verify("alice@example.test", "wonder land");
      assertEquals(who?.address, "alice@example.test");
    },
  );
}

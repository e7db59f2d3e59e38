/** Changes of accounts and aliases, by the command line and by the configuration. */

import { assertEquals, assertRejects } from "@std/assert";
import {
  AccountError,
  type AccountFault,
  type AccountsSetting,
  BadAccountsSetting,
  hashPassword,
} from "../../src/accounts/mod.ts";
import { at, BASE, BOB, COST, found, mailbox, type Test } from "./fixtures.ts";

async function expectFault(
  fault: AccountFault,
  change: () => Promise<unknown>,
  message?: string,
): Promise<void> {
  const error = await assertRejects(change, AccountError, message);
  assertEquals(error.fault, fault);
}

export function testChanges(test: Test): void {
  test("add, list, disable and remove accounts", BASE, async (accounts) => {
    const added = await accounts.addUser("Bob@Example.Test", "secret", {
      legacy: true,
    });
    const bob = {
      address: "bob@example.test",
      enabled: true,
      receives: true,
      legacy: true,
      details: "inbox" as const,
      source: "database" as const,
    };
    assertEquals(added, bob);
    const alice = {
      address: "alice@example.test",
      enabled: true,
      receives: true,
      legacy: false,
      details: "inbox" as const,
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

  test(
    "say what becomes of mail with a detail",
    { ...BASE, details: "existing" },
    async (accounts) => {
      await accounts.addUser("bob@example.test", "secret");
      const details = async (address: string) =>
        (await accounts.find(address))?.details;
      assertEquals(await details("alice@example.test"), "existing");
      assertEquals(await details("bob@example.test"), "existing");
      await accounts.setDetails("Bob@example.test", "create");
      assertEquals(await details("bob@example.test"), "create");
      await accounts.setDetails("bob@example.test", undefined);
      assertEquals(await details("bob@example.test"), "existing");
      await expectFault(
        "configured-elsewhere",
        () => accounts.setDetails("alice@example.test", "inbox"),
      );
      await expectFault(
        "not-found",
        () => accounts.setDetails("nobody@example.test", "inbox"),
      );
    },
  );

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

export function testReconfiguration(test: Test): void {
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

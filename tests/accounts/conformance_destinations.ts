/** Where addresses lead, and whose they are. */

import { assertEquals } from "@std/assert";
import type { AccountsSetting, Resolution } from "../../src/accounts/mod.ts";
import {
  ALICE,
  at,
  BASE,
  BOB,
  FAR,
  found,
  mailbox,
  type Test,
} from "./fixtures.ts";

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

export function testDestinations(test: Test): void {
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

import { assert, assertEquals, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { openFileAccounts } from "../../src/accounts/mod.ts";
import { testAccounts } from "./conformance.ts";
import { countingDerivation } from "./counting_derivation.ts";

const COST = { ln: 4, r: 8, p: 1 };
const SETTING = { domains: ["example.test"], cost: COST };

testAccounts(
  "File accounts",
  (setting, options, use) =>
    inFolder(async (folder) => {
      const accounts = openFileAccounts({ folder, ...setting, ...options });
      try {
        await use(accounts);
      } finally {
        accounts.close();
      }
    }),
);

async function inFolder(
  use: (folder: string) => Promise<void> | void,
): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "denomaild-accounts-" });
  try {
    await use(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("File accounts are there again after a restart, secrets and invented salts included", async () => {
  await inFolder(async (folder) => {
    const first = openFileAccounts({ folder, ...SETTING });
    await first.addUser("alice@example.test", "secret", { legacy: true });
    await first.addAlias("info@example.test", ["alice@example.test"]);
    const salt = await first.scram("nobody@example.test", "sha-256");
    first.close();

    const second = openFileAccounts({ folder, ...SETTING });
    const alice = await second.verify("alice@example.test", "secret");
    assertEquals(alice?.address, "alice@example.test");
    const shared = await second.sharedSecret("alice@example.test");
    assertEquals(shared?.secret, "secret");
    const again = await second.scram("nobody@example.test", "sha-256");
    assertEquals(again.salt, salt.salt);
    assertEquals((await second.listAliases()).length, 1);
    second.close();
  });
});

Deno.test("File accounts notice at once what another process changes", async () => {
  await inFolder(async (folder) => {
    const server = openFileAccounts({ folder, ...SETTING });
    const tool = openFileAccounts({ folder, ...SETTING });
    const login = async (password: string) =>
      (await server.verify("alice@example.test", password))?.address;
    assertEquals(await login("secret"), undefined);
    await tool.addUser("alice@example.test", "secret");
    assertEquals(await login("secret"), "alice@example.test");
    await tool.setPassword("alice@example.test", "changed");
    assertEquals(await login("secret"), undefined);
    assertEquals(await login("changed"), "alice@example.test");
    await tool.setEnabled("alice@example.test", false);
    assertEquals(await login("changed"), undefined);
    await tool.addAlias("info@example.test", ["x@far.example"]);
    const found = await server.resolve({
      localPart: "info",
      domain: "example.test",
    });
    assertEquals(found.kind, "found");
    server.close();
    tool.close();
  });
});

Deno.test("File accounts are readable for their owner only", async () => {
  await inFolder(async (folder) => {
    const inner = `${folder}/data`;
    const accounts = openFileAccounts({ folder: inner, ...SETTING });
    await accounts.addUser("alice@example.test", "secret", { legacy: true });
    const modes = Array.from(
      Deno.readDirSync(inner),
      ({ name }) =>
        [name, (Deno.statSync(`${inner}/${name}`).mode ?? 0) & 0o777] as const,
    );
    for (const [name, mode] of modes) assertEquals(mode, 0o600, name);
    const names = modes.map(([name]) => name);
    assert(names.includes("accounts.db") && names.includes("secret.key"));
    assertEquals((Deno.statSync(inner).mode ?? 0) & 0o777, 0o700);
    accounts.close();
  });
});

Deno.test("File accounts keep no password readable", async () => {
  await inFolder(async (folder) => {
    const accounts = openFileAccounts({ folder, ...SETTING });
    await accounts.addUser("a@example.test", "xyzzy-plugh", { legacy: true });
    accounts.close();
    for (const { name } of Deno.readDirSync(folder)) {
      const text = new TextDecoder("latin1").decode(
        Deno.readFileSync(`${folder}/${name}`),
      );
      assertEquals(text.includes("xyzzy-plugh"), false, name);
    }
  });
});

Deno.test("File accounts do not open a sealed password under another address", async () => {
  await inFolder(async (folder) => {
    const accounts = openFileAccounts({ folder, ...SETTING });
    await accounts.addUser("a@example.test", "secret a", { legacy: true });
    await accounts.addUser("b@example.test", "secret b", { legacy: true });
    const database = new DatabaseSync(`${folder}/accounts.db`);
    database.exec(
      "UPDATE account SET sealed = (SELECT sealed FROM account WHERE address = 'a@example.test')",
    );
    database.close();
    assertEquals(
      (await accounts.sharedSecret("a@example.test"))?.secret,
      "secret a",
    );
    assertEquals(await accounts.sharedSecret("b@example.test"), undefined);
    accounts.close();
  });
});

Deno.test("File accounts let nobody in whose stored password is damaged", async () => {
  await inFolder(async (folder) => {
    const derivation = countingDerivation();
    const accounts = openFileAccounts({ folder, ...SETTING, derivation });
    await accounts.addUser("a@example.test", "secret");
    const database = new DatabaseSync(`${folder}/accounts.db`);
    for (const text of ["", "secret", "$denomaild$1$", "$denomaild$2$x"]) {
      database.prepare("UPDATE account SET password = ?").run(text);
      derivation.take();
      assertEquals(
        await accounts.verify("a@example.test", "secret"),
        undefined,
      );
      assertEquals(derivation.take(), ["scrypt 4"]);
      const { identity } = await accounts.scram("a@example.test", "sha-256");
      assertEquals(identity, undefined);
    }
    database.close();
    accounts.close();
  });
});

Deno.test("File accounts of a newer version are left alone", async () => {
  await inFolder((folder) => {
    const database = new DatabaseSync(`${folder}/accounts.db`);
    database.exec("PRAGMA user_version = 7");
    database.close();
    assertThrows(
      () => openFileAccounts({ folder, ...SETTING }),
      Error,
      `Cannot open "${folder}/accounts.db": its version is 7, newer than 2`,
    );
  });
});

Deno.test("File accounts of version 1 are brought up to date, with all that is in them", async () => {
  await inFolder(async (folder) => {
    const before = openFileAccounts({ folder, ...SETTING });
    await before.addUser("a@example.test", "secret");
    before.close();
    const database = new DatabaseSync(`${folder}/accounts.db`);
    database.exec(
      "ALTER TABLE account DROP COLUMN details; PRAGMA user_version = 1",
    );
    database.close();
    const after = openFileAccounts({ folder, ...SETTING });
    assertEquals((await after.find("a@example.test"))?.details, "inbox");
    await after.setDetails("a@example.test", "create");
    assertEquals((await after.find("a@example.test"))?.details, "create");
    after.close();
  });
});

Deno.test("File accounts name the file that is no database", async () => {
  await inFolder((folder) => {
    Deno.writeTextFileSync(`${folder}/accounts.db`, "no database ".repeat(100));
    assertThrows(
      () => openFileAccounts({ folder, ...SETTING }),
      Error,
      `Cannot open "${folder}/accounts.db": file is not a database`,
    );
  });
});

Deno.test("File accounts refuse a damaged key instead of making another", async () => {
  await inFolder(async (folder) => {
    Deno.writeTextFileSync(`${folder}/secret.key`, "short");
    const accounts = openFileAccounts({ folder, ...SETTING });
    let message = "";
    try {
      await accounts.scram("nobody@example.test", "sha-256");
    } catch (error) {
      message = (error as Error).message;
    }
    assertEquals(
      message,
      `Cannot use "${folder}/secret.key": it has 5 octets, not 32`,
    );
    accounts.close();
  });
});

Deno.test("File accounts hash nothing when they are opened", async () => {
  await inFolder((folder) => {
    const derivation = countingDerivation();
    const accounts: Record<string, string> = {};
    for (let i = 0; i < 1000; i++) {
      accounts[`u${i}@example.test`] = `secret ${i}`;
    }
    openFileAccounts({ folder, ...SETTING, accounts, derivation }).close();
    assertEquals(derivation.calls, []);
  });
});

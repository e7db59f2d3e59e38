import { assertEquals, assertMatch } from "@std/assert";

import { Site } from "./site.ts";

const ORG = '{"domain": "example.org", "Accounts": {"bob@example.org": "b"}}';

Deno.test("an account is added with the first line of standard input, listed, changed and removed", async () => {
  await using site = await Site.make(ORG);
  assertEquals(
    await site.run("user add Alice@Example.ORG --legacy", "s3cret\r\nmore\n"),
    { code: 0, out: 'Account "alice@example.org" was added\n', err: "" },
  );
  assertEquals(await site.run("user list"), {
    code: 0,
    out: "bob@example.org    enabled          configuration\n" +
      "alice@example.org  enabled  legacy  database\n",
    err: "",
  });
  assertEquals(
    (await site.run("user disable alice@example.org --refuse-mail")).code,
    0,
  );
  assertEquals(
    (await site.run("user password alice@example.org --modern", "n\n")).code,
    0,
  );
  assertEquals(
    (await site.run("user details alice@example.org existing")).out,
    'Account "alice@example.org" has the rule "existing"\n',
  );
  assertEquals(
    (await site.run("user details alice@example.org never")).code,
    2,
  );
  assertEquals(JSON.parse((await site.run("user list --json")).out)[1], {
    address: "alice@example.org",
    enabled: false,
    receives: false,
    legacy: false,
    details: "existing",
    source: "database",
  });
  assertEquals((await site.run("user enable alice@example.org")).code, 0);
  assertEquals((await site.run("user remove alice@example.org")).code, 0);
  assertEquals(
    (await site.run("user list")).out,
    "bob@example.org  enabled    configuration\n",
  );
});

Deno.test("what cannot be done with an account is told, with exit code 1", async () => {
  await using site = await Site.make(ORG);
  const refused = async (line: string, input: string, err: string) =>
    assertEquals(await site.run(line, input), {
      code: 1,
      out: "",
      err: `denomaild: ${err}\n`,
    });
  await refused(
    "user add carol@example.org",
    "\n",
    "Cannot read a password: standard input has none in its first line",
  );
  await refused(
    "user add carol@example.org",
    "x".repeat(5000),
    "Cannot read a password: the line is longer than 4096 characters",
  );
  await refused(
    "user password bob@example.org",
    "x\n",
    'Cannot change "bob@example.org": it stands in the configuration',
  );
  await refused(
    "user remove carol@example.org",
    "",
    'There is no account "carol@example.org"',
  );
});

Deno.test("an alias is added, listed and removed", async () => {
  await using site = await Site.make(ORG);
  assertEquals(
    await site.run("alias add Info@example.org bob@example.org x@else.example"),
    {
      code: 0,
      out:
        'Mail for "info@example.org" goes to bob@example.org, x@else.example\n',
      err: "",
    },
  );
  assertEquals(
    (await site.run("alias remove info@example.org x@else.example")).code,
    0,
  );
  assertEquals(JSON.parse((await site.run("alias list --json")).out), [{
    address: "info@example.org",
    targets: ["bob@example.org"],
    source: "database",
  }]);
  assertEquals((await site.run("alias remove info@example.org")).code, 0);
  assertEquals((await site.run("alias list")).out, "");
});

Deno.test("a wrong configuration stops every change, and says where it is wrong", async () => {
  await using site = await Site.make('{"domain": 5}');
  const { code, out, err } = await site.run("user add a@example.org", "x\n");
  assertEquals([code, out], [1, ""]);
  assertMatch(
    err,
    /^denomaild: Cannot use the configuration:\n\/.*\/conf\/a\.conf:1:2: "domain" is a number; a text in quotes was meant\n$/,
  );
});

Deno.test("accounts that cannot be read are told by their file, without our insides", async () => {
  await using site = await Site.make(ORG);
  await Deno.mkdir(`${site.folder}/data`);
  await Deno.writeTextFile(
    `${site.folder}/data/accounts.db`,
    "no database at all, and long enough to be seen as such".repeat(40),
  );
  const { code, out, err } = await site.run("user list");
  assertEquals([code, out], [1, ""]);
  assertEquals(
    err,
    `denomaild: Cannot open "${site.folder}/data/accounts.db": file is not a database\n`,
  );
});

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { runCommandLine } from "../../src/cli/command_line.ts";
import {
  type Command,
  CommandFailed,
  type Invocation,
  type Subcommand,
} from "../../src/cli/subcommand.ts";
import { subcommands } from "../../src/cli/subcommands.ts";

/** Runs `args` in this process. */
async function run(
  args: readonly string[],
  rows: readonly Subcommand[] = subcommands,
) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommandLine(args, rows, {
    print: (line) => out.push(line),
    complain: (line) => err.push(line),
  });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

const command = (
  run: Command["run"],
  rest: Partial<Command> = {},
): Command => ({ name: "act", summary: "do it", run, ...rest });

const usageErrors: readonly (readonly [args: string[], message: string])[] = [
  [["chekc"], '"chekc" is not a subcommand; did you mean "check"?'],
  [["vresion"], '"vresion" is not a subcommand; did you mean "version"?'],
  [["user", "ad"], '"ad" is not a subcommand of "user"; did you mean "add"?'],
  [
    ["check", "--confg", "x"],
    '"--confg" is not an option; did you mean "--config"?',
  ],
  [
    ["check", "--confg=x"],
    '"--confg" is not an option; did you mean "--config"?',
  ],
  [["check", "-j"], '"-j" is not an option'],
  [["check", "--config"], "--config needs a value"],
  [["check", "--config="], "--config needs a value"],
  [["check", "--legacy"], '"--legacy" is not an option of "check"'],
  [["version", "now"], '"version" takes no arguments, and 1 was given'],
  [["user", "remove"], '"user remove" takes ADDRESS, and 0 were given'],
  [
    ["alias", "add", "a@b.example"],
    '"alias add" takes ADDRESS TARGET…, and 1 was given',
  ],
  [["help", "chekc"], '"chekc" is not a subcommand; did you mean "check"?'],
];

for (const [args, message] of usageErrors) {
  Deno.test(`"${args.join(" ")}" makes no sense, and what was meant is told`, async () => {
    assertEquals(await run(args), {
      code: 2,
      out: "",
      err: `denomaild: ${message}`,
    });
  });
}

Deno.test("without a subcommand the list of them goes to standard error", async () => {
  const { code, out, err } = await run([]);
  assertEquals([code, out], [2, ""]);
  for (const { name } of subcommands) assertStringIncludes(err, `\n  ${name} `);
});

Deno.test("a word that is near to nothing gets the list of words", async () => {
  const { code, err } = await run(["user", "xyzzy"]);
  assertEquals(code, 2);
  assertStringIncludes(err, "one of add, list, remove, password");
});

for (
  const args of [
    ["user", "add", "alice@example.org", "hunter2"],
    ["user", "add", "alice@example.org", "--password=hunter2"],
    ["user", "password", "alice@example.org", "--password", "hunter2"],
    ["user", "add", "alice@example.org", "-pw", "hunter2"],
    ["user", "hash", "hunter2"],
  ]
) {
  Deno.test(`"${args.join(" ")}" is refused, for others can read it, and not repeated`, async () => {
    const { code, out, err } = await run(args);
    assertEquals([code, out], [2, ""]);
    assertStringIncludes(err, "never taken from the command line");
    assertEquals(err.includes("hunter2"), false);
  });
}

Deno.test("options may stand before and behind the subcommand", async () => {
  let seen: Invocation | undefined;
  const row = command((invocation) => {
    seen = invocation;
    return 0;
  }, {
    arguments: ["[WORD]"],
    options: [
      { name: "config", value: "DIR", meaning: "a folder" },
      { name: "json", meaning: "a switch" },
    ],
  });
  await run(["--config", "act", "act", "--json", "007"], [row]);
  assertEquals(seen?.args, ["007"]);
  assertEquals(seen?.options, { config: "act", json: true });
});

Deno.test("the exit code is the command's, 1 for what fails", async () => {
  assertEquals((await run(["act"], [command(() => 7)])).code, 7);
  const failing = command(() => {
    throw new CommandFailed('Cannot do "it"');
  });
  assertEquals(await run(["act"], [failing]), {
    code: 1,
    out: "",
    err: 'denomaild: Cannot do "it"',
  });
});

Deno.test("a fault of ours shows where it happened", async () => {
  const faulty = command(() => {
    throw new Error("oops");
  });
  const { code, err } = await run(["act"], [faulty]);
  assertEquals(code, 1);
  assertMatch(err, /^denomaild: Error: oops\n +at /);
});

Deno.test("help, --help and -h tell the same, to standard output", async () => {
  const list = await run(["help"]);
  assertEquals(list.code, 0);
  assertEquals(await run(["--help"]), list);
  assertEquals(await run(["-h"]), list);
  const user = await run(["help", "user"]);
  assertEquals(await run(["user", "--help"]), user);
  assertEquals(await run(["user", "add", "--help"]), user);
  assertStringIncludes(
    user.out,
    "denomaild user add ADDRESS [--config DIR] [--data DIR] [--legacy] [--json]\n  add an account",
  );
});

Deno.test("every subcommand has a help of its own", async () => {
  for (const { name, summary } of subcommands) {
    const { code, out } = await run(["help", name]);
    assertEquals(code, 0);
    assertStringIncludes(out, `denomaild ${name}`);
    assertEquals(summary.length > 0 && !summary.endsWith("."), true);
  }
});

Deno.test("version tells the release of deno.json", async () => {
  const { version } = JSON.parse(
    await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
  );
  const { code, out } = await run(["version"]);
  assertEquals(code, 0);
  assertEquals(out, `denomaild ${version} (Deno ${Deno.version.deno})`);
  assertEquals(await run(["--version"]), { code, out, err: "" });
  assertEquals(
    JSON.parse((await run(["version", "--json"])).out).version,
    version,
  );
});

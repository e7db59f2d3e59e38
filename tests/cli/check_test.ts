import { assertEquals } from "@std/assert";
import { runCommandLine } from "../../src/cli/command_line.ts";
import { subcommands } from "../../src/cli/subcommands.ts";

/** Runs `check` on a folder with `text` in a file, with "DIR" for the folder in what it says. */
async function check(text: string, ...more: string[]) {
  const folder = await Deno.makeTempDir();
  const lines = { out: [] as string[], err: [] as string[] };
  try {
    await Deno.writeTextFile(`${folder}/a.conf`, text);
    const code = await runCommandLine(
      ["check", "--config", folder, ...more],
      subcommands,
      {
        print: (line) => lines.out.push(line.replaceAll(folder, "DIR")),
        complain: (line) => lines.err.push(line.replaceAll(folder, "DIR")),
      },
    );
    return { code, ...lines };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("check is content with what is right", async () => {
  assertEquals(await check('{"domain": "example.org"}'), {
    code: 0,
    out: ['The configuration in "DIR" is right'],
    err: [],
  });
});

Deno.test("check tells every error and exits with 1", async () => {
  assertEquals(await check('{\n"debgu": true,\n"POP3": []}'), {
    code: 1,
    out: [],
    err: [
      'DIR/a.conf:2:1: "debgu" is not a known key; did you mean "debug"?',
      'DIR/a.conf:3:1: "POP3" is an array; an object was meant',
    ],
  });
});

Deno.test("check tells of accounts that cannot be and of certificates that are not there", async () => {
  const text = `{
  "Accounts": {"ALICE@example.org": "$denomaild$broken"},
  "TLS": {"certificate_file": "c.pem", "certificate_key_file": "k.pem"}}`;
  assertEquals((await check(text)).err, [
    'DIR/a.conf:2:16: The password of account "alice@example.org" is a damaged hash',
    'DIR/a.conf:3:11: "TLS.certificate_file": Cannot read "DIR/c.pem": it does not exist',
    'DIR/a.conf:3:40: "TLS.certificate_key_file": Cannot read "DIR/k.pem": it does not exist',
  ]);
});

Deno.test("check --json prints one value with every problem", async () => {
  const { code, out, err } = await check('{"debug": 1}', "--json");
  assertEquals([code, err], [1, []]);
  assertEquals(JSON.parse(out.join("\n")), {
    ok: false,
    folder: "DIR",
    problems: [{
      severity: "error",
      file: "DIR/a.conf",
      line: 1,
      column: 2,
      message: '"debug" is a number; true or false was meant',
    }],
  });
});

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

Deno.test("check tells of files and hashes beside all that is wrong elsewhere", async () => {
  const text = `{
  "debgu": true,
  "Accounts": {"alice@example.org": "$denomaild$broken", "bob": "secret"},
  "TLS": {
    "min_version": 1,
    "certificate_file": "c.pem",
    "certificate_key_file": 7,
    "Certificates": [
      {"certificate_file": 8, "certificate_key_file": "k.pem"},
      {"certificate_file": "d.pem"}
    ],
    "authorities": [9, "a.pem"]
  }
}`;
  const { code, err } = await check(text);
  assertEquals(code, 1);
  assertEquals(err, [
    'DIR/a.conf:2:3: "debgu" is not a known key; did you mean "debug"?',
    'DIR/a.conf:3:16: The password of account "alice@example.org" is a damaged hash',
    'DIR/a.conf:3:58: "Accounts.bob" is no mail address ("bob"); one such as "alice@example.org" was meant',
    'DIR/a.conf:5:5: "TLS.min_version" is 1; one of "1.2", "1.3" was meant',
    'DIR/a.conf:6:5: "TLS.certificate_file": Cannot read "DIR/c.pem": it does not exist',
    'DIR/a.conf:7:5: "TLS.certificate_key_file" is a number; a text in quotes was meant',
    'DIR/a.conf:9:8: "TLS.Certificates[0].certificate_file" is a number; a text in quotes was meant',
    'DIR/a.conf:9:31: "TLS.Certificates[0].certificate_key_file": Cannot read "DIR/k.pem": it does not exist',
    'DIR/a.conf:10:7: "TLS.Certificates[1].certificate_key_file" is missing; a text in quotes was meant',
    'DIR/a.conf:10:8: "TLS.Certificates[1].certificate_file": Cannot read "DIR/d.pem": it does not exist',
    'DIR/a.conf:12:21: "TLS.authorities[0]" is a number; a text in quotes was meant',
    'DIR/a.conf:12:24: "TLS.authorities[1]": Cannot read "DIR/a.pem": it does not exist',
  ]);
});

import { assert, assertEquals } from "@std/assert";
import {
  formatProblem,
  type Loaded,
  readConfigurationFolder,
  type Rejected,
} from "../../src/config/mod.ts";

/** A temporary folder with `files`, for as long as `act` takes. */
async function inFolder(
  files: Readonly<Record<string, string | Uint8Array>>,
  act: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(files)) {
      const octets = typeof content === "string"
        ? new TextEncoder().encode(content)
        : content;
      await Deno.writeFile(`${folder}/${name}`, octets);
    }
    await act(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function told(result: Loaded | Rejected, folder: string): string[] {
  assert("problems" in result, "it loaded");
  return result.problems.map((problem) =>
    formatProblem(problem).replaceAll(folder, "DIR")
  );
}

Deno.test("all *.conf files of a folder count, in the order of their names, and no others", async () => {
  const files = {
    "b.conf": '{"SMTP": {"max_errors": 1, "timeout": 2}}',
    "a.conf": '{"SMTP": {"max_errors": 3}}',
    ".hidden.conf": "no JSON",
    "a.conf.bak": "no JSON",
    "README": "no JSON",
  };
  await inFolder(files, async (folder) => {
    await Deno.mkdir(`${folder}/more`);
    await Deno.writeTextFile(`${folder}/more/c.conf`, "no JSON");
    assertEquals(told(await readConfigurationFolder(folder), folder), [
      'DIR/b.conf:1:11: "SMTP.max_errors" is given twice; it stands at DIR/a.conf:1:11 already',
    ]);
  });
});

Deno.test("a link counts as the file that it leads to", async () => {
  await inFolder({ "elsewhere.txt": '{"debug": true}' }, async (folder) => {
    await Deno.symlink("elsewhere.txt", `${folder}/a.conf`);
    const result = await readConfigurationFolder(folder);
    assert("configuration" in result);
    assertEquals(result.configuration.debug, true);
  });
});

Deno.test("a link that leads nowhere, a folder and a file that is no text are told, and the rest as well", async () => {
  const files = {
    "c.conf": Uint8Array.of(
      0x7b,
      0x0a,
      0xc3,
      0xbc,
      0xef,
      0xbf,
      0xbd,
      0x20,
      0x20,
      0xff,
      0x7d,
    ),
    "d.conf": '{"debug": 1}',
  };
  await inFolder(files, async (folder) => {
    await Deno.symlink("nowhere", `${folder}/a.conf`);
    await Deno.mkdir(`${folder}/b.conf`);
    assertEquals(told(await readConfigurationFolder(folder), folder), [
      "DIR/a.conf: Cannot read the file: it does not exist",
      "DIR/b.conf: Cannot read the file: it is a folder",
      "DIR/c.conf:2:5: the text is not UTF-8 from here on; a file saved as UTF-8 was meant",
      'DIR/d.conf:1:2: "debug" is a number; true or false was meant',
    ]);
  });
});

Deno.test("a folder without configuration, a missing one and a file in its place are told", async () => {
  await inFolder({ "file": "" }, async (folder) => {
    assertEquals(told(await readConfigurationFolder(folder), folder), [
      'DIR: the folder has no file that ends in ".conf"; one such as "denomaild.conf" was meant',
    ]);
    assertEquals(
      told(await readConfigurationFolder(`${folder}/none`), folder),
      ["DIR/none: Cannot read the folder: it does not exist"],
    );
    assertEquals(
      told(await readConfigurationFolder(`${folder}/file`), folder),
      ["DIR/file: Cannot read the folder: it is no folder"],
    );
  });
});

Deno.test("text keeps its UTF-8", async () => {
  const text = '{"SMTP": {"end_greeting": "Auf Wiedersehen, Füße 😀"}}';
  await inFolder({ "a.conf": text }, async (folder) => {
    const result = await readConfigurationFolder(folder);
    assert("configuration" in result);
    assertEquals(
      result.configuration.SMTP.end_greeting,
      "Auf Wiedersehen, Füße 😀",
    );
  });
});

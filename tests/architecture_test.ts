/**
 * Keeps the import arrows of the source tree: who may import whom, through which door,
 * and that pure folders stay pure.
 */

import { assertEquals } from "@std/assert";

const SRC = new URL("../src/", import.meta.url);

/** Folders and what each may import; "type:" in front allows `import type` only. */
const ARROWS: Record<string, readonly string[]> = {
  bytes: [],
  wire: ["bytes"],
  mail: ["bytes"],
  disk: ["bytes"],
  sasl: ["bytes", "wire"],
  accounts: ["bytes", "mail", "disk"],
  store: ["bytes", "mail", "disk"],
  queue: ["bytes", "mail", "disk"],
  dns: ["bytes"],
  smtp: [
    "bytes",
    "wire",
    "mail",
    "sasl",
    "type:accounts",
    "type:store",
    "type:queue",
  ],
  pop3: [
    "bytes",
    "wire",
    "mail",
    "sasl",
    "type:accounts",
    "type:store",
    "type:queue",
  ],
  imap: [
    "bytes",
    "wire",
    "mail",
    "sasl",
    "type:accounts",
    "type:store",
    "type:queue",
  ],
  smtp_client: ["bytes", "wire", "mail", "sasl", "type:queue"],
  net: ["bytes", "wire"],
  control: ["bytes"],
  story: ["bytes", "disk"],
  config: ["bytes", "wire", "mail"],
  deliver: [
    "bytes",
    "wire",
    "mail",
    "disk",
    "accounts",
    "store",
    "queue",
    "dns",
    "smtp_client",
    "type:net",
  ],
};

/** Folders in which time, randomness and work are passed in. */
const PURE = [
  "bytes",
  "wire",
  "mail",
  "sasl",
  "smtp",
  "smtp_client",
  "pop3",
  "imap",
];
const IMPURE =
  /\b(?:Deno\.|Date\.now|new Date\(\)|Math\.random|setTimeout|setInterval|console\.|performance\.|crypto\.getRandomValues|process\.)/;

/** What only the command line's own modules may be imported by. */
const CLI_ONLY = "cli";

interface Import {
  readonly file: string;
  readonly typeOnly: boolean;
  /** `await import(…)` */
  readonly later: boolean;
  readonly specifier: string;
}

async function* sources(folder: URL): AsyncGenerator<URL> {
  for await (const entry of Deno.readDir(folder)) {
    if (entry.isDirectory) yield* sources(new URL(`${entry.name}/`, folder));
    else if (entry.name.endsWith(".ts")) yield new URL(entry.name, folder);
  }
}

const IMPORT =
  /^\s*(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"|\bimport\("([^"]+)"\)/gm;

function importsOf(file: string, text: string): Import[] {
  return [...text.matchAll(IMPORT)].map((match) => ({
    file,
    typeOnly: match[1] !== undefined,
    later: match[3] !== undefined,
    specifier: (match[2] ?? match[3])!,
  }));
}

/** The first folder below src, or the file itself. */
function homeOf(path: string): string {
  return path.split("/")[0]!;
}

/** What is wrong with one import, or undefined. */
function complaint({ file, specifier, typeOnly }: Import): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  const target = new URL(specifier, new URL(file, SRC)).href.slice(
    SRC.href.length,
  );
  const [from, to] = [homeOf(file), homeOf(target)];
  if (from === to) return undefined;
  if (to === CLI_ONLY) return `${file} imports the command line: ${specifier}`;
  if (target.includes("/") && !target.endsWith("/mod.ts")) {
    return `${file} bypasses the door of ${to}: ${specifier}`;
  }
  const allowed = ARROWS[from];
  if (allowed === undefined) return undefined;
  if (allowed.includes(to) || typeOnly && allowed.includes(`type:${to}`)) {
    return undefined;
  }
  return `${file} may not import ${to}${
    typeOnly ? "" : " (only as a type, or not at all)"
  }: ${specifier}`;
}

Deno.test("every import follows an arrow of the design, through the folder's door", async () => {
  const wrong: string[] = [];
  let seen = 0;
  for await (const url of sources(SRC)) {
    const file = url.href.slice(SRC.href.length);
    const found = importsOf(file, await Deno.readTextFile(url));
    seen += found.length;
    wrong.push(...found.map(complaint).filter((text) => text !== undefined));
  }
  assertEquals(wrong, []);
  assertEquals(seen > 100, true, `only ${seen} imports were seen`);
});

Deno.test("pure folders take time, randomness and work from outside", async () => {
  const wrong: string[] = [];
  for (const folder of PURE) {
    for await (const url of sources(new URL(`${folder}/`, SRC))) {
      const text = (await Deno.readTextFile(url)).replace(
        /\/\*[\s\S]*?\*\/|\/\/.*$/gm,
        "",
      );
      const match = IMPURE.exec(text);
      if (match) wrong.push(`${url.href.slice(SRC.href.length)}: ${match[0]}`);
    }
  }
  assertEquals(wrong, []);
});

Deno.test("steps are made only in wire/: everywhere else a session writes yield*", async () => {
  const wrong: string[] = [];
  for (const folder of ["sasl", "smtp", "smtp_client", "pop3", "imap"]) {
    for await (const url of sources(new URL(`${folder}/`, SRC))) {
      const text = (await Deno.readTextFile(url)).replace(
        /\/\*[\s\S]*?\*\/|\/\/.*$/gm,
        "",
      );
      if (/\byield\b(?!\*)/.test(text)) {
        wrong.push(url.href.slice(SRC.href.length));
      }
    }
  }
  assertEquals(wrong, []);
});

Deno.test("every folder has a door whose first lines say what it is for", async () => {
  const missing: string[] = [];
  for (const folder of Object.keys(ARROWS)) {
    const text = await Deno.readTextFile(new URL(`${folder}/mod.ts`, SRC))
      .catch(() => "");
    if (!text.startsWith("/**")) missing.push(folder);
  }
  assertEquals(missing, []);
});

Deno.test("no source file grows into the monster", async () => {
  const long: string[] = [];
  for await (const url of sources(SRC)) {
    const lines = (await Deno.readTextFile(url)).split("\n").length;
    if (lines > 450) {
      long.push(`${url.href.slice(SRC.href.length)}: ${lines} lines`);
    }
  }
  assertEquals(long, []);
});

/** All files that `file` loads at once, and the packages. */
async function loadedBy(file: string): Promise<ReadonlySet<string>> {
  const loaded = new Set([file]);
  for (const one of loaded) {
    if (!one.endsWith(".ts")) continue;
    const url = new URL(one, SRC);
    for (const found of importsOf(one, await Deno.readTextFile(url))) {
      const { specifier, typeOnly, later } = found;
      if (typeOnly || later) continue;
      loaded.add(
        specifier.startsWith(".")
          ? new URL(specifier, url).href.slice(SRC.href.length)
          : specifier,
      );
    }
  }
  return loaded;
}

Deno.test("a server at rest holds no schema and makes no certificates", async () => {
  const loaded = await loadedBy("cli/confined.ts");
  assertEquals(loaded.has("server.ts"), true);
  const heavy = ["zod", "@peculiar/x509", "config/schema.ts"];
  assertEquals(heavy.filter((one) => loaded.has(one)), []);
});

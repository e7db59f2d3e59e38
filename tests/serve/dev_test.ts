/** `dev`: the ready file, the folders, the ports. */

import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { taskFlags } from "../harness/server.ts";
import {
  greetSmtp,
  LineClient,
  loginPop3,
  sendMessage,
} from "../harness/line_client.ts";
import { type Ready, startServer } from "../harness/server.ts";
import { firstMessage } from "./first_message.ts";
import { connectSecure } from "./secure_client.ts";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/** Runs `dev` with what `deno task dev` gives it; its temporary folders go to `temporary`. */
function dev(args: string[], temporary?: string): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [...taskFlags("dev"), MAIN, "dev", ...args],
    env: temporary === undefined ? {} : { TMPDIR: temporary },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  const end = performance.now() + 60_000;
  while (performance.now() < end) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error("It did not come in time");
}

Deno.test("dev writes a ready file that is whole at once and says what is true", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/ready.json`;
  const child = dev([
    "--port-base",
    "0",
    "--data",
    `${folder}/data`,
    "--ready-file",
    file,
  ]);
  // Whoever sees the file sees all of it: it is parsed at its first sight.
  const text = await until(() =>
    Deno.readTextFile(file).catch(() => undefined)
  );
  const ready = JSON.parse(text) as Ready;
  assertEquals(Object.keys(ready), [
    ...["pid", "host", "domain", "ports", "accounts", "ca", "data"],
  ]);
  assertEquals(Object.keys(ready.ports).sort(), [
    ...["imap", "imaps", "lmtp", "pop3", "pop3s"],
    ...["smtp", "submission", "submissions"],
  ]);
  const { ports: _, ca: __, ...rest } = ready;
  assertEquals(rest, {
    pid: child.pid,
    host: "127.0.0.1",
    domain: "example.test",
    accounts: [
      { address: "alice@example.test", password: "wonderland" },
      { address: "bob@example.test", password: "the-builder" },
    ],
    data: `${folder}/data`,
  });
  const ca = await Deno.readTextFile(ready.ca);
  for (const kind of ["submissions", "pop3s", "imaps"] as const) {
    (await connectSecure(ready.ports[kind], "localhost", ca)).close();
  }
  for (const kind of ["smtp", "submission", "lmtp", "pop3", "imap"] as const) {
    const client = await LineClient.connect(ready.ports[kind]);
    assertMatch(await client.line(), /^(?:220 |\+OK |\* OK )/);
    client.close();
  }
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
  assertEquals(names.sort(), ["data", "ready.json"]);
  // Its id is the one in the file: signals reach the server there.
  child.kill("SIGTERM");
  const { code, stdout, stderr } = await child.output();
  assertEquals(code, 0);
  const out = new TextDecoder().decode(stdout);
  assertStringIncludes(out, "account alice@example.test, password wonderland");
  assertStringIncludes(out, "account bob@example.test, password the-builder");
  assertEquals(new TextDecoder().decode(stderr), "");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("dev keeps what --data names, mail and certificate, from run to run", async () => {
  const folder = await Deno.makeTempDir();
  const first = await startServer(`${folder}/data`);
  const ca = await Deno.readTextFile(first.ready.ca);
  const client = await greetSmtp(first.ready.ports.smtp);
  const sent = await sendMessage(
    client,
    "s@example.org",
    ["alice@example.test"],
    "Subject: kept\r\n\r\nkept\r\n",
  );
  assertStringIncludes(sent, "250");
  client.close();
  assertEquals(await first.stop(), 0);
  const second = await startServer(`${folder}/data`);
  assertEquals(await Deno.readTextFile(second.ready.ca), ca);
  const message = await firstMessage(
    second.ready.ports.pop3,
    "alice@example.test",
    "wonderland",
  );
  assertStringIncludes(message, "Subject: kept");
  assertEquals(await second.stop(), 0);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("dev without --data uses a temporary folder, and removes it at its end", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/ready.json`;
  const child = dev(["--port-base", "0", "--ready-file", file]);
  const ready = JSON.parse(
    await until(() => Deno.readTextFile(file).catch(() => undefined)),
  ) as Ready;
  assert(Deno.statSync(ready.data).isDirectory);
  assertEquals(Deno.statSync(ready.data).mode! & 0o777, 0o700);
  (await loginPop3(ready.ports.pop3, "bob@example.test", "the-builder"))
    .close();
  child.kill("SIGINT");
  assertEquals((await child.output()).code, 0);
  assertEquals(await exists(ready.data), false);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("dev on a port that is taken names it, exits with 1 and leaves nothing behind", async () => {
  const folder = await Deno.makeTempDir();
  // Its six ports are this plus 24 to 995: the one for 110 is held.
  const { base, held } = holdPort();
  const temporary = `${folder}/tmp`;
  await Deno.mkdir(temporary);
  const child = dev([
    "--port-base",
    `${base}`,
    "--ready-file",
    `${folder}/ready.json`,
  ], temporary);
  const { code, stderr } = await child.output();
  held.close();
  assertEquals(code, 1);
  assertEquals(
    new TextDecoder().decode(stderr),
    `denomaild: Cannot listen on 127.0.0.1 port ${
      base + 110
    } for pop3: the port is taken\n`,
  );
  assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["tmp"]);
  assertEquals([...Deno.readDirSync(temporary)], []);
  await Deno.remove(folder, { recursive: true });
});

/** Takes a port and tells the base for which it is POP3's. */
function holdPort(): { base: number; held: Deno.Listener } {
  while (true) {
    const held = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const base = (held.addr as Deno.NetAddr).port - 110;
    if (base <= 60_000) return { base, held };
    held.close();
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

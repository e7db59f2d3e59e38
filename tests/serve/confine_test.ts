/** The sandbox: the server touches its own folders only, and the first thread nothing. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { taskFlags } from "../harness/server.ts";
import { connectSecure } from "./secure_client.ts";
import { ServeSite } from "./serve_site.ts";

const files = (folder: string) => ({
  certificate_file: `${folder}/localhost.pem`,
  certificate_key_file: `${folder}/localhost.key`,
});

Deno.test("a server cannot read what its configuration did not name when it started", async () => {
  await using site = await ServeSite.make({ TLS: files("../certificates") });
  const ca = await site.certify("localhost", `${site.folder}/certificates`);
  await site.certify("localhost", `${site.folder}/elsewhere`);
  await using server = await site.serve();

  await site.configure({ TLS: files("../elsewhere") });
  const refused = await server.reload();
  assertEquals(refused.event, "reload_refused");
  assertStringIncludes(
    String(refused.error),
    `"TLS.certificate_file": Cannot read "${site.folder}/elsewhere/localhost.pem": ` +
      "the program was started without the right to read it",
  );
  (await connectSecure(server.ports.pop3s!, "localhost", ca)).close();
  // In the folder that was named, a new file may be used.
  const renewed = await site.certify(
    "localhost",
    `${site.folder}/certificates/next`,
  );
  await site.configure({ TLS: files("../certificates/next") });
  assertEquals((await server.reload()).event, "reloaded");
  (await connectSecure(server.ports.pop3s!, "localhost", renewed)).close();
});

Deno.test("the rights of deno task start, which name its folders, are enough to serve", async () => {
  await using site = await ServeSite.make();
  const root = new URL("../../", import.meta.url).pathname;
  const places: Record<string, string> = {
    conf: `${site.folder}/conf`,
    data: site.data,
    src: `${root}src`,
  };
  const flags = taskFlags("start").map((flag) =>
    flag.replace(
      /(?<=^--allow-(?:read|write)=).*/,
      (names) => names.split(",").map((name) => places[name] ?? name).join(","),
    )
  );
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...flags,
      `${root}main.ts`,
      ...["serve", "--config", places.conf!, "--data", site.data],
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream());
  let text = "";
  for await (const chunk of lines) {
    // SIGTERM goes to a server that runs: it stays open until it has said goodbye.
    if (text === "" && chunk.includes('"started"')) child.kill("SIGTERM");
    text += chunk;
  }
  assertStringIncludes(text, '"event":"stopped"');
  assertEquals((await child.status).code, 0);
});

Deno.test("the thread that starts the server gives up all rights as soon as it runs", async () => {
  const folder = await Deno.makeTempDir();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...taskFlags("denomaild"),
      new URL("watch_rights.ts", import.meta.url).pathname,
      `${folder}/data`,
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let text = "";
  const told: Record<string, string>[] = [];
  const lines = child.stdout.pipeThrough(new TextDecoderStream());
  for await (const chunk of lines) {
    text += chunk;
    told.splice(
      0,
      Infinity,
      ...text.split("\n").filter((line) => line.endsWith("}"))
        .map((line) => JSON.parse(line)),
    );
    if (told.at(-1)?.read === "NotCapable") break;
  }
  child.kill("SIGTERM");
  const { code } = await child.status;
  await child.stderr.cancel();
  assertEquals(told[0]!.source, "done");
  const refused = "NotCapable";
  assertEquals(told.at(-1), {
    ...{ read: refused, write: refused, listen: refused, source: refused },
  });
  assertEquals(code, 0);
  await Deno.remove(folder, { recursive: true });
});

/**
 * getmail reads over IMAP and POP3, and hands on to a program. It has no STARTTLS and no
 * STLS: implicit TLS is all that it can be tried with.
 */

import { assertEquals } from "@std/assert";
import {
  assertSameOctets,
  byteString,
  deliver,
  type Scene,
  takeMessages,
  withoutTrace,
  withServer,
} from "./maildrop.ts";
import { SAMPLES, withLf } from "./messages.ts";
import { mustRun } from "./programs.ts";

const RETRIEVERS = {
  imaps: "SimpleIMAPSSLRetriever",
  pop3s: "SimplePOP3SSLRetriever",
} as const;

/** Each message becomes a file of `folder`. Its Maildir delivery does not like root. */
async function getmail(
  { folder: home, alice, ready: { ports, ca } }: Scene,
  port: keyof typeof RETRIEVERS,
  folder: string,
  ...options: readonly string[]
): Promise<void> {
  const file = `${home}/getmailrc-${port}`;
  await Deno.writeTextFile(
    file,
    `[retriever]
type = ${RETRIEVERS[port]}
server = localhost
port = ${ports[port]}
username = ${alice.address}
password = ${alice.password}
ca_certs = ${ca}
[destination]
type = MDA_external
path = /bin/sh
arguments = ("-c", "cat > ${folder}/$$-$(date +%N)")
allow_root_commands = true
[options]
delivered_to = false
received = false
${options.join("\n")}
`,
    { mode: 0o600 },
  );
  const args = ["--getmaildir", home, "--rcfile", file];
  await mustRun("getmail", args, { env: { HOME: home } });
}

async function readFolder(folder: string): Promise<string[]> {
  const texts: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    texts.push(byteString(await Deno.readFile(`${folder}/${name}`)));
  }
  return texts;
}

/** It hands on with LF, and adds a field of its own where it read over IMAP. */
const ADDED = "X-getmail-retrieved-from-mailbox: INBOX\n";

function assertSameSet(files: readonly string[]): void {
  const plain = files.map((text) =>
    withLf(
      withoutTrace(text.replace(ADDED, "").replaceAll("\n", "\r\n")).message,
    )
  );
  const sent = SAMPLES.map(({ text }) => withLf(text));
  assertSameOctets(plain.sort().join(""), sent.sort().join(""));
}

Deno.test("getmail: what it reads is what was delivered", async (t) => {
  await withServer(t, async (scene, step) => {
    await deliver(scene, scene.alice, SAMPLES.map(({ text }) => text));
    for (const port of ["pop3s", "imaps"] as const) {
      const folder = await Deno.makeTempDir({ dir: scene.folder });

      await step(`${port}: all of it`, async () => {
        await getmail(scene, port, folder, "read_all = false");
        assertSameSet(await readFolder(folder));
      });

      await step(`${port}: nothing is read twice`, async () => {
        await getmail(scene, port, folder, "read_all = false");
        assertEquals((await readFolder(folder)).length, SAMPLES.length);
      });
    }

    await step(
      "imaps: what it has read is gone where it may delete",
      async () => {
        const folder = await Deno.makeTempDir({ dir: scene.folder });
        await getmail(
          scene,
          "imaps",
          folder,
          "delete = true",
          "read_all = true",
        );
        assertSameSet(await readFolder(folder));
        assertEquals(await takeMessages(scene, scene.alice, 0), []);
      },
    );
  });
});

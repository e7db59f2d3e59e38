/** curl reads, appends, searches and gives commands over IMAP. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  assertSameOctets,
  byteString,
  type Login,
  type Scene,
  withServer,
  writeSample,
} from "./maildrop.ts";
import { SAMPLES, UNFINISHED } from "./messages.ts";
import { mustRun, runProgram } from "./programs.ts";

const LOGIN_DENIED = 67;
const PEER_UNVERIFIED = 60;
const MESSAGES = [...SAMPLES, UNFINISHED];
type Port = "imap" | "imaps";

function words(
  { ready: { host, ports, ca } }: Scene,
  port: Port,
  { address, password }: Login,
  path: string,
  mechanism = "PLAIN",
): string[] {
  return [
    ...["--silent", "--show-error", "--ssl-reqd", "--cacert", ca],
    ...["--user", `${address}:${password}`],
    ...["--login-options", `AUTH=${mechanism}`],
    `${port}://${host}:${ports[port]}/${path}`,
  ];
}

Deno.test("curl: IMAP", async (t) => {
  await withServer(t, async (scene, step) => {
    const { alice } = scene;
    for (const port of ["imap", "imaps"] as const) {
      const run = async (path: string, ...more: string[]) => {
        const args = [...words(scene, port, alice, path), ...more];
        return byteString((await mustRun("curl", args)).stdout);
      };

      await step(
        `${port}: what it appends it reads, byte for byte`,
        async () => {
          for (const [i, { name, text }] of MESSAGES.entries()) {
            const path = await writeSample(scene, `${name}.eml`, text);
            await run("Drafts", "--upload-file", path);
            assertSameOctets(await run(`Drafts;MAILINDEX=${i + 1}`), text);
          }
        },
      );

      await step(`${port}: a section, a search, a list`, async () => {
        const field = "HEADER.FIELDS%20(SUBJECT)";
        const section = await run(`Drafts;MAILINDEX=2;SECTION=${field}`);
        assertEquals(section, "Subject: dots\r\n\r\n");
        const found = await run("Drafts?SUBJECT%20dots");
        assertEquals(found, "* SEARCH 2\r\n");
        const listed = await run("");
        assertStringIncludes(listed, '(\\HasNoChildren \\Drafts) "/" "Drafts"');
      });

      await step(`${port}: commands of one's own`, async () => {
        const store = "STORE 1:* +FLAGS.SILENT (\\Deleted)";
        await run("Drafts", "--request", store);
        const gone = await run("Drafts", "--request", "EXPUNGE");
        assertEquals(gone.match(/ EXPUNGE/g)?.length, MESSAGES.length);
      });

      for (const mechanism of ["PLAIN", "LOGIN", "CRAM-MD5"]) {
        await step(`${port}: AUTH ${mechanism}`, async () => {
          const args = words(scene, port, alice, "", mechanism);
          await mustRun("curl", args);
          const wrong = { ...alice, password: "wrong" };
          const refused = words(scene, port, wrong, "", mechanism);
          const { code, text } = await runProgram("curl", refused);
          assertEquals(code, LOGIN_DENIED, text);
        });
      }

      await step(`${port}: a certificate that it does not trust`, async () => {
        const args = words(scene, port, alice, "");
        args.splice(args.indexOf("--cacert"), 2);
        assertEquals((await runProgram("curl", args)).code, PEER_UNVERIFIED);
      });
    }
  });
});

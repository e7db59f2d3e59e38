/** fetchmail reads over POP3 and IMAP, and hands on to a program or over SMTP and LMTP. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  assertSameOctets,
  byteString,
  deliver,
  type Login,
  type Scene,
  takeMessages,
  withoutTrace,
  withServer,
} from "./maildrop.ts";
import { SAMPLES, SIMPLE, withLf } from "./messages.ts";
import { mustRun, runProgram } from "./programs.ts";

/** fetchmail's exit codes. */
const NOTHING_NEW = 1;
const SOCKET_ERROR = 2;
const AUTH_FAILED = 3;

interface Way {
  readonly port: "pop3" | "pop3s" | "imap" | "imaps";
  /** Words of the run control file. */
  readonly tls: string;
  readonly auth: string;
}

const VERIFIED = "sslcertck sslcertfile";

/** Runs fetchmail with a run control file of its own; `more` ends the user's entry. */
async function fetchmail(
  run: typeof runProgram,
  scene: Scene,
  { port, tls, auth }: Way,
  { address, password }: Login,
  more: string,
) {
  const { ports, ca } = scene.ready;
  const file = `${scene.folder}/fetchmailrc`;
  const trust = tls.includes(VERIFIED)
    ? tls.replace(VERIFIED, `${VERIFIED} "${ca}"`)
    : tls;
  // By name: fetchmail does not look for IP addresses in a certificate.
  await Deno.writeTextFile(
    file,
    `poll localhost protocol ${protocolOf(port, auth)} port ${ports[port]} ${
      auth === "apop" ? "" : `auth ${auth}`
    } ${port.startsWith("pop3") ? "uidl" : ""}\n` +
      `user "${address}" password "${password}" ${trust} ${more}\n`,
    { mode: 0o600 },
  );
  await Deno.chmod(file, 0o600);
  return await run("fetchmail", [
    ...["--fetchmailrc", file, "--pidfile", `${scene.folder}/fetchmail.pid`],
    ...["--idfile", `${scene.folder}/fetchids`, "--invisible", "--nosyslog"],
    ...["--verbose"],
  ], { env: { HOME: scene.folder, FETCHMAILHOME: scene.folder } });
}

function protocolOf(port: Way["port"], auth: string): string {
  if (port.startsWith("imap")) return "IMAP";
  return auth === "apop" ? "APOP" : "POP3";
}

/** A delivery program that writes each message into a file of its own. */
function intoFolder(folder: string): string {
  return `no rewrite keep fetchall mda "cat > ${folder}/$(date +%N)$$"`;
}

Deno.test("fetchmail: what it reads is what was delivered", async (t) => {
  await withServer(t, async (scene, step) => {
    const { alice, bob } = scene;
    await deliver(scene, alice, SAMPLES.map(({ text }) => text));

    for (
      const [name, way] of [
        ["STLS", {
          port: "pop3",
          tls: `sslproto "auto" ${VERIFIED}`,
          auth: "password",
        }],
        ["TLS", { port: "pop3s", tls: `ssl ${VERIFIED}`, auth: "password" }],
        ["APOP in the open", {
          port: "pop3",
          tls: `sslproto ""`,
          auth: "apop",
        }],
        ["APOP, STLS", {
          port: "pop3",
          tls: `sslproto "auto" ${VERIFIED}`,
          auth: "apop",
        }],
        ["CRAM-MD5, TLS", {
          port: "pop3s",
          tls: `ssl ${VERIFIED}`,
          auth: "cram-md5",
        }],
        ["IMAP, STARTTLS", {
          port: "imap",
          tls: `sslproto "auto" ${VERIFIED}`,
          auth: "password",
        }],
        ["IMAP, TLS", {
          port: "imaps",
          tls: `ssl ${VERIFIED}`,
          auth: "password",
        }],
        ["IMAP, CRAM-MD5, TLS", {
          port: "imaps",
          tls: `ssl ${VERIFIED}`,
          auth: "cram-md5",
        }],
      ] as [string, Way][]
    ) {
      await step(name, async () => {
        const folder = await Deno.makeTempDir({ dir: scene.folder });
        await fetchmail(mustRun, scene, way, alice, intoFolder(folder));
        assertSameSet(
          await readFolder(folder),
          SAMPLES.map(({ text }) => withLf(text)),
        );
      });

      await step(`${name}, wrong password`, async () => {
        const wrong = { ...alice, password: "wrong" };
        const { code, text } = await fetchmail(
          runProgram,
          scene,
          way,
          wrong,
          intoFolder(scene.folder),
        );
        assertEquals(code, AUTH_FAILED, text);
      });
    }

    await step("a certificate that it does not trust is refused", async () => {
      const way: Way = {
        port: "pop3s",
        tls: "ssl sslcertck",
        auth: "password",
      };
      const more = intoFolder(scene.folder);
      const { code, text } = await fetchmail(
        runProgram,
        scene,
        way,
        alice,
        more,
      );
      assertEquals(code, SOCKET_ERROR, text);
    });

    await step("UIDL tells it what is new", async () => {
      await deliver(scene, bob, [SIMPLE.text]);
      const way: Way = {
        port: "pop3s",
        tls: `ssl ${VERIFIED}`,
        auth: "password",
      };
      const folder = await Deno.makeTempDir({ dir: scene.folder });
      const more = intoFolder(folder).replace("fetchall", "");
      await fetchmail(mustRun, scene, way, bob, more);
      const { code, text } = await fetchmail(runProgram, scene, way, bob, more);
      assertEquals(code, NOTHING_NEW, text);
      assertEquals((await readFolder(folder)).length, 1);
      await takeMessages(scene, bob);
    });

    await takeMessages(scene, alice, SAMPLES.length);
    for (
      const [name, port, lmtp] of [["SMTP", "smtp", ""], [
        "LMTP",
        "lmtp",
        "lmtp",
      ]] as const
    ) {
      await step(
        `handed on over ${name}, and removed at the source`,
        async () => {
          await deliver(scene, bob, [SIMPLE.text]);
          const way: Way = {
            port: "pop3s",
            tls: `ssl ${VERIFIED}`,
            auth: "password",
          };
          const { host, ports } = scene.ready;
          const target = `smtphost "${host}/${
            ports[port]
          }" smtpname "${alice.address}" ${lmtp}`;
          const { text } = await fetchmail(
            mustRun,
            scene,
            way,
            bob,
            `no rewrite nokeep fetchall ${target}`,
          );
          assertStringIncludes(text, "flushed");
          assertEquals(await takeMessages(scene, bob, 0), []);
          const [delivered] = await takeMessages(scene, alice);
          const { message } = withoutTrace(delivered!);
          // The trace fields of the first delivery stay in it.
          assertMatch(message, /^Received: /m);
          assertSameOctets(message.slice(-SIMPLE.text.length), SIMPLE.text);
        },
      );
    }
  });
});

async function readFolder(folder: string): Promise<string[]> {
  const texts: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    texts.push(byteString(await Deno.readFile(`${folder}/${name}`)));
  }
  return texts;
}

/** Compares messages as files, which have LF and our trace fields in front. */
function assertSameSet(
  files: readonly string[],
  expected: readonly string[],
): void {
  const plain = files.map((text) =>
    withLf(withoutTrace(text.replaceAll("\n", "\r\n")).message)
  );
  assertSameOctets(plain.sort().join(""), [...expected].sort().join(""));
}

/** mpop reads over POP3 with every mechanism of GNU SASL that we offer. */

import { assertEquals, assertStringIncludes } from "@std/assert";
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
import { mustRun, type Outcome, runProgram } from "./programs.ts";

/** sysexits.h, as mpop uses it. */
const EX_NOPERM = 77;

type Tls = "none" | "stls" | "tls";

/** Runs mpop with a configuration of its own. */
async function mpop(
  run: typeof runProgram,
  scene: Scene,
  tls: Tls,
  auth: string,
  { address, password }: Login,
  delivery: string,
  ...more: string[]
): Promise<Outcome> {
  const { host, ports, ca } = scene.ready;
  const file = `${scene.folder}/mpoprc`;
  const security = tls === "none" ? ["tls off"] : [
    "tls on",
    `tls_starttls ${tls === "stls" ? "on" : "off"}`,
    `tls_trust_file ${ca}`,
  ];
  const lines = [
    "account default",
    ...[`host ${host}`, `port ${tls === "tls" ? ports.pop3s : ports.pop3}`],
    ...[
      `auth ${auth}`,
      `user ${address}`,
      `passwordeval printf %s '${password}'`,
    ],
    ...security,
    ...[`delivery ${delivery}`, "received_header off", "keep on"],
    ...[`uidls_file ${scene.folder}/uidls-${crypto.randomUUID()}`, ...more],
  ];
  await Deno.writeTextFile(file, lines.join("\n") + "\n", { mode: 0o600 });
  return await run("mpop", [`--file=${file}`]);
}

async function newMaildir(scene: Scene): Promise<string> {
  const folder = await Deno.makeTempDir({ dir: scene.folder });
  for (const name of ["cur", "new", "tmp"]) {
    await Deno.mkdir(`${folder}/${name}`);
  }
  return folder;
}

Deno.test("mpop: what it reads is what was delivered", async (t) => {
  await withServer(t, async (scene, step) => {
    const { alice, bob } = scene;
    await deliver(scene, alice, SAMPLES.map(({ text }) => text));
    const expected = SAMPLES.map(({ text }) => withLf(text));

    for (
      const [tls, auth] of [
        ...[["stls", "user"], ["tls", "user"], ["stls", "on"]],
        ...[["none", "apop"], ["stls", "apop"], ["tls", "apop"]],
        ...[["none", "cram-md5"], ["tls", "cram-md5"]],
        ...[["stls", "plain"], ["tls", "plain"], ["tls", "login"]],
        ...[["stls", "scram-sha-1"], ["tls", "scram-sha-1"]],
        ...[["none", "scram-sha-256"], ["stls", "scram-sha-256"], [
          "tls",
          "scram-sha-256",
        ]],
      ] as [Tls, string][]
    ) {
      await step(`${tls}, ${auth}`, async () => {
        const folder = await newMaildir(scene);
        await mpop(mustRun, scene, tls, auth, alice, `maildir ${folder}`);
        const files: string[] = [];
        for await (const { name } of Deno.readDir(`${folder}/new`)) {
          files.push(byteString(await Deno.readFile(`${folder}/new/${name}`)));
        }
        const plain = files.map((text) =>
          withLf(withoutTrace(text.replaceAll("\n", "\r\n")).message)
        );
        assertSameOctets(plain.sort().join(""), [...expected].sort().join(""));
      });

      await step(`${tls}, ${auth}, wrong password`, async () => {
        const folder = await newMaildir(scene);
        const wrong = { ...alice, password: "wrong" };
        const { code, text } = await mpop(
          runProgram,
          scene,
          tls,
          auth,
          wrong,
          `maildir ${folder}`,
        );
        assertEquals(code, EX_NOPERM, text);
      });
    }

    await step(
      "mbox, one session after the other, pipelining off",
      async () => {
        const file = `${scene.folder}/mbox`;
        await mpop(
          mustRun,
          scene,
          "tls",
          "user",
          alice,
          `mbox ${file}`,
          "pipelining off",
        );
        const text = byteString(await Deno.readFile(file));
        assertEquals(
          text.match(/^From sender@example\.org /gm)?.length,
          SAMPLES.length,
        );
        assertStringIncludes(text, withLf(SIMPLE.text));
      },
    );

    await step("what it took it removes", async () => {
      await deliver(scene, bob, [SIMPLE.text, SIMPLE.text]);
      const folder = await newMaildir(scene);
      await mpop(
        mustRun,
        scene,
        "stls",
        "user",
        bob,
        `maildir ${folder}`,
        "keep off",
      );
      assertEquals(await takeMessages(scene, bob, 0), []);
    });
  });
});

/** msmtp sends: SMTP, submission and LMTP, with every mechanism of GNU SASL that we offer. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  assertArrived,
  latin1,
  type Login,
  type Scene,
  withServer,
} from "./maildrop.ts";
import { SAMPLES, SIMPLE, SUBMITTED, UNFINISHED, withLf } from "./messages.ts";
import { mustRun, type Outcome, runProgram } from "./programs.ts";

/** sysexits.h, as msmtp uses it. */
const EX_NOPERM = 77;
const EX_DATAERR = 65;

type Port = "smtp" | "submission" | "submissions" | "lmtp";

/** A verified TLS connection, or none. */
function connection(scene: Scene, port: Port, tls: boolean): string[] {
  const { host, ports, ca } = scene.ready;
  return [
    ...["--file=/dev/null", `--host=${host}`, `--port=${ports[port]}`],
    ...["--domain=client.example.org", "--timeout=20"],
    ...(tls ? ["--tls=on", `--tls-trust-file=${ca}`] : ["--tls=off"]),
    `--tls-starttls=${port === "submissions" ? "off" : "on"}`,
    `--protocol=${port === "lmtp" ? "lmtp" : "smtp"}`,
  ];
}

function auth(scene: Scene, mechanism: string, login: Login): string[] {
  const command = `printf %s '${login.password}'`;
  return [
    ...[`--auth=${mechanism}`, `--user=${login.address}`],
    ...[`--passwordeval=${command}`, `--from=${scene.alice.address}`],
  ];
}

const STRANGER = ["--auth=off", "--from=sender@example.org"];

function send(
  run: typeof runProgram,
  text: string,
  ...args: string[]
): Promise<Outcome> {
  return run("msmtp", args, { stdin: latin1(withLf(text)) });
}

Deno.test("msmtp: what it sends arrives byte for byte", async (t) => {
  await withServer(t, async (scene, step) => {
    const { alice, bob } = scene;

    for (const { name, text } of [...SAMPLES, UNFINISHED]) {
      await step(`SMTP, plain: ${name}`, async () => {
        const args = [...connection(scene, "smtp", false), ...STRANGER];
        await send(mustRun, text, ...args, bob.address);
        const sent = text.endsWith("\r\n") ? text : `${text}\r\n`;
        await assertArrived(scene, bob, sent, / with ESMTP id /);
      });
    }

    await step("SMTP, STARTTLS", async () => {
      const args = [...connection(scene, "smtp", true), ...STRANGER];
      await send(mustRun, SIMPLE.text, ...args, bob.address);
      await assertArrived(scene, bob, SIMPLE.text, / with ESMTPS id /);
    });

    await step("a certificate that it does not trust is refused", async () => {
      const args = connection(scene, "smtp", true).filter((word) =>
        !word.startsWith("--tls-trust-file")
      );
      const { code, text } = await send(
        runProgram,
        SIMPLE.text,
        ...[...args, ...STRANGER, bob.address],
      );
      assertEquals(code === 0, false, text);
      assertStringIncludes(text, "certificate");
    });

    for (const port of ["submission", "submissions"] as const) {
      for (
        const mechanism of [
          ...["plain", "login", "cram-md5"],
          ...["scram-sha-1", "scram-sha-256"],
        ]
      ) {
        await step(`${port}, AUTH ${mechanism}`, async () => {
          const args = connection(scene, port, true);
          await send(
            mustRun,
            SUBMITTED.text,
            ...[...args, ...auth(scene, mechanism, alice), bob.address],
          );
          await assertArrived(scene, bob, SUBMITTED.text, / with ESMTPSA id /);
        });

        await step(`${port}, AUTH ${mechanism}, wrong password`, async () => {
          const args = connection(scene, port, true);
          const login = { ...alice, password: "wrong" };
          const { code, text } = await send(
            runProgram,
            SUBMITTED.text,
            ...[...args, ...auth(scene, mechanism, login), bob.address],
          );
          assertEquals(code, EX_NOPERM, text);
        });
      }
    }

    await step(
      "CRAM-MD5 fails for an account that did not opt in",
      async () => {
        const { code, text } = await send(
          runProgram,
          SUBMITTED.text,
          ...connection(scene, "submission", true),
          ...[...auth(scene, "cram-md5", bob), bob.address],
        );
        assertEquals(code, EX_NOPERM, text);
      },
    );

    await step("it chooses a mechanism itself", async () => {
      await send(
        mustRun,
        SUBMITTED.text,
        ...connection(scene, "submission", true),
        ...[...auth(scene, "on", alice), bob.address],
      );
      await assertArrived(scene, bob, SUBMITTED.text, / with ESMTPSA id /);
    });

    await step("LMTP to two recipients", async () => {
      const args = [...connection(scene, "lmtp", false), ...STRANGER];
      const to = [alice.address, bob.address];
      await send(mustRun, SIMPLE.text, ...args, ...to);
      await assertArrived(scene, alice, SIMPLE.text, / with LMTP id /);
      await assertArrived(scene, bob, SIMPLE.text, / with LMTP id /);
    });

    await step("LMTP, STARTTLS", async () => {
      const args = [...connection(scene, "lmtp", true), ...STRANGER];
      await send(mustRun, SIMPLE.text, ...args, bob.address);
      await assertArrived(scene, bob, SIMPLE.text, / with LMTPS id /);
    });

    await step("it understands what the server offers", async () => {
      const args = [...connection(scene, "submissions", true), "--serverinfo"];
      const { text } = await mustRun("msmtp", args);
      for (
        const word of ["PIPELINING", "SIZE", "DSN", "AUTH", "SCRAM-SHA-256"]
      ) {
        assertStringIncludes(text, word);
      }
    });

    await step("it is told why mail is refused", async () => {
      const args = [...connection(scene, "smtp", false), ...STRANGER];
      for (
        const [to, reply] of [
          ["nobody@example.test", "550 5.1.1"],
          ["someone@example.org", "550 5.7.1"],
        ] as const
      ) {
        const outcome = await send(runProgram, SIMPLE.text, ...args, to);
        assertEquals(outcome.code, EX_DATAERR, outcome.text);
        assertStringIncludes(outcome.text, reply);
      }
    });
  });
});

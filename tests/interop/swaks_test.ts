/** swaks sends: SMTP, submission and LMTP, in the open and under TLS. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  assertArrived,
  assertSameOctets,
  type Scene,
  takeMessages,
  withoutTrace,
  withServer,
  writeSample,
} from "./maildrop.ts";
import { type Sample, SAMPLES, SIMPLE, SUBMITTED } from "./messages.ts";
import { mustRun, type Outcome, runProgram } from "./programs.ts";

/** swaks's exit codes. */
const AUTH_FAILED = 28;
const RCPT_REFUSED = 24;
const MAIL_REFUSED = 23;
const TLS_FAILED = 29;

/** swaks takes a last line "." for its own end, and ends a header with a line too many. */
const CHANGED_BY_SWAKS = ["dot-before-end", "no-body"];

type Port = "smtp" | "submission" | "submissions" | "lmtp";

function command(scene: Scene, port: Port, data: string): string[] {
  const { ready, bob } = scene;
  return [
    ...["--server", ready.host, "--port", `${ready.ports[port]}`],
    ...["--helo", "client.example.org", "--from", "sender@example.org"],
    ...["--to", bob.address, "--data", `@${data}`, "--suppress-data"],
  ];
}

function verified(scene: Scene): string[] {
  return ["--tls-verify", "--tls-ca-path", scene.ready.ca];
}

/** The words that log alice in; she may send as herself only. */
function auth(scene: Scene, mechanism: string, password?: string): string[] {
  const { alice } = scene;
  return [
    ...["--auth", mechanism, "--auth-user", alice.address],
    ...["--auth-password", password ?? alice.password],
    ...["--from", alice.address],
  ];
}

async function swaks(...args: string[]): Promise<Outcome> {
  return await mustRun("swaks", args);
}

Deno.test("swaks: what it sends arrives byte for byte", async (t) => {
  await withServer(t, async (scene, step) => {
    // swaks ends each file with CRLF.
    const write = ({ name, text }: Sample) =>
      writeSample(scene, `${name}.eml`, text.slice(0, -"\r\n".length));
    const simple = await write(SIMPLE);
    const submitted = await write(SUBMITTED);

    for (
      const sample of SAMPLES.filter(({ name }) =>
        !CHANGED_BY_SWAKS.includes(name)
      )
    ) {
      await step(`SMTP, plain: ${sample.name}`, async () => {
        await swaks(...command(scene, "smtp", await write(sample)));
        await assertArrived(scene, scene.bob, sample.text, / with ESMTP id /);
      });
    }

    await step("SMTP, HELO only", async () => {
      await swaks(...command(scene, "smtp", simple), "--protocol", "SMTP");
      await assertArrived(scene, scene.bob, SIMPLE.text, / with SMTP id /);
    });

    await step("SMTP, pipelined", async () => {
      await swaks(...command(scene, "smtp", simple), "--pipeline");
      await assertArrived(scene, scene.bob, SIMPLE.text);
    });

    await step("SMTP, STARTTLS with the certificate verified", async () => {
      const args = command(scene, "smtp", simple);
      await swaks(...args, "--tls", ...verified(scene));
      await assertArrived(scene, scene.bob, SIMPLE.text, / with ESMTPS id /);
    });

    for (const version of ["tlsv1_2", "tlsv1_3"]) {
      await step(`SMTP, STARTTLS, ${version}`, async () => {
        const args = command(scene, "smtp", simple);
        await swaks(...args, "--tls", "--tls-protocol", version);
        await assertArrived(scene, scene.bob, SIMPLE.text);
      });
    }

    await step("TLS 1.1 is refused", async () => {
      const args = command(scene, "smtp", simple);
      const { code } = await runProgram("swaks", [
        ...[...args, "--tls", "--tls-protocol", "tlsv1_1"],
        ...["--tls-cipher", "ALL:@SECLEVEL=0"],
      ]);
      assertEquals(code, TLS_FAILED);
    });

    for (const mechanism of ["PLAIN", "LOGIN", "CRAM-MD5"]) {
      await step(`submission, STARTTLS, AUTH ${mechanism}`, async () => {
        await swaks(
          ...command(scene, "submission", submitted),
          ...[...auth(scene, mechanism), "--tls", ...verified(scene)],
        );
        const { returnPath } = await assertArrived(
          scene,
          scene.bob,
          SUBMITTED.text,
          / with ESMTPSA id /,
        );
        assertEquals(returnPath, scene.alice.address);
      });

      await step(`submissions, AUTH ${mechanism}`, async () => {
        await swaks(
          ...command(scene, "submissions", submitted),
          ...[...auth(scene, mechanism), "--tls-on-connect"],
          ...verified(scene),
        );
        await assertArrived(
          scene,
          scene.bob,
          SUBMITTED.text,
          / with ESMTPSA id /,
        );
      });

      await step(`AUTH ${mechanism} with a wrong password fails`, async () => {
        const { code, text } = await runProgram("swaks", [
          ...command(scene, "submissions", submitted),
          ...[...auth(scene, mechanism, "wrong"), "--tls-on-connect"],
        ]);
        assertEquals(code, AUTH_FAILED, text);
      });
    }

    await step("submission without AUTH is refused", async () => {
      const { code, text } = await runProgram("swaks", [
        ...command(scene, "submission", simple),
        "--tls",
      ]);
      assertEquals(code, MAIL_REFUSED, text);
    });

    await step("a submitter may not send as somebody else", async () => {
      const { code, text } = await runProgram("swaks", [
        ...command(scene, "submissions", simple),
        ...[...auth(scene, "PLAIN"), "--tls-on-connect"],
        ...["--from", scene.bob.address],
      ]);
      assertEquals(code, MAIL_REFUSED, text);
    });

    await step("a stranger may not relay, nor write to nobody", async () => {
      for (const to of ["someone@example.org", "nobody@example.test"]) {
        const args = [...command(scene, "smtp", simple), "--to", to];
        const { code, text } = await runProgram("swaks", args);
        assertEquals(code, RCPT_REFUSED, text);
      }
    });

    await step("LMTP: one answer a recipient", async () => {
      const { alice, bob } = scene;
      const args = [
        ...command(scene, "lmtp", simple),
        ...["--protocol", "LMTP", "--to", `${alice.address},${bob.address}`],
      ];
      const { text } = await swaks(...args);
      assertEquals(text.match(/^<- {2}250 2\.[01]\.\d .*$/gm)?.length, 5, text);
      for (const login of [alice, bob]) {
        await assertArrived(scene, login, SIMPLE.text, / with LMTP id /);
      }
    });

    await step("LMTP, STARTTLS", async () => {
      await swaks(
        ...command(scene, "lmtp", simple),
        ...["--protocol", "LMTP", "--tls", ...verified(scene)],
      );
      await assertArrived(scene, scene.bob, SIMPLE.text, / with LMTPS id /);
    });

    await step(
      "submission completes a message without its fields",
      async () => {
        const bare = await writeSample(
          scene,
          "bare.eml",
          "From: alice@example.test\r\nBcc: x@example.test\r\n\r\nhello",
        );
        await swaks(
          ...command(scene, "submissions", bare),
          ...[...auth(scene, "PLAIN"), "--tls-on-connect"],
        );
        const [delivered] = await takeMessages(scene, scene.bob);
        const { message } = withoutTrace(delivered!);
        assertStringIncludes(message, "Date: ");
        assertStringIncludes(message, "Message-ID: <");
        assertSameOctets(
          message.slice(message.indexOf("\r\n\r\n")),
          "\r\n\r\nhello\r\n",
        );
        assertEquals(message.includes("Bcc"), false, message);
      },
    );
  });
});

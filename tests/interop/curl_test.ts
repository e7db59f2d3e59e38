/** curl sends over SMTP and reads over POP3. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  assertArrived,
  assertSameOctets,
  byteString,
  deliver,
  type Login,
  type Scene,
  takeMessages,
  withoutTrace,
  withServer,
  writeSample,
} from "./maildrop.ts";
import { BIG, SAMPLES, SIMPLE, SUBMITTED } from "./messages.ts";
import { mustRun, type Outcome, runProgram } from "./programs.ts";

/** curl's exit codes. */
const LOGIN_DENIED = 67;
const PEER_UNVERIFIED = 60;
const SEND_ERROR = 55;

type Ports = Scene["ready"]["ports"];

function url(scene: Scene, port: keyof Ports, path = ""): string {
  const scheme = { submissions: "smtps", pop3: "pop3", pop3s: "pop3s" }[
    port as string
  ] ?? "smtp";
  return `${scheme}://${scene.ready.host}:${scene.ready.ports[port]}/${path}`;
}

function secure(scene: Scene): string[] {
  return ["--ssl-reqd", "--cacert", scene.ready.ca];
}

function as({ address, password }: Login, mechanism: string): string[] {
  return [
    "--user",
    `${address}:${password}`,
    "--login-options",
    `AUTH=${mechanism}`,
  ];
}

function curl(...args: string[]): Promise<Outcome> {
  return mustRun("curl", ["--silent", "--show-error", ...args]);
}

function envelope(from: string, to: Login): string[] {
  return ["--mail-from", from, "--mail-rcpt", to.address];
}

Deno.test("curl: what it sends arrives byte for byte", async (t) => {
  await withServer(t, async (scene, step) => {
    const { alice, bob } = scene;
    const simple = await writeSample(scene, "simple.eml", SIMPLE.text);
    const submitted = await writeSample(scene, "own.eml", SUBMITTED.text);

    for (const { name, text } of SAMPLES) {
      await step(`SMTP, plain: ${name}`, async () => {
        const path = await writeSample(scene, `${name}.eml`, text);
        const to = envelope("sender@example.org", bob);
        await curl(
          url(scene, "smtp", "client.example.org"),
          ...to,
          ...["--upload-file", path],
        );
        await assertArrived(scene, bob, text, / with ESMTP id /);
      });
    }

    await step("SMTP, STARTTLS", async () => {
      const to = envelope("sender@example.org", bob);
      const words = [...secure(scene), ...to, "--upload-file", simple];
      await curl(url(scene, "smtp"), ...words);
      await assertArrived(scene, bob, SIMPLE.text, / with ESMTPS id /);
    });

    for (const port of ["submission", "submissions"] as const) {
      for (const mechanism of ["PLAIN", "LOGIN", "CRAM-MD5"]) {
        await step(`${port}, AUTH ${mechanism}`, async () => {
          await curl(
            url(scene, port),
            ...[...secure(scene), ...as(alice, mechanism)],
            ...[...envelope(alice.address, bob), "--upload-file", submitted],
          );
          await assertArrived(scene, bob, SUBMITTED.text, / with ESMTPSA id /);
        });

        await step(`${port}, AUTH ${mechanism}, wrong password`, async () => {
          const { code, text } = await runProgram("curl", [
            url(scene, port),
            ...secure(scene),
            ...as({ ...alice, password: "wrong" }, mechanism),
            ...[...envelope(alice.address, bob), "--upload-file", submitted],
          ]);
          assertEquals(code, LOGIN_DENIED, text);
        });
      }
    }

    await step("an initial response is understood", async () => {
      await curl(
        url(scene, "submissions"),
        ...[...secure(scene), ...as(alice, "PLAIN"), "--sasl-ir"],
        ...[...envelope(alice.address, bob), "--upload-file", submitted],
      );
      await assertArrived(scene, bob, SUBMITTED.text, / with ESMTPSA id /);
    });

    await step("an unknown recipient is refused", async () => {
      const { code, text } = await runProgram("curl", [
        ...["--verbose", url(scene, "smtp"), "--upload-file", simple],
        ...["--mail-from", "", "--mail-rcpt", "nobody@example.test"],
      ]);
      assertEquals(code, SEND_ERROR, text);
      assertStringIncludes(text, "550 5.1.1");
    });

    await step("a message over SIZE is refused before it is sent", async () => {
      const path = `${scene.folder}/huge`;
      await Deno.create(path).then((file) => file.close());
      await Deno.truncate(path, 60_000_000);
      const { code, text } = await runProgram("curl", [
        ...["--verbose", url(scene, "smtp"), "--upload-file", path],
        ...envelope("sender@example.org", bob),
      ]);
      assertEquals(code, SEND_ERROR, text);
      assertStringIncludes(text, "552 5.3.4");
    });

    await step("VRFY gets 252", async () => {
      const { text } = await curl(
        url(scene, "smtp"),
        ...["--verbose", "--mail-rcpt", bob.address, "--request", "VRFY"],
      );
      assertStringIncludes(text, "252 2.");
    });
  });
});

Deno.test("curl: what it reads over POP3 is what was delivered, byte for byte", async (t) => {
  await withServer(t, async (scene, step) => {
    const { alice, bob } = scene;
    await deliver(scene, alice, SAMPLES.map(({ text }) => text));
    const read = async (
      port: "pop3" | "pop3s",
      path: string,
      ...more: string[]
    ) => byteString((await curl(url(scene, port, path), ...more)).stdout);
    const tls = secure(scene);

    for (
      const [name, port, ...words] of [
        ["its own choice under STLS", "pop3", ...tls, ...as(alice, "*")],
        ["APOP in the open", "pop3", ...as(alice, "+APOP")],
        ["APOP under TLS", "pop3s", ...tls, ...as(alice, "+APOP")],
        ["AUTH PLAIN under STLS", "pop3", ...tls, ...as(alice, "PLAIN")],
        ["AUTH PLAIN under TLS", "pop3s", ...tls, ...as(alice, "PLAIN")],
        ["AUTH LOGIN under TLS", "pop3s", ...tls, ...as(alice, "LOGIN")],
        ["AUTH CRAM-MD5 in the open", "pop3", ...as(alice, "CRAM-MD5")],
      ] as [string, "pop3" | "pop3s", ...string[]][]
    ) {
      await step(name, async () => {
        for (const [i, { text }] of SAMPLES.entries()) {
          const delivered = await read(port, `${i + 1}`, ...words);
          assertSameOctets(withoutTrace(delivered).message, text);
        }
      });

      await step(`${name}, wrong password`, async () => {
        const user = words.indexOf("--user") + 1;
        const wrong = words.with(user, `${alice.address}:wrong`);
        const outcome = await runProgram("curl", [url(scene, port), ...wrong]);
        assertEquals(outcome.code, LOGIN_DENIED, outcome.text);
      });
    }

    await step("LIST, UIDL and TOP agree with RETR", async () => {
      const words = [...tls, ...as(alice, "PLAIN")];
      const sizes = (await read("pop3s", "", ...words)).trim().split("\r\n");
      assertEquals(sizes.length, SAMPLES.length);
      const big = SAMPLES.indexOf(BIG) + 1;
      const whole = await read("pop3s", `${big}`, ...words);
      assertEquals(sizes[big - 1], `${big} ${whole.length}`);
      const ids = await read("pop3s", "", ...words, "--request", "UIDL");
      assertEquals(new Set(ids.trim().split("\r\n")).size, SAMPLES.length);
      const top = await read(
        "pop3s",
        "",
        ...words,
        "--request",
        `TOP ${big} 1`,
      );
      const header = whole.indexOf("\r\n\r\n") + 4;
      const end = whole.indexOf("\r\n", header) + 2;
      assertSameOctets(top, whole.slice(0, end));
    });

    await step("DELE at the end of a session removes", async () => {
      await deliver(scene, bob, [SIMPLE.text, SIMPLE.text]);
      const words = [...tls, ...as(bob, "PLAIN"), "--request", "DELE"];
      await curl(url(scene, "pop3s", "1"), ...words, "--list-only");
      assertEquals((await takeMessages(scene, bob)).length, 1);
    });

    await step("a certificate that it does not trust is refused", async () => {
      for (const port of ["pop3", "pop3s"] as const) {
        const words = ["--ssl-reqd", ...as(bob, "PLAIN")];
        const { code } = await runProgram("curl", [url(scene, port), ...words]);
        assertEquals(code, PEER_UNVERIFIED);
      }
    });
  });
});

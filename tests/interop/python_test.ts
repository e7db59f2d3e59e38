/** Python's smtplib sends and poplib reads; SCRAM by the standard library's hashes. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  assertArrived,
  assertSameOctets,
  byteString,
  deliver,
  latin1,
  type Login,
  type Scene,
  takeMessages,
  withoutTrace,
  withServer,
} from "./maildrop.ts";
import { BIG, SAMPLES, SIMPLE, SUBMITTED, UNFINISHED } from "./messages.ts";
import { mustRun } from "./programs.ts";

const SCRIPT = new URL("mail_client.py", import.meta.url).pathname;

interface Result {
  readonly error?: string;
  readonly refused?: string[];
  readonly messages?: string[];
  readonly ids?: string[];
  readonly capabilities?: string[];
}

/** The second one where it tried a mechanism after the other. */
const REFUSED =
  /^SMTP(?:AuthenticationError: \(535, b'5\.7\.8|ResponseException: \(421, b'4\.7\.0)/;

type Tls = "none" | "starttls" | "implicit";

async function python(
  scene: Scene,
  port: keyof Scene["ready"]["ports"],
  tls: Tls,
  job: Record<string, unknown>,
): Promise<Result> {
  const { host, ports, ca } = scene.ready;
  const whole = { host, ca, tls, port: ports[port], ...job };
  const { stdout } = await mustRun("python3", [SCRIPT], {
    stdin: JSON.stringify(whole),
  });
  return JSON.parse(new TextDecoder().decode(stdout)) as Result;
}

function mail(text: string, from: string, ...to: string[]) {
  return { do: "send", from, to, message: latin1(text).toBase64() };
}

function as({ address, password }: Login, mechanism?: string) {
  return { user: address, password, ...(mechanism && { mechanism }) };
}

Deno.test("smtplib: what it sends arrives byte for byte", async (t) => {
  await withServer(t, async (scene, step) => {
    const { alice, bob } = scene;

    for (const { name, text } of [...SAMPLES, UNFINISHED]) {
      await step(`SMTP, plain: ${name}`, async () => {
        const job = mail(text, "sender@example.org", bob.address);
        const options = ["BODY=8BITMIME", "RET=HDRS", "ENVID=a+2Bb"];
        const result = await python(scene, "smtp", "none", { ...job, options });
        assertEquals(result, { refused: [] });
        const sent = text.endsWith("\r\n") ? text : `${text}\r\n`;
        await assertArrived(scene, bob, sent, / with ESMTP id /);
      });
    }

    await step("SMTP, STARTTLS", async () => {
      const job = mail(SIMPLE.text, "", bob.address);
      const result = await python(scene, "smtp", "starttls", job);
      assertEquals(result, { refused: [] });
      const traced = await assertArrived(
        scene,
        bob,
        SIMPLE.text,
        / ESMTPS id /,
      );
      assertEquals(traced.returnPath, "");
    });

    await step("LMTP", async () => {
      // One recipient: smtplib reads one answer, however many RFC 2033 §4.2 has sent.
      const job = mail(SIMPLE.text, "", bob.address);
      const result = await python(scene, "lmtp", "none", {
        ...job,
        lmtp: true,
      });
      assertEquals(result, { refused: [] });
      await assertArrived(scene, bob, SIMPLE.text, / with LMTP id /);
    });

    for (
      const [port, tls] of [
        ["submission", "starttls"],
        ["submissions", "implicit"],
      ] as const
    ) {
      for (
        const mechanism of [
          ...["any", "PLAIN", "LOGIN", "CRAM-MD5"],
          ...["SCRAM-SHA-1", "SCRAM-SHA-256"],
          ...["SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS"],
        ]
      ) {
        await step(`${port}, AUTH ${mechanism}`, async () => {
          const job = mail(SUBMITTED.text, alice.address, bob.address);
          const login = as(alice, mechanism);
          const result = await python(scene, port, tls, { ...job, ...login });
          assertEquals(result, { refused: [] });
          await assertArrived(scene, bob, SUBMITTED.text, / with ESMTPSA id /);
        });

        await step(`${port}, AUTH ${mechanism}, wrong password`, async () => {
          const job = mail(SUBMITTED.text, alice.address, bob.address);
          const login = as({ ...alice, password: "wrong" }, mechanism);
          const { error } = await python(scene, port, tls, {
            ...job,
            ...login,
          });
          assertMatch(
            error ?? "",
            REFUSED,
          );
        });
      }
    }

    await step("a UTF-8 message from a UTF-8 sender (SMTPUTF8)", async () => {
      // RFC 6531: the addresses are encoded by smtplib as UTF-8.
      const header =
        "From: J\xc3\xbcrgen <j\xc3\xbcrgen@ex\xc3\xa4mple.org>\r\n";
      const text = header + SIMPLE.text;
      const job = mail(text, "jürgen@exämple.org", bob.address);
      const options = ["SMTPUTF8", "BODY=8BITMIME"];
      const result = await python(scene, "smtp", "none", { ...job, options });
      assertEquals(result, { refused: [] });
      const traced = await assertArrived(
        scene,
        bob,
        text,
        / with UTF8SMTP id /,
      );
      assertEquals(traced.returnPath, "j\xc3\xbcrgen@xn--exmple-cua.org");
    });

    await step("one of two recipients is refused", async () => {
      const nobody = "nobody@example.test";
      const job = mail(SIMPLE.text, "", bob.address, nobody);
      const result = await python(scene, "smtp", "none", job);
      assertEquals(result, { refused: [nobody] });
      await assertArrived(scene, bob, SIMPLE.text);
    });
  });
});

Deno.test("poplib: what it reads is what was delivered, byte for byte", async (t) => {
  await withServer(t, async (scene, step) => {
    const { alice, bob } = scene;
    const sent = [...SAMPLES.map(({ text }) => text), SIMPLE.text];
    await deliver(scene, alice, sent);
    await deliver(scene, bob, [BIG.text]);

    const compare = (result: Result) => {
      assertEquals(result.error, undefined);
      const texts = result.messages!.map((text) =>
        withoutTrace(byteString(Uint8Array.fromBase64(text))).message
      );
      assertEquals(texts.length, sent.length);
      texts.forEach((text, i) => assertSameOctets(text, sent[i]!));
      return result;
    };

    for (
      const [name, port, tls, more] of [
        ["USER and PASS under STLS", "pop3", "starttls", {}],
        ["USER and PASS under TLS", "pop3s", "implicit", {}],
        ["APOP in the open", "pop3", "none", { apop: true }],
        ["APOP under STLS", "pop3", "starttls", { apop: true }],
        ["UTF8 under TLS", "pop3s", "implicit", { utf8: true }],
      ] as const
    ) {
      await step(name, async () => {
        const job = { do: "read", ...as(alice), ...more };
        const result = compare(await python(scene, port, tls, job));
        assertEquals(new Set(result.ids).size, sent.length);
        for (const word of ["TOP", "UIDL", "USER", "SASL", "PIPELINING"]) {
          assertStringIncludes(result.capabilities!.join(" "), word);
        }
      });

      await step(`${name}, wrong password`, async () => {
        const job = { do: "read", ...as(alice), ...more, password: "wrong" };
        const { error } = await python(scene, port, tls, job);
        assertMatch(error ?? "", /^error_proto: .*-ERR \[AUTH\]/);
      });
    }

    await step(
      "identifiers stay the same from session to session",
      async () => {
        const job = { do: "read", ...as(alice) };
        const first = await python(scene, "pop3s", "implicit", job);
        const second = await python(scene, "pop3s", "implicit", job);
        assertEquals(first.ids, second.ids);
      },
    );

    await step("DELE removes at QUIT", async () => {
      const job = { do: "read", ...as(alice), dele: true };
      const result = compare(await python(scene, "pop3s", "implicit", job));
      assertEquals(result.ids, []);
      assertEquals(await takeMessages(scene, alice, 0), []);
    });
  });
});

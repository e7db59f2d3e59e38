/** nodemailer sends, run by Deno itself. */

import { Buffer } from "node:buffer";
import nodemailer from "nodemailer";
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  assertArrived,
  assertSameOctets,
  type Login,
  type Scene,
  takeMessages,
  withoutTrace,
  withServer,
} from "./maildrop.ts";
import { SAMPLES, SIMPLE, SUBMITTED, UNFINISHED } from "./messages.ts";

type Port = "smtp" | "submission" | "submissions" | "lmtp";

/** A transport with the certificate verified; `requireTLS` is STARTTLS. */
async function transport(
  { ready }: Scene,
  port: Port,
  more: Record<string, unknown> = {},
) {
  return nodemailer.createTransport({
    host: ready.host,
    port: ready.ports[port],
    name: "client.example.org",
    secure: port === "submissions",
    lmtp: port === "lmtp",
    tls: { ca: await Deno.readTextFile(ready.ca) },
    ...more,
  });
}

function as({ address, password }: Login, method: string) {
  return { authMethod: method, auth: { user: address, pass: password } };
}

function raw(text: string, from: string, ...to: string[]) {
  return { envelope: { from, to }, raw: Buffer.from(text, "latin1") };
}

Deno.test("nodemailer: what it sends arrives byte for byte", async (t) => {
  await withServer(t, async (scene, step) => {
    const { alice, bob } = scene;

    for (const { name, text } of [...SAMPLES, UNFINISHED]) {
      await step(`SMTP, plain: ${name}`, async () => {
        const client = await transport(scene, "smtp", { ignoreTLS: true });
        await client.sendMail(raw(text, "sender@example.org", bob.address));
        const sent = text.endsWith("\r\n") ? text : `${text}\r\n`;
        await assertArrived(scene, bob, sent, / with ESMTP id /);
      });
    }

    await step("SMTP, STARTTLS", async () => {
      const client = await transport(scene, "smtp", { requireTLS: true });
      await client.sendMail(raw(SIMPLE.text, "", bob.address));
      await assertArrived(scene, bob, SIMPLE.text, / with ESMTPS id /);
    });

    for (const port of ["submission", "submissions"] as const) {
      for (const method of ["PLAIN", "LOGIN", "CRAM-MD5"]) {
        const open = (login: Login) =>
          transport(scene, port, {
            ...as(login, method),
            requireTLS: port === "submission",
          });

        await step(`${port}, AUTH ${method}`, async () => {
          const client = await open(alice);
          assertEquals(await client.verify(), true);
          await client.sendMail(
            raw(SUBMITTED.text, alice.address, bob.address),
          );
          await assertArrived(scene, bob, SUBMITTED.text, / with ESMTPSA id /);
        });

        await step(`${port}, AUTH ${method}, wrong password`, async () => {
          const client = await open({ ...alice, password: "wrong" });
          const error = await assertRejects(() => client.verify()) as Error;
          assertMatch(error.message, /535 5\.7\.8/);
        });
      }
    }

    await step("LMTP", async () => {
      const client = await transport(scene, "lmtp", { ignoreTLS: true });
      await client.sendMail(raw(SIMPLE.text, "", bob.address));
      await assertArrived(scene, bob, SIMPLE.text, / with LMTP id /);
    });

    await step("UTF-8 addresses (SMTPUTF8)", async () => {
      const client = await transport(scene, "smtp", { ignoreTLS: true });
      const from = "jürgen@example.org";
      await client.sendMail(raw(SIMPLE.text, from, bob.address));
      const traced = await assertArrived(scene, bob, SIMPLE.text, / UTF8SMTP /);
      assertEquals(traced.returnPath, "j\xc3\xbcrgen@example.org");
    });

    await step("DSN parameters are taken", async () => {
      const client = await transport(scene, "smtp", { ignoreTLS: true });
      await client.sendMail({
        ...raw(SIMPLE.text, "sender@example.org", bob.address),
        dsn: {
          id: "an id+more",
          return: "headers",
          notify: ["success", "failure"],
          recipient: "sender@example.org",
        },
      });
      await assertArrived(scene, bob, SIMPLE.text);
    });

    await step("a hundred messages over five pooled connections", async () => {
      const client = await transport(scene, "smtp", {
        ...{ ignoreTLS: true, pool: true, maxConnections: 5 },
      });
      const texts = Array.from(
        { length: 100 },
        (_, i) => `X-Number: ${i}\r\n${SIMPLE.text}`,
      );
      await Promise.all(
        texts.map((text) => client.sendMail(raw(text, "", bob.address))),
      );
      client.close();
      const delivered = await takeMessages(scene, bob, texts.length);
      const messages = delivered.map((text) => withoutTrace(text).message);
      assertSameOctets(messages.sort().join(""), texts.sort().join(""));
    });

    await step("a certificate that it does not trust is refused", async () => {
      const client = await transport(scene, "submissions", { tls: {} });
      await assertRejects(() => client.verify());
    });
  });
});

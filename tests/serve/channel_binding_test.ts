/** The -PLUS forms of SCRAM, offered and hidden: `TLS.channel_binding` (RFC 5802 §6). */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { authenticate } from "./sasl_client.ts";
import { connectSecure } from "./secure_client.ts";
import { ServeSite } from "./serve_site.ts";

const ALICE = "alice@example.test";
const MECHANISM = "SCRAM-SHA-256";

/** The configuration, or what a reload makes of it. */
const configuration = (channel_binding: boolean) => ({
  Accounts: { [ALICE]: "wonderland" },
  TLS: {
    certificate_file: "localhost.pem",
    certificate_key_file: "localhost.key",
    channel_binding,
  },
});

Deno.test("SCRAM-PLUS is offered or hidden as the configuration says, and a client that has seen no such offer is believed only where there was none", async () => {
  await using site = await ServeSite.make(configuration(true));
  const ca = await site.certify("localhost");
  await using server = await site.serve();
  const { submissions, pop3s, imaps } = server.ports as Record<string, number>;
  const openSmtp = async () => {
    const client = await connectSecure(submissions!, "localhost", ca);
    await client.reply();
    return { client, offer: await client.say("EHLO client.example.org") };
  };
  const openPop3 = async () => {
    const client = await connectSecure(pop3s!, "localhost", ca);
    await client.line();
    await client.send("CAPA\r\n");
    let offer = "";
    for (let line = ""; line !== "."; offer += `${line}\n`) {
      line = await client.line();
    }
    return { client, offer };
  };
  const openImap = async () => {
    const client = await connectSecure(imaps!, "localhost", ca);
    return { client, offer: await client.line() };
  };
  const login = { login: ALICE, password: "wonderland", ca };
  for (const isOffered of [true, false]) {
    await site.configure(configuration(isOffered));
    assertEquals((await server.reload()).event, "reloaded");
    for (const open of [openSmtp, openPop3, openImap]) {
      const { client, offer } = await open();
      client.close();
      assert(/\bSCRAM-SHA-256(?!-)/.test(offer), offer);
      assertEquals(offer.includes("-PLUS"), isOffered, offer);
    }
    for (
      const [open, good] of [[openSmtp, "235"], [openPop3, "+OK"]] as const
    ) {
      for (const flag of ["n", "y"] as const) {
        const { client } = await open();
        const credentials = { ...login, flag };
        const { last } = await authenticate(client, MECHANISM, credentials);
        client.close();
        const isBelieved = flag === "n" || !isOffered;
        assertEquals(last.startsWith(good), isBelieved, `${flag}: ${last}`);
      }
    }
    for (
      const [open, command, refused] of [
        [openSmtp, "AUTH", /^504 5\.5\.4 /],
        [openPop3, "AUTH", /^-ERR /],
        [openImap, "a AUTHENTICATE", /^a NO /],
      ] as const
    ) {
      const { client } = await open();
      await client.send(`${command} ${MECHANISM}-PLUS\r\n`);
      const answer = await client.line();
      client.close();
      assertMatch(answer, isOffered ? /^(?:334|\+) ?$/ : refused);
    }
  }
});

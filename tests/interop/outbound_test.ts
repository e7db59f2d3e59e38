/** Mail to and from real peers: Postfix and Dovecot, found through nsd and unbound. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { greetSmtp, sendMessage } from "../harness/line_client.ts";
import { SAMPLES } from "./messages.ts";
import { startNameServers } from "./name_servers.ts";
import { Authority, certificateDigest, keyDigest } from "./peers/authority.ts";
import { startDovecotStore, STORE_PASSWORD } from "./peers/dovecot_store.ts";
import { Loopback } from "./peers/loopback.ts";
import { messageOf, OurServer, until } from "./peers/our_server.ts";
import { type Postfix, startPostfix } from "./peers/postfix.ts";

/** What Postfix says of TLS in its Received field. */
const UNDER_TLS = /\(using TLSv1\.3 with cipher \S+/;

/** The one message of an address. */
async function arrived(
  store: Pick<Postfix, "messages" | "log">,
  address: string,
): Promise<string> {
  const [text, ...more] = await until(
    `mail for ${address}`,
    async () => {
      const all = await store.messages(address);
      return all.length > 0 ? all : undefined;
    },
    () => store.log(),
  );
  assertEquals(more, []);
  return text!;
}

Deno.test("mail goes both ways between Postfix, Dovecot and us", async (t) => {
  const network = new Loopback();
  const port = network.freePort();
  const authority = await Authority.make();
  const hosts = ["good", "plain", "other", "dane", "anchor", "wrong"] as const;
  const at = Object.fromEntries(hosts.map((name) => [name, network.address()]));
  const smarthost = network.address();
  const good = await authority.certify("mx.good.peers.test");
  const dane = await authority.certify("mx.dane.secure.test");
  const anchor = await authority.certify("mx.anchor.secure.test");
  const lmtp = network.freePort();
  const ours = network.freePort();

  await using stops = new AsyncDisposableStack();
  const names = await startNameServers([{
    name: "peers.test",
    records: ["good", "plain", "other", "forward"]
      .map((name) => `${name} MX 10 mx.${name}`)
      .concat(
        `mx.good A ${at.good}`,
        `mx.plain A ${at.plain}`,
        `mx.other A ${at.other}`,
        `mx.forward A ${at.plain}`,
        // Not the address of a host that listens, and then one that does.
        `several MX 10 mx.silent`,
        `several MX 20 mx.plain`,
        `mx.silent A ${network.address()}`,
        // Postfix takes it, hands it on to us, and has to send it back.
        `returns MX 10 mx.plain`,
        "null MX 0 .",
        "alias CNAME plain",
        `implicit A ${at.plain}`,
      ).join("\n"),
  }, {
    name: "secure.test",
    signed: {},
    records: [
      ["dane", at.dane, `3 1 1 ${keyDigest(dane.certificate)}`],
      ["anchor", at.anchor, `2 0 1 ${certificateDigest(authority.pem)}`],
      ["wrong", at.wrong, `3 1 1 ${"00".repeat(32)}`],
    ].map(([name, address, tlsa]) =>
      `${name} MX 10 mx.${name}
mx.${name} A ${address}
_${port}._tcp.mx.${name} TLSA ${tlsa}`
    ).join("\n"),
  }, {
    name: "bogus.test",
    signed: {},
    records: `@ MX 10 mx\nmx A ${at.plain}`,
    alter: (text) => text.replace(/(MX\s+10 mx)\./, "$1x."),
  }]);
  stops.defer(() => names.stop());
  const store = await startDovecotStore(lmtp);
  stops.defer(() => store.stop());
  const postfix = await startPostfix({
    port,
    faces: [
      { address: at.good!, certificate: good },
      { address: at.plain! },
      { address: at.other!, certificate: await authority.certify("else.test") },
      { address: at.dane!, certificate: dane },
      { address: at.anchor!, certificate: anchor },
      { address: at.wrong!, certificate: dane },
      { address: smarthost, certificate: good, sasl: store.sasl },
    ],
    domains: [
      ...["good", "plain", "other", "strict", "several", "alias"],
      ...["implicit", "forward", "smart"],
    ].map((name) => `${name}.peers.test`).concat(
      ["dane", "anchor", "wrong"].map((name) => `${name}.secure.test`),
      "bogus.test",
    ),
    boxes: ["box", "writer", ...SAMPLES.map(({ name }) => name)],
    relays: {
      "example.test": `[127.0.0.1]:${ours}`,
      "returns.peers.test": `[127.0.0.1]:${ours}`,
    },
  });
  stops.defer(() => postfix.stop());
  const server = await OurServer.start({
    Listeners: [
      { kind: "smtp", port: ours, addresses: ["127.0.0.1"] },
      ...["submission", "pop3"].map((kind) => ({
        ...{ kind, port: 0, addresses: ["127.0.0.1"] },
      })),
    ],
    Aliases: {
      "away@example.test": "box@forward.peers.test",
      "lost@example.test": "nobody@returns.peers.test",
    },
    DNS: {
      servers: [`127.0.0.1:${names.resolver.port}`],
      validates: true,
    },
    Outbound: {
      port,
      addresses: "ipv4",
      Routes: {
        "strict.peers.test": {
          host: "mx.other.peers.test",
          port,
          tls: "verified",
        },
        "store.test": { host: "127.0.0.1", port: lmtp, protocol: "lmtp" },
        "smart.peers.test": {
          ...{ host: smarthost, port, tls: "encrypted" },
          ...{ user: "alice", password: STORE_PASSWORD },
        },
      },
    },
  }, { certificate: await authority.certify("mail.example.test") });
  stops.defer(async () => void await server.stop());
  const send = (address: string, subject = "hello", body?: string) =>
    server.submit({
      to: [address],
      subject,
      ...body === undefined ? {} : { body },
    });

  await t.step("every sample reaches Postfix byte for byte", async () => {
    for (const { name, text } of SAMPLES.filter(({ name }) => name !== "big")) {
      const address = `${name}@good.peers.test`;
      const body = text.slice(text.indexOf("\r\n\r\n") + 4);
      const id = await send(address, name, body);
      const { tls, peer } = await server.delivered(id, address);
      assertMatch(String(tls), /^TLSv1\.3 TLS_/);
      assertEquals(peer, `mx.good.peers.test[${at.good}]:${port}`);
      const stored = await arrived(postfix, address);
      assertMatch(stored, UNDER_TLS);
      const sent = messageOf({ to: [], subject: name, body });
      // A Maildir on Unix has LF.
      const end = sent.replaceAll("\r\n", "\n");
      assert(stored.endsWith(end), `${name}: ${stored.slice(-3000)}`);
    }
  });

  await t.step(
    "what DNS says is followed: several hosts, aliases, no MX",
    async () => {
      for (const name of ["plain", "several", "alias", "implicit"]) {
        const address = `box@${name}.peers.test`;
        const id = await send(address);
        const { tls } = await server.delivered(id, address);
        assertEquals(tls, undefined);
        await arrived(postfix, address);
      }
    },
  );

  await t.step(
    "a certificate that does not verify is good enough, unless the route says otherwise",
    async () => {
      const id = await send("box@other.peers.test");
      const { tls } = await server.delivered(id, "box@other.peers.test");
      assertMatch(String(tls), /^TLSv1\.3/);
      assertMatch(await arrived(postfix, "box@other.peers.test"), UNDER_TLS);

      const strict = await send("box@strict.peers.test");
      const { reply, event } = await server.fate(
        strict,
        "box@strict.peers.test",
      );
      assertEquals(event, "delivery_deferred");
      assertMatch(String(reply), /certificate/);
      assertEquals(await postfix.messages("box@strict.peers.test"), []);
    },
  );

  await t.step("DANE: a key and an anchor that fit", async () => {
    for (const name of ["dane", "anchor"]) {
      const address = `box@${name}.secure.test`;
      const id = await send(address);
      const { tls } = await server.delivered(id, address);
      assertMatch(String(tls), /^TLSv1\.3/);
      await server.served.event(
        "connection_ended",
        ({ peer, verified }) =>
          String(peer).startsWith(`mx.${name}.`) && verified === "dane",
      );
      assertMatch(await arrived(postfix, address), UNDER_TLS);
    }
  });

  await t.step(
    "DANE: neither a wrong key nor a forged zone lets mail out",
    async () => {
      for (
        const [domain, words] of [
          ["wrong.secure.test", /certificate|TLSA/],
          ["bogus.test", /look up/],
        ] as const
      ) {
        const id = await send(`box@${domain}`);
        const { event, reply } = await server.fate(id, `box@${domain}`);
        assertEquals(event, "delivery_deferred");
        assertMatch(String(reply), words);
        assertEquals(await postfix.messages(`box@${domain}`), []);
      }
    },
  );

  await t.step(
    "LMTP to Dovecot, a smarthost that asks for a password",
    async () => {
      const stored = await send("box@store.test", "stored");
      await server.delivered(stored, "box@store.test");
      assertMatch(
        await arrived(store, "box@store.test"),
        /\nSubject: stored\n/,
      );

      const id = await send("box@smart.peers.test", "smart");
      await server.delivered(id, "box@smart.peers.test");
      assertMatch(
        await arrived(postfix, "box@smart.peers.test"),
        /\nSubject: smart\n/,
      );
      assertMatch(await postfix.log(), /sasl_username=alice/);
    },
  );

  await t.step("Postfix delivers to us under STARTTLS", async () => {
    const text = messageOf({ to: [], subject: "from.postfix" });
    const client = await greetSmtp(port, at.plain);
    const reply = await sendMessage(
      client,
      "box@plain.peers.test",
      ["bob@example.test"],
      text,
    );
    client.close();
    assertMatch(reply, /^250/);
    const stored = await server.message(
      (text) => text.includes("Subject: from.postfix"),
      "bob@example.test",
    );
    assert(stored.endsWith(text), stored);
    const [received] = /^Received: .*\r\n(?:[ \t].*\r\n)*/m.exec(stored)!;
    assertMatch(received, /from postfix\.peers\.test/);
    assertMatch(received, /\swith ESMTPS\s/);
    assertMatch(
      await postfix.log(),
      /TLS connection established to 127\.0\.0\.1\S*: TLSv1\.3/,
    );
  });

  /** Mail of a writer elsewhere to an alias of ours. */
  const writeTo = async (alias: string, subject: string) => {
    const client = await greetSmtp(ours);
    const reply = await sendMessage(
      client,
      "writer@plain.peers.test",
      [alias],
      messageOf({ to: [], subject }),
    );
    client.close();
    assertMatch(reply, /^250/);
  };

  await t.step("an alias leads elsewhere under a sender of ours", async () => {
    await writeTo("away@example.test", "forwarded");
    assertMatch(
      await arrived(postfix, "box@forward.peers.test"),
      /^Return-Path: <SRS0=[^>]*=plain\.peers\.test=writer@example\.test>/,
    );
  });

  await t.step(
    "a bounce by Postfix to that sender goes through us to the writer's own server",
    async () => {
      await writeTo("lost@example.test", "bounced");
      const bounce = await arrived(postfix, "writer@plain.peers.test");
      assertMatch(bounce, /^Return-Path: <>/);
      assertMatch(bounce, /\nReporting-MTA: dns; postfix\.peers\.test/);
      assertMatch(
        bounce,
        /\nFinal-Recipient: rfc822; nobody@returns\.peers\.test/,
      );
      assertMatch(bounce, /\nSubject: bounced\n/);
      // Its way: from Postfix to the rewritten sender at our port, and from us on.
      assertMatch(
        bounce,
        /\nReceived: from postfix\.peers\.test [^]*?by mail\.example\.test/,
      );
      assertMatch(
        await postfix.log(),
        /to=<SRS0=[^>]*=plain\.peers\.test=writer@example\.test>[^\n]*status=sent/,
      );
    },
  );

  await t.step("Postfix refuses: the sender hears of it", async () => {
    const id = await send("nobody@plain.peers.test", "refused");
    const { event } = await server.fate(id, "nobody@plain.peers.test");
    assertEquals(event, "delivery_refused");
    const { status, to } = await server.report("refused", "failed");
    assertEquals(to, "alice@example.test");
    assertMatch(status, /^Status: 5\.1\.1\r?$/m);
    assertMatch(
      status,
      /^Final-Recipient: rfc822;\s*nobody@plain\.peers\.test/m,
    );
    assertMatch(status, /^Remote-MTA: dns;\s*mx\.plain\.peers\.test/m);
    assertMatch(status, /^Diagnostic-Code: smtp;\s*550/m);
  });

  assertEquals(await server.served.stop(), 0, server.served.output());
});

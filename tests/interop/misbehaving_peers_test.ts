/** Peers that hang, drop, dribble, flood, lie and refuse: their mail waits, all other mail goes on. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { greetSmtp } from "../harness/line_client.ts";
import { startNameServers } from "./name_servers.ts";
import { Authority } from "./peers/authority.ts";
import { Loopback } from "./peers/loopback.ts";
import { messageOf, OurServer, until } from "./peers/our_server.ts";
import {
  KEYWORDS,
  type Moment,
  type Script,
  ScriptedPeer,
} from "./peers/scripted_peer.ts";

const MOMENTS: readonly Moment[] = [
  "greeting",
  "EHLO",
  "MAIL",
  "RCPT",
  "DATA",
  ".",
];

/** "421-greeting": the peer that hangs up with 421 at that moment. */
const shutting = (moment: Moment): [string, Script] => [
  `shut${MOMENTS.indexOf(moment)}`,
  {
    act: (at) =>
      at === moment ? { say: "421 4.3.2 Shutting down here" } : undefined,
  },
];

Deno.test("peers that misbehave hold up their own mail and nobody else's", async (t) => {
  const network = new Loopback();
  const port = network.freePort();
  const authority = await Authority.make();
  const secret = await authority.certify("mx.downgrade.peers.test");
  const scripts: Record<string, Script> = {
    well: {},
    hang: { act: (at) => at === "EHLO" ? "hang" : undefined },
    slow: { pace: 1000 },
    flood: { act: (at) => at === "EHLO" ? "flood" : undefined },
    drop: { dropAfter: 20_000 },
    grey: {
      act: (at, _, count) =>
        at === "RCPT" && count === 0
          ? { say: "451 4.7.1 Greylisted, come back" }
          : undefined,
    },
    etrn: {
      act: (at, _, count) =>
        at === "MAIL" && count === 0 ? { say: "450 4.2.0 Later" } : undefined,
    },
    small: { keywords: ["SIZE 100"] },
    liar: {
      act: (at) =>
        at === "." ? { say: "552 5.3.4 Too big after all" } : undefined,
    },
    seven: { keywords: ["PIPELINING"] },
    utf8: { keywords: [...KEYWORDS, "SMTPUTF8"] },
    dsn: { keywords: [...KEYWORDS, "DSN"] },
    no: {
      act: (at) => at === "RCPT" ? { say: "550 5.7.1 Not you" } : undefined,
    },
    downgrade: { certificate: secret },
    ...Object.fromEntries(MOMENTS.map(shutting)),
  };
  await using stops = new AsyncDisposableStack();
  const peers: Record<string, ScriptedPeer> = {};
  const records = ["null MX 0 ."];
  for (const [name, script] of Object.entries(scripts)) {
    const address = network.address();
    peers[name] = stops.use(new ScriptedPeer(address, port, script));
    records.push(`${name} MX 10 mx.${name}`, `mx.${name} A ${address}`);
  }
  const names = await startNameServers([
    { name: "peers.test", records: records.join("\n") },
  ]);
  stops.defer(() => names.stop());
  const server = await OurServer.start({
    DNS: { servers: [`127.0.0.1:${names.resolver.port}`] },
    Outbound: { port, addresses: "ipv4", delay_warning: 3 },
    SMTP: { etrn_clients: ["127.0.0.0/8"] },
  });
  stops.defer(async () => void await server.stop());
  const at = (name: string) => `box@${name}.peers.test`;
  const send = (name: string, subject = name) =>
    server.submit({ to: [at(name)], subject });
  const deferred = async (id: string, name: string) => {
    const { event, reply } = await server.fate(id, at(name));
    assertEquals(event, "delivery_deferred");
    return String(reply);
  };

  await t.step(
    "while some hang, dribble and flood, other mail arrives",
    async () => {
      const stuck = await Promise.all(["hang", "slow"].map((one) => send(one)));
      const flooded = await send("flood");
      await until(
        "connections",
        () =>
          peers.hang!.connections > 0 && peers.slow!.connections > 0 ||
          undefined,
      );
      const id = await send("well");
      await server.delivered(id, at("well"));
      const [taken] = peers.well!.taken;
      assert(taken!.text.endsWith(messageOf({ to: [], subject: "well" })));
      await deferred(flooded, "flood");
      const states = await server.json("queue list");
      for (const one of stuck) {
        const found = states.find(({ id }) => id === one)!;
        const [{ state }] = found.destinations as [{ state: string }];
        assertEquals(state, "delivering");
      }
    },
  );

  await t.step(
    "421 at any moment, and a connection that drops in the middle of DATA, are tried again",
    async () => {
      for (const moment of MOMENTS) {
        const [name] = shutting(moment);
        const id = await send(name);
        assertMatch(
          await deferred(id, name),
          /^421 4\.3\.2 Shutting down here/,
        );
        const [shown] = await server.json(`queue show ${id}`);
        assertMatch(JSON.stringify(shown), /Shutting down here/);
        assertEquals(peers[name]!.taken, []);
      }
      const body = "0123456789\r\n".repeat(5000);
      const id = await server.submit({
        to: [at("drop")],
        subject: "drop",
        body,
      });
      assertMatch(await deferred(id, "drop"), /^4/);
    },
  );

  await t.step(
    "greylisted mail waits and is taken when it is tried again; its story tells both",
    async () => {
      const id = await send("grey");
      assertMatch(await deferred(id, "grey"), /^451 4\.7\.1 Greylisted/);
      await server.json(`queue retry ${id}`);
      await server.delivered(id, at("grey"));
      assertEquals(peers.grey!.taken.length, 1);
      const story = await server.site.command(`explain ${id}`);
      assertMatch(story, /not delivered yet .*Greylisted, come back/);
      assertMatch(story, /delivered to <box@grey\.peers\.test>/);
      const byMessage = await server.site.command(
        "explain <grey@client.example.test>",
      );
      assertMatch(byMessage, new RegExp(id));
    },
  );

  await t.step(
    "ETRN starts the queue for a domain; who waits for long hears of it",
    async () => {
      const id = await send("etrn");
      assertMatch(await deferred(id, "etrn"), /^450 4\.2\.0 Later/);
      const client = await greetSmtp(server.served.ports.smtp!);
      assertMatch(await client.say("ETRN etrn.peers.test"), /^25[0-3]/);
      client.close();
      await server.delivered(id, at("etrn"));

      const { status } = await server.report("shut0", "delayed");
      assertMatch(status, /^Status: 4\.3\.2\r?$/m);
      assertMatch(status, /^Will-Retry-Until: /m);
    },
  );

  await t.step("refusals come back with their codes", async () => {
    const cases = [
      ["no", "5.7.1", /Not you/],
      ["null", "5.1.10", /556/],
      ["missing", "5.1.2", /no domain/i],
      ["small", "5.3.4", /./],
      ["liar", "5.3.4", /Too big after all/],
    ] as const;
    for (const [name, status, words] of cases) {
      await send(name, `refused ${name}`);
      const report = await server.report(`refused ${name}`, "failed");
      assertMatch(
        report.status,
        new RegExp(`^Status: ${status.replaceAll(".", "\\.")}\r?$`, "m"),
      );
      assertMatch(report.status, words);
    }
    assertEquals(peers.small!.taken, []);
  });

  await t.step(
    "8-bit mail and SMTPUTF8 go only to those who take them",
    async () => {
      const body = "gr\xc3\xbc\xc3\x9fe\r\n";
      const to = [at("seven")];
      const parameters = "BODY=8BITMIME";
      await server.submit({ to, subject: "eight", body, parameters });
      const eight = await server.report("eight", "failed");
      assertMatch(eight.status, /^Status: 5\.6\.[13]/m);
      assertEquals(peers.seven!.taken, []);

      for (
        const [name, isTaken] of [["utf8", true], ["well", false]] as const
      ) {
        const id = await server.submit({
          to: [`gr\u00fc\u00dfe@${name}.peers.test`],
          subject: `utf8 ${name}`,
          parameters: "SMTPUTF8",
        });
        const address = `gr\u00fc\u00dfe@${name}.peers.test`;
        const { event, reply } = await server.fate(id, address);
        assertEquals(event, isTaken ? "delivered" : "delivery_refused");
        if (!isTaken) assertMatch(String(reply), /5\.6\.7/);
      }
      assertMatch(peers.utf8!.taken[0]!.mail, / SMTPUTF8/);
    },
  );

  await t.step("NOTIFY and RET do what they say", async () => {
    await server.submit({
      to: [[at("well"), "NOTIFY=SUCCESS"]],
      subject: "relayed",
    });
    await server.report("relayed", "relayed");
    await server.submit({
      to: [[at("dsn"), "NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;x@y.test"]],
      parameters: "RET=HDRS ENVID=abc",
      subject: "passed",
    });
    const rcpt = await until("RCPT", () => peers.dsn!.taken[0]);
    assertMatch(rcpt.mail, / RET=HDRS/);
    assertMatch(rcpt.mail, / ENVID=abc/);
    assertMatch(rcpt.recipients[0]!, / NOTIFY=SUCCESS,FAILURE/);
    assertMatch(rcpt.recipients[0]!, / ORCPT=rfc822;x@y\.test/);

    for (
      const [ret, type] of [
        ["FULL", "message/rfc822"],
        ["HDRS", "text/rfc822-headers"],
      ] as const
    ) {
      await server.submit({
        to: [at("no")],
        parameters: `RET=${ret}`,
        subject: `ret ${ret}`,
      });
      const { returned } = await server.report(`ret ${ret}`, "failed");
      assertEquals(returned.type, type);
    }
    const silent = await server.submit({
      to: [[at("no"), "NOTIFY=NEVER"]],
      subject: "silent",
    });
    const orphan = await server.submit({
      ...{ to: [at("no")], from: "", subject: "orphan" },
    });
    for (const id of [silent, orphan]) {
      await server.fate(id, at("no"), "delivery_refused");
    }
    const all = (await server.mailbox()).join("");
    assert(!/Subject: (silent|orphan)\r\n/.test(all));
  });

  await t.step(
    "a domain that had TLS is not spoken to without it",
    async () => {
      const first = await send("downgrade", "first");
      const { tls } = await server.delivered(first, at("downgrade"));
      assertMatch(String(tls), /^TLSv1\.3/);
      assert(peers.downgrade!.taken[0]!.isTls);
      await server.served.event(
        "connection_ended",
        ({ peer }) => String(peer).startsWith("mx.downgrade."),
      );
      peers.downgrade!.script = {};
      const second = await send("downgrade", "second");
      assertMatch(await deferred(second, "downgrade"), /TLS/);
      assertEquals(peers.downgrade!.taken.length, 1);
    },
  );

  // Those that hang and dribble have a connection still; they cannot hold the server.
  assert(peers.hang!.connections > 0);
  assertEquals(await server.served.stop(), 0, server.served.output());
});

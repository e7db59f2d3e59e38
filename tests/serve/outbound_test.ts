/** Mail goes out: from one server of ours to another, and what the operator sees of it. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { greetSmtp, sendMessage } from "../harness/line_client.ts";
import { firstMessage } from "./first_message.ts";
import { type Served, ServeSite } from "./serve_site.ts";

const ANN = "ann@here.test";
const BOB = "bob@there.test";

async function receiver(): Promise<ServeSite> {
  return await ServeSite.make({
    domain: "there.test",
    Accounts: { [BOB]: "secret" },
    POP3: { allow_plaintext_auth: true },
  });
}

/** A server that stands in front of "there.test" at `port`, and keeps mail for "held.test". */
async function sender(port: number): Promise<ServeSite> {
  return await ServeSite.make({
    domain: "here.test",
    Accounts: { [ANN]: "secret" },
    POP3: { allow_plaintext_auth: true },
    Outbound: {
      Routes: {
        "there.test": { host: "127.0.0.1", port, relay: true },
        "gone.test": { host: "127.0.0.1", port: 1, relay: true },
        "held.test": "hold",
        "lost.test": "discard",
      },
    },
    Aliases: {
      "fwd@here.test": BOB,
      "held@here.test": "someone@held.test",
      "lost@here.test": "someone@lost.test",
    },
  });
}

/** Sends a message to `to`; its id in the sender's spool. */
async function send(
  server: Served,
  to: string,
  from = ANN,
  text = "Message-ID: <1@here.test>\r\nSubject: x\r\n\r\nx\r\n",
): Promise<string> {
  const client = await greetSmtp(server.ports.smtp!);
  const answer = await sendMessage(client, from, [to], text);
  client.close();
  const [, id] = /^250 2\.0\.0 .* as (\S+)$/.exec(answer) ?? [];
  assert(id, answer);
  return id;
}

async function items(site: ServeSite, line: string) {
  const out = await site.command(`${line} --json`);
  return out.split("\n").filter((text) => text !== "")
    .map((text) => JSON.parse(text));
}

Deno.test("mail for another server arrives there, under TLS where it is offered, and its story is told", async () => {
  await using there = await receiver();
  const certificate = await there.certify("mail.there.test");
  assert(certificate);
  await there.configure({
    domain: "there.test",
    Accounts: { [BOB]: "secret" },
    POP3: { allow_plaintext_auth: true },
    TLS: {
      certificate_file: "mail.there.test.pem",
      certificate_key_file: "mail.there.test.key",
    },
  });
  await using peer = await there.serve();
  await using here = await sender(peer.ports.smtp!);
  await using server = await here.serve();

  const id = await send(server, BOB);
  const delivered = await server.event("delivered", (one) => one.id === id);
  assertMatch(String(delivered.tls), /^TLSv1\.3 /);
  const message = await firstMessage(peer.ports.pop3!, BOB, "secret");
  assertMatch(
    message,
    /\r\nMessage-ID: <1@here\.test>\r\nSubject: x\r\n\r\nx\r\n/,
  );

  for (const subject of [id, "<1@here.test>", ANN, BOB]) {
    const story = await here.command(`explain ${subject}`);
    assertMatch(story, new RegExp(`message ${id}\n.*accepted from <${ANN}>`));
    assertMatch(
      story,
      /delivered to <bob@there\.test> by 127\.0\.0\.1\[127\.0\.0\.1\]:\d+ under TLSv1\.3 \S+ \(not verified; opportunistic\): 250 2\.0\.0 /,
    );
    assertMatch(story, /nothing of it waits any more/);
  }
});

Deno.test("a refusal by another server comes back to the sender as a report", async () => {
  await using there = await receiver();
  await using peer = await there.serve();
  await using here = await sender(peer.ports.smtp!);
  await using server = await here.serve();

  const id = await send(server, "nobody@there.test");
  const sent = await server.event("report_sent", (one) => one.id === id);
  const report = await firstMessage(server.ports.pop3!, ANN, "secret");
  assertMatch(report, /\r\nAction: failed\r\nStatus: 5\.1\.1\r\n/);
  assertMatch(
    report,
    /\r\nDiagnostic-Code: smtp; 550 5\.1\.1 No such user here\r\n/,
  );
  assertMatch(
    await here.command(`explain ${sent.report}`),
    new RegExp(
      `written here to tell <${ANN}> of the failure of message ${id}\n` +
        `.* delivered to the mailbox of <${ANN}>`,
    ),
  );
  assertEquals(await items(here, "queue list"), []);
});

Deno.test("the configuration says when a sender hears of a delay, and when a message is given up", async () => {
  await using here = await ServeSite.make({
    domain: "here.test",
    Accounts: { [ANN]: "secret" },
    Outbound: {
      Routes: { "gone.test": { host: "127.0.0.1", port: 1, relay: true } },
      delay_warning: 1,
      give_up: 2,
    },
  });
  await using server = await here.serve();
  const id = await send(server, "bob@gone.test");
  for (const about of ["delay", "failure"]) {
    await server.event(
      "report_sent",
      (one) => one.id === id && one.about === about,
    );
  }
  assertEquals(await items(here, "queue list"), []);
  assertMatch(
    await here.command(`explain ${id}`),
    /told of the delay [^]*given up for <bob@gone\.test>.*: 550 5\.4\.7 /,
  );
});

Deno.test("an alias sends mail on under a rewritten sender (SRS)", async () => {
  await using there = await receiver();
  await using peer = await there.serve();
  await using here = await sender(peer.ports.smtp!);
  await using server = await here.serve();

  const id = await send(server, "fwd@here.test", "stranger@else.test");
  await server.event("delivered", (one) => one.id === id);
  const message = await firstMessage(peer.ports.pop3!, BOB, "secret");
  assertMatch(
    message,
    /^Return-Path: <SRS0=[^>]*=else\.test=stranger@here\.test>\r\n/,
  );
});

Deno.test("what waits is listed, shown, held, released, retried and deleted, beside the server and without it", async () => {
  await using there = await receiver();
  const peer = await there.serve();
  const { smtp } = peer.ports;
  await using here = await sender(smtp!);
  await using server = await here.serve();
  await peer.stop();

  const waiting = await send(server, BOB);
  const gone = await send(server, "x@gone.test");
  const held = await send(server, "held@here.test");
  await send(server, "lost@here.test");
  for (const id of [waiting, gone, held]) {
    await server.event("delivery_deferred", (one) => one.id === id);
  }
  const list = await items(here, "queue list");
  assertEquals(list.map(({ id }) => id), [waiting, gone, held]);
  const states = list.map(({ destinations: [{ state, attempts, reply }] }) =>
    `${state} ${attempts} ${reply.code}`
  );
  assertEquals(states, ["waiting 1 451", "waiting 1 451", "held 1 451"]);
  assertMatch(
    await here.command(`queue show ${waiting}`),
    /to <bob@there\.test>: waiting, tried once, next .*: 451 4\.4\.1 Cannot connect to 127\.0\.0\.1/,
  );

  assertEquals(
    await here.command("queue hold --domain gone.test"),
    "1 message stopped\n",
  );
  assertEquals(
    (await items(here, `queue show ${gone}`))[0].destinations[0].state,
    "held",
  );
  assertEquals(await items(here, "queue delete --domain held.test"), [{
    messages: 1,
  }]);
  assertEquals((await items(here, "queue list")).length, 2);

  // The peer is back: the retry does not wait for its lane to open.
  await there.configure({
    domain: "there.test",
    Accounts: { [BOB]: "secret" },
    Listeners: [{ kind: "smtp", port: smtp, addresses: ["127.0.0.1"] }],
  });
  await using _again = await there.serve();
  assertEquals(
    await here.command(`queue retry ${waiting}`),
    "1 message to be tried again now\n",
  );
  await server.event("delivered", (one) => one.id === waiting);
  assertEquals((await items(here, "queue list")).map(({ id }) => id), [gone]);

  await server.stop();
  assertEquals((await items(here, "queue list")).map(({ id }) => id), [gone]);
  assertEquals(
    await here.command(`queue release ${gone}`),
    "1 message let go on\n",
  );
  assertMatch(
    await here.command(`explain ${gone}`),
    /held by the operator: <x@gone\.test>\n.* let go on by the operator: <x@gone\.test>\n {2}still in the queue:\n {2}to <x@gone\.test>: waiting/,
  );
  assertMatch(
    await here.command(`explain ${waiting}`),
    /to be tried again at once, as asked: <bob@there\.test>/,
  );
  assertEquals(await here.command("queue delete --all"), "1 message removed\n");
  assertMatch(
    await here.command(`explain ${gone}`),
    /removed by the operator: <x@gone\.test>\n {2}nothing of it waits any more/,
  );
  assertEquals(await items(here, "queue list"), []);
});

Deno.test("queue: what makes no sense is refused with a reason", async () => {
  await using site = await ServeSite.make({});
  const folders = ["--config", `${site.folder}/conf`, "--data", site.data];
  await Deno.mkdir(site.data);
  const run = (...words: string[]) => site.run(...words, ...folders);
  assertMatch(
    (await run("queue", "delete")).output,
    /Which messages\? Give an ID/,
  );
  assertMatch(
    (await run("queue", "show", "nobody")).output,
    /Nothing in the queue is "nobody"/,
  );
  assertMatch(
    (await run("explain", "nobody")).output,
    /Nothing is known of "nobody"/,
  );
  for (
    const words of [["queue", "delete"], ["queue", "show", "x"], [
      "explain",
      "x",
    ]]
  ) {
    assert((await run(...words)).code > 0);
  }
});

/** Reports on an alias that leads to several addresses (RFC 3461 §5.2.7.3 (c)). */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { greetSmtp, loginPop3, readMaildrop } from "../harness/line_client.ts";
import { KEYWORDS, ScriptedPeer } from "../interop/peers/scripted_peer.ts";
import { type Served, ServeSite } from "./serve_site.ts";

const ANN = "ann@here.test";

/** Sends a message to an address under parameters of RCPT; its id. */
async function send(
  { ports }: Served,
  recipient: string,
  parameters: string,
): Promise<string> {
  const client = await greetSmtp(ports.smtp!);
  await client.say(`MAIL FROM:<${ANN}>`);
  const taken = await client.say(`RCPT TO:<${recipient}> ${parameters}`);
  assertStringIncludes(taken, "250 2.1.5");
  await client.say("DATA");
  const answer = await client.say("Subject: x\r\n\r\nx\r\n.");
  client.close();
  return /^250 2\.0\.0 .* as (\S+)/.exec(answer)![1]!;
}

async function reports({ ports }: Served): Promise<string[]> {
  const client = await loginPop3(ports.pop3!, ANN, "secret");
  const texts = [...(await readMaildrop(client)).values()];
  client.close();
  return texts;
}

Deno.test("an alias that leads to several is reported once as expanded, and its targets hear of no success", async () => {
  await using peer = new ScriptedPeer("127.0.0.1", 0, {
    keywords: [...KEYWORDS, "DSN"],
  });
  const to = (port: number) => ({ host: "127.0.0.1", port, relay: true });
  await using site = await ServeSite.make({
    ...{ domain: "here.test", Accounts: { [ANN]: "secret" } },
    POP3: { allow_plaintext_auth: true },
    Outbound: {
      Routes: { "there.test": to(peer.port), "gone.test": to(1) },
    },
    // The first of them cannot be reached, which changes nothing.
    Aliases: {
      "team@here.test": ["x@gone.test", "bob@there.test"],
      "bob@here.test": "bob@there.test",
    },
  });
  await using server = await site.serve();
  const settle = async (id: string) => {
    const delivered = (address: string) =>
      server.event(
        "delivered",
        (one) => one.id === id && one.to === `remote:${address}`,
      );
    await delivered("bob@there.test");
  };

  const id = await send(
    server,
    "team@here.test",
    "NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;all@else.test",
  );
  await settle(id);
  const sent = await server.event("report_sent", (one) => one.id === id);
  await server.event("delivered", (one) => one.id === sent.report);
  assertEquals(peer.taken[0]!.recipients, [
    "RCPT TO:<bob@there.test> NOTIFY=FAILURE ORCPT=rfc822;all@else.test",
  ]);
  const [report, ...more] = await reports(server);
  assertEquals(more, []);
  assertMatch(
    report!,
    /\r\nOriginal-Recipient: rfc822; ?all@else\.test\r\nFinal-Recipient: rfc822; ?team@here\.test\r\nAction: expanded\r\nStatus: 2\.1\.5\r\n/,
  );
  for (const target of ["gone.test", "there.test"]) {
    assertEquals(report!.includes(target), false, target);
  }

  await settle(await send(server, "team@here.test", "NOTIFY=SUCCESS"));
  assertMatch(peer.taken[1]!.recipients[0]!, /> NOTIFY=NEVER$/);
  await settle(await send(server, "team@here.test", "NOTIFY=FAILURE"));
  assertMatch(peer.taken[2]!.recipients[0]!, /> NOTIFY=FAILURE$/);
  // An alias that leads to one changes nothing (§5.2.7.2).
  await settle(await send(server, "bob@here.test", "NOTIFY=SUCCESS"));
  assertMatch(peer.taken[3]!.recipients[0]!, /> NOTIFY=SUCCESS$/);
});

/** IPv6: clients of either family on one port; peers that have it alone, or beside an IPv4 that leads nowhere. */

import { assertEquals, assertMatch } from "@std/assert";
import { fakeNameServer } from "../dns/fake_name_server.ts";
import { zoneAnswerer } from "../dns/zone_answerer.ts";
import { greetSmtp, sendMessage } from "../harness/line_client.ts";
import { ScriptedPeer } from "../interop/peers/scripted_peer.ts";
import { firstMessage } from "./first_message.ts";
import { ServeSite } from "./serve_site.ts";

const ANN = "ann@here.test";

/** Containers may have no IPv6 at all; then the test is told as ignored. */
const hasIpv6 = (() => {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch (error) {
    console.warn(`There is no [::1] here: ${error}`);
    return false;
  }
})();

Deno.test({
  name:
    "a peer is reached over the family that works, from the address of that family",
  ignore: !hasIpv6,
  fn: async () => {
    await using stops = new AsyncDisposableStack();
    const { four, six } = await peers();
    stops.use(four);
    const sixStops = stops.use(new AsyncDisposableStack());
    sixStops.use(six);
    const { port } = six;
    const a = ["127.0.0.1"];
    const aaaa = ["::1"];
    const dns = await fakeNameServer(zoneAnswerer({
      "six.test": { aaaa },
      "both.test": { a, aaaa },
      "four.test": { mx: [{ preference: 1, exchange: "both.test" }] },
    }));
    await using _dns = { [Symbol.asyncDispose]: () => dns.close() };
    await using site = await ServeSite.make({
      ...{ domain: "here.test", Accounts: { [ANN]: "secret" } },
      Aliases: {
        "six@here.test": "x@six.test",
        "both@here.test": "x@both.test",
        "literal@here.test": "x@[IPv6:::1]",
        "four@here.test": "x@four.test",
      },
      DNS: { servers: [`${dns.address}:${dns.port}`] },
      Outbound: { port, source_addresses: ["127.0.0.1", "::1"] },
    });
    await using server = await site.serve();
    const send = async (to: string) => {
      const client = await greetSmtp(server.ports.smtp!);
      const text = "Subject: x\r\n\r\nx\r\n";
      assertMatch(await sendMessage(client, ANN, [to], text), /^250/);
      client.close();
    };
    const peerOf = async (to: string) =>
      (await server.event("delivered", (one) => one.to === `remote:${to}`))
        .peer;

    await send("six@here.test");
    assertEquals(await peerOf("x@six.test"), `six.test[::1]:${port}`);
    await send("both@here.test");
    assertEquals(await peerOf("x@both.test"), `both.test[::1]:${port}`);
    await send("literal@here.test");
    assertEquals(await peerOf("x@[IPv6:::1]"), `::1[::1]:${port}`);
    assertEquals([six.taken.length, four.taken.length], [3, 0]);

    await sixStops.disposeAsync();
    await send("four@here.test");
    assertEquals(await peerOf("x@four.test"), `both.test[127.0.0.1]:${port}`);
    assertEquals(four.taken.length, 1);
    await server.event(
      "connection_failed",
      ({ peer }) => peer === `both.test[::1]:${port}`,
    );
  },
});

Deno.test({
  name:
    "a port of all addresses takes both families, and calls each client by its own address",
  ignore: !hasIpv6,
  fn: async () => {
    await using site = await ServeSite.make({
      Accounts: { [ANN]: "secret" },
      Listeners: [
        { kind: "smtp", port: 0 },
        { kind: "pop3", port: 0, addresses: ["127.0.0.1"] },
      ],
      POP3: { allow_plaintext_auth: true },
      Log: { level: "debug" },
    });
    await using server = await site.serve();
    for (const address of ["127.0.0.1", "::1"]) {
      const client = await greetSmtp(server.ports.smtp!, address);
      const text = `Subject: from ${address}\r\n\r\nx\r\n`;
      assertMatch(await sendMessage(client, "a@b.test", [ANN], text), /^250/);
      client.close();
      await server.event("connected", ({ peer }) => peer === address);
    }
    const message = await firstMessage(server.ports.pop3!, ANN, "secret");
    assertMatch(message, /^Received: .* \(\[127\.0\.0\.1\]\)/m);
  },
});

/** Two peers on one port, of 127.0.0.1 and of [::1]. */
async function peers(): Promise<Record<"four" | "six", ScriptedPeer>> {
  for (let tries = 0;; tries++) {
    const four = new ScriptedPeer("127.0.0.1", 0);
    try {
      return { four, six: new ScriptedPeer("::1", four.port) };
    } catch (error) {
      // Somebody else has it there.
      await four[Symbol.asyncDispose]();
      if (tries === 20) throw error;
    }
  }
}

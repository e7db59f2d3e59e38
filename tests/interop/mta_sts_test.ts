/** MTA-STS (RFC 8461): policies over HTTPS, of domains that unbound and nsd tell of. */

import { createServer } from "node:https";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { startNameServers } from "./name_servers.ts";
import { Authority } from "./peers/authority.ts";
import { Loopback } from "./peers/loopback.ts";
import { OurServer } from "./peers/our_server.ts";
import { type Script, ScriptedPeer } from "./peers/scripted_peer.ts";

/** Serves every domain's policy at its well-known place; port 443 takes root. */
async function servePolicies(
  hostname: string,
  certificate: { readonly chain: string; readonly key: string },
  policies: Readonly<Record<string, string>>,
): Promise<AsyncDisposable & { readonly asked: string[] }> {
  const asked: string[] = [];
  const { chain: cert, key } = certificate;
  const server = createServer({ cert, key }, ({ headers, url }, response) => {
    const host = headers.host ?? "";
    asked.push(host);
    const policy = policies[host.replace("mta-sts.", "")];
    const isFound = url === "/.well-known/mta-sts.txt" && policy !== undefined;
    response.writeHead(isFound ? 200 : 404, { "content-type": "text/plain" });
    response.end(policy);
  });
  await new Promise<void>((resolve) =>
    server.listen(443, hostname, () => resolve())
  );
  return {
    asked,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function policy(mode: string, mx: string): string {
  return `version: STSv1\r\nmode: ${mode}\r\nmx: ${mx}\r\nmax_age: 86400\r\n`;
}

Deno.test("MTA-STS: an enforced policy is obeyed, one in testing lets mail go", async () => {
  const network = new Loopback();
  const port = network.freePort();
  const authority = await Authority.make();
  const foreign = await Authority.make("CN=Nobody trusts this one");
  const host = (name: string) => `mx.${name}.peers.test`;
  const good = (name: string) => authority.certify(host(name));
  const bad = (name: string) => foreign.certify(host(name));
  const scripts: Record<string, Script> = {
    enforced: { certificate: await good("enforced") },
    elsewhere: { certificate: await good("elsewhere") },
    foreign: { certificate: await bad("foreign") },
    clear: {},
    testing: { certificate: await bad("testing") },
  };
  const names = Object.keys(scripts);
  const web = network.address();
  await using stops = new AsyncDisposableStack();
  const peers: Record<string, ScriptedPeer> = {};
  const records: string[] = [];
  for (const name of names) {
    const address = network.address();
    peers[name] = stops.use(new ScriptedPeer(address, port, scripts[name]!));
    records.push(
      `${name} MX 10 mx.${name}`,
      `mx.${name} A ${address}`,
      `_mta-sts.${name} TXT "v=STSv1; id=1;"`,
      `mta-sts.${name} A ${web}`,
    );
  }
  const policies = stops.use(
    await servePolicies(
      web,
      await authority.certify(
        ...names.map((name) => `mta-sts.${name}.peers.test`),
      ),
      Object.fromEntries(names.map((name) => [
        `${name}.peers.test`,
        name === "elsewhere"
          ? policy("enforce", "*.other.test")
          : policy(name === "testing" ? "testing" : "enforce", host(name)),
      ])),
    ),
  );
  const dns = await startNameServers([
    { name: "peers.test", records: records.join("\n") },
  ]);
  stops.defer(() => dns.stop());
  const server = await OurServer.start({
    DNS: { servers: [`127.0.0.1:${dns.resolver.port}`] },
    Outbound: { port, addresses: "ipv4" },
  }, { authority: authority.pem });
  stops.defer(async () => void await server.stop());
  const fate = async (name: string) => {
    const to = `box@${name}.peers.test`;
    return await server.fate(await server.submit({ to: [to] }), to);
  };

  const { event, tls } = await fate("enforced");
  assertEquals(event, "delivered", server.served.output());
  assertMatch(String(tls), /^TLSv1\.3/);
  await server.served.event(
    "connection_ended",
    ({ peer, verified, why }) =>
      String(peer).startsWith(host("enforced")) && verified === "pkix" &&
      why === "sts",
  );
  for (
    const [name, words] of [
      ["elsewhere", /^451 4\.7\.5 .*does not name this host/],
      ["foreign", /certificate/],
      ["clear", /TLS is required/],
    ] as const
  ) {
    const { event, reply } = await fate(name);
    assertEquals(event, "delivery_deferred");
    assertMatch(String(reply), words);
    assertEquals(peers[name]!.taken, []);
  }
  assertEquals((await fate("testing")).event, "delivered");
  assert(peers.testing!.taken[0]!.isTls);
  // Each is fetched once: the second message finds it on the disk.
  assertEquals((await fate("enforced")).event, "delivered");
  assertEquals(
    policies.asked.toSorted(),
    names.map((name) => `mta-sts.${name}.peers.test`).toSorted(),
  );
  assertEquals(await server.served.stop(), 0, server.served.output());
});

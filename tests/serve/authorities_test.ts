/** A smarthost whose certificate an authority of the house signed: `TLS.authorities`. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fakeNameServer } from "../dns/fake_name_server.ts";
import { zoneAnswerer } from "../dns/zone_answerer.ts";
import { greetSmtp, sendMessage } from "../harness/line_client.ts";
import { makeAuthority } from "../net/authority.ts";
import { ServeSite } from "./serve_site.ts";

const ANN = "ann@here.test";
const BOB = "bob@there.test";
const HOST = "smtp.there.test";

/** A server whose certificate `authority` signed. */
async function smarthost(
  authority: Awaited<ReturnType<typeof makeAuthority>>,
): Promise<ServeSite> {
  const site = await ServeSite.make({
    domain: "there.test",
    Accounts: { [BOB]: "secret" },
    TLS: { certificate_file: "host.pem", certificate_key_file: "host.key" },
  });
  const { pem, key } = await authority.issue([HOST]);
  await Deno.writeTextFile(`${site.folder}/conf/host.pem`, pem);
  await Deno.writeTextFile(`${site.folder}/conf/host.key`, key);
  return site;
}

Deno.test("a smarthost that a private authority certified is refused until the configuration names it", async () => {
  const house = await makeAuthority("The house");
  const stranger = await makeAuthority("A stranger");
  await using there = await smarthost(house);
  await using peer = await there.serve();
  const dns = await fakeNameServer(
    zoneAnswerer({ [HOST]: { a: ["127.0.0.1"] } }),
  );
  await using _dns = { [Symbol.asyncDispose]: () => dns.close() };
  const configuration = (authorities: readonly string[]) => ({
    domain: "here.test",
    Accounts: { [ANN]: "secret" },
    DNS: { servers: [`${dns.address}:${dns.port}`] },
    Outbound: {
      addresses: "ipv4",
      Routes: {
        "there.test": {
          ...{ host: HOST, port: peer.ports.smtp, relay: true },
          tls: "verified",
        },
      },
    },
    TLS: { authorities: authorities.map((name) => `../trusted/${name}`) },
  });
  await using here = await ServeSite.make(configuration(["stranger.pem"]));
  // The server may read there because the configuration names the folder.
  await Deno.mkdir(`${here.folder}/trusted`);
  const file = (name: string) => `${here.folder}/trusted/${name}`;
  await Deno.writeTextFile(file("stranger.pem"), stranger.pem);
  await using server = await here.serve();
  const client = await greetSmtp(server.ports.smtp!);
  await sendMessage(client, ANN, [BOB], "Subject: x\r\n\r\nx\r\n");
  client.close();

  const { id, reply } = await server.event("delivery_deferred");
  assertMatch(String(reply), /^454 4\.7\.5 .*does not verify/);

  await here.configure(configuration(["stranger.pem", "house.pem"]));
  const refused = await server.reload();
  assertEquals(refused.event, "reload_refused");
  assertMatch(
    String(refused.error),
    /\/conf\/a\.conf:\d+:\d+: "TLS\.authorities\[1\]": Cannot read /,
  );
  await Deno.writeTextFile(file("house.pem"), house.pem);
  assertEquals((await server.reload()).event, "reloaded");
  assertStringIncludes(await here.command(`queue retry ${id}`), "1 message");
  await server.event("delivered", (one) => one.id === id);
  const ended = await server.event(
    "connection_ended",
    ({ verified }) => verified !== undefined,
  );
  assertEquals([ended.verified, ended.why], ["pkix", "rule"]);
});

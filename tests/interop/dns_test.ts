/** The network resolver with nsd and unbound: what DNSSEC proves, and what real servers send. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { DnsError, networkResolver, type Resolver } from "../../src/dns/mod.ts";
import { startNameServers, type ZoneSource } from "./name_servers.ts";

const LONG = "v=DKIM1; p=" + "x".repeat(600);
const DIGEST = "0123456789abcdef".repeat(4);

/** The last address of `big`; with all of them an answer is over 5,000 octets. */
const MANY = 300;

const RECORDS = `
@ MX 10 mx1
@ MX 20 mx2
@ TXT "v=spf1 -all"
mx1 A 192.0.2.1
mx1 AAAA 2001:db8::1
_25._tcp.mx1 TLSA 3 1 1 ${DIGEST}
null MX 0 .
alias CNAME mx1
_25._tcp.alias CNAME _25._tcp.mx1
around CNAME around2
around2 CNAME around
unsigned CNAME www.unsigned.test.
dangling CNAME nowhere
*.wild A 192.0.2.7
long TXT "${LONG.slice(0, 255)}" "${LONG.slice(255, 510)}" "${LONG.slice(510)}"
odd TXT "caf\\233 \\000\\255"
odd MX 5 a\\.b\\000.signed.test.
${
  Array.from({ length: MANY }, (_, i) => `big A 10.0.${i >> 8}.${i & 255}`)
    .join("\n")
}
`;

const ZONES: readonly ZoneSource[] = [
  { name: "signed.test", records: RECORDS, signed: {} },
  {
    name: "unsigned.test",
    records: `www A 192.0.2.2
toward CNAME mx1.signed.test.
_25._tcp.www TLSA 3 1 1 ${DIGEST}`,
  },
  {
    name: "forged.test",
    records: "www A 192.0.2.3\nwell A 192.0.2.4",
    signed: {},
    alter: (text) => text.replaceAll("192.0.2.3", "203.0.113.66"),
  },
  {
    name: "expired.test",
    records: "www A 192.0.2.5",
    signed: { inception: "20200101000000", expiration: "20200201000000" },
  },
  {
    name: "2.0.192.in-addr.arpa",
    records: "1 PTR mx1.signed.test.",
    signed: {},
  },
  {
    name: "8.b.d.0.1.0.0.2.ip6.arpa",
    records: `${"1" + ".0".repeat(23)} PTR mx1.signed.test.`,
  },
];

type Prove = (resolver: Resolver) => Promise<void>;

const CLAIMS: Readonly<Record<string, Prove>> = {
  "a signed zone is secure": async (resolver) => {
    assertEquals(await resolver.a("mx1.signed.test"), {
      records: ["192.0.2.1"],
      ...{ secure: true, canonical: "mx1.signed.test" },
    });
    const { records, secure } = await resolver.mx("signed.test");
    assertEquals(byPreference(records), [
      "10 mx1.signed.test",
      "20 mx2.signed.test",
    ]);
    assertEquals(secure, true);
    assertEquals((await resolver.aaaa("mx1.signed.test")).records, [
      "2001:db8::1",
    ]);
  },
  "TLSA of a signed zone, with and without an alias": async (resolver) => {
    for (
      const name of ["_25._tcp.mx1.signed.test", "_25._tcp.alias.signed.test"]
    ) {
      const { records, secure, canonical } = await resolver.tlsa(name);
      assertEquals(canonical, "_25._tcp.mx1.signed.test");
      assertEquals(secure, true);
      const [{ usage, selector, matching, data }] = records as [
        typeof records[number],
      ];
      assertEquals([usage, selector, matching, data.toHex()], [
        3,
        1,
        1,
        DIGEST,
      ]);
    }
  },
  "what a signed zone does not have, it provably does not have": async (
    resolver,
  ) => {
    const { records, secure } = await resolver.tlsa("mx1.signed.test");
    assertEquals([records, secure], [[], true]);
    for (const name of ["nobody.signed.test", "dangling.signed.test"]) {
      const error = await assertRejects(() => resolver.a(name), DnsError);
      assertEquals([error.kind, error.secure], ["missing", true]);
    }
  },
  "wildcards, null MX, long and odd texts": async (resolver) => {
    const wild = await resolver.a("any.thing.wild.signed.test");
    assertEquals([wild.records, wild.secure], [["192.0.2.7"], true]);
    const none = await resolver.mx("null.signed.test");
    assertEquals(none.records, [{ preference: 0, exchange: "" }]);
    const long = await resolver.txt("long.signed.test");
    assertEquals(long.records, [LONG]);
    const odd = await resolver.txt("odd.signed.test");
    assertEquals(odd.records, ["caf\xe9 \0\xff"]);
    const [mx] = (await resolver.mx("odd.signed.test")).records;
    assertEquals(mx!.exchange, "a\\046b\\000.signed.test");
  },
  "an answer that is too big for UDP comes whole": async (resolver) => {
    const { records, secure } = await resolver.a("big.signed.test");
    assertEquals([new Set(records).size, secure], [MANY, true]);
  },
  "an unsigned zone is not secure, nor is what leads there or starts there":
    async (
      resolver,
    ) => {
      for (
        const [name, address] of [
          ["www.unsigned.test", "192.0.2.2"],
          ["unsigned.signed.test", "192.0.2.2"],
          ["toward.unsigned.test", "192.0.2.1"],
        ] as const
      ) {
        const { records, secure } = await resolver.a(name);
        assertEquals([records, secure], [[address], false], name);
      }
      const tlsa = await resolver.tlsa("_25._tcp.www.unsigned.test");
      assertEquals([tlsa.records.length, tlsa.secure], [1, false]);
    },
  "forged and expired records are trouble": async (resolver) => {
    for (const name of ["www.forged.test", "www.expired.test"]) {
      const error = await assertRejects(() => resolver.a(name), DnsError);
      assertEquals([error.kind, error.domain], ["trouble", name]);
    }
    const well = await resolver.a("well.forged.test");
    assertEquals([well.records, well.secure], [["192.0.2.4"], true]);
  },
  "aliases in a circle are trouble": async (resolver) => {
    const ask = () => resolver.a("around.signed.test");
    assertEquals((await assertRejects(ask, DnsError)).kind, "trouble");
  },
  "names of addresses": async (resolver) => {
    const four = await resolver.ptr("192.0.2.1");
    assertEquals([four.records, four.secure], [["mx1.signed.test"], true]);
    const six = await resolver.ptr("2001:db8::1");
    assertEquals([six.records, six.secure], [["mx1.signed.test"], false]);
  },
};

function byPreference(
  records: readonly { preference: number; exchange: string }[],
): string[] {
  return records.map(({ preference, exchange }) => `${preference} ${exchange}`)
    .sort();
}

Deno.test("DNS: unbound and nsd", async (t) => {
  const servers = await startNameServers(ZONES);
  try {
    for (const [claim, prove] of Object.entries(CLAIMS)) {
      await t.step(`unbound: ${claim}`, async () => {
        const resolver = networkResolver({
          ...{ servers: [servers.resolver], validates: true },
        });
        await prove(resolver);
        resolver.close();
      });
    }

    await t.step("unbound, not trusted: nothing is secure", async () => {
      const resolver = networkResolver({ servers: [servers.resolver] });
      const { records, secure } = await resolver.a("mx1.signed.test");
      assertEquals([records, secure], [["192.0.2.1"], false]);
      resolver.close();
    });

    await t.step(
      "nsd, which does not validate: nothing is secure",
      async () => {
        const resolver = networkResolver({
          ...{ servers: [servers.authority], validates: true },
        });
        const { records, secure } = await resolver.a("alias.signed.test");
        assertEquals([records, secure], [["192.0.2.1"], false]);
        const big = await resolver.a("big.signed.test");
        assertEquals(big.records.length, MANY);
        const refused = () => resolver.a("example.org");
        const error = await assertRejects(refused, DnsError);
        assert(error.message.includes("refuses"), error.message);
        resolver.close();
      },
    );

    await t.step("a server that is gone: the next is asked", async () => {
      const gone = { address: "127.0.0.1", port: 1 };
      const resolver = networkResolver({
        ...{ servers: [gone, servers.resolver], patience: 200 },
      });
      assertEquals((await resolver.a("mx1.signed.test")).records, [
        "192.0.2.1",
      ]);
      resolver.close();
    });
  } finally {
    await servers.stop();
  }
});

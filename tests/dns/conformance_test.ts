/** What both resolvers owe whoever asks: one suite, two implementations. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  DnsError,
  memoryResolver,
  networkResolver,
  type Resolver,
  reverseName,
  type Zone,
} from "../../src/dns/mod.ts";
import { fakeNameServer } from "./fake_name_server.ts";
import { zoneAnswerer } from "./zone_answerer.ts";

const LONG = "v=DKIM1; p=" + "x".repeat(600);
const A_LABELS = "xn--bcher-kva.test";

const ZONE: Zone = {
  "example.test": {
    mx: [
      { preference: 20, exchange: "mx2.example.test" },
      { preference: 10, exchange: "mx1.example.test" },
    ],
    txt: ["v=spf1 -all", LONG, "caf\xe9 \x00\xff", ""],
    secure: true,
  },
  "mx1.example.test": {
    a: ["192.0.2.1", "192.0.2.2"],
    aaaa: ["2001:db8::1", "2001:db8:0:1:1:1:1:1"],
    secure: true,
  },
  "null.test": { mx: [{ preference: 0, exchange: "" }] },
  "_25._tcp.mx1.example.test": {
    tlsa: [{
      ...{ usage: 3, selector: 1, matching: 1 },
      data: Uint8Array.from({ length: 32 }, (_, i) => i * 8),
    }],
    secure: true,
  },
  [A_LABELS]: { a: ["192.0.2.3"] },
  "alias.test": { cname: "second.test", secure: true },
  "second.test": { cname: "mx1.example.test", secure: true },
  "half.test": { cname: "unsigned.test", secure: true },
  "unsigned.test": { a: ["192.0.2.4"] },
  "toward-half.test": { cname: "mx1.example.test" },
  "dangling.test": { cname: "nowhere.test" },
  "around.test": { cname: "and-around.test" },
  "and-around.test": { cname: "around.test" },
  "broken.test": { trouble: true },
  "half-broken.test": { a: ["192.0.2.5"], trouble: ["TLSA", "MX"] },
  "toward-broken.test": { cname: "broken.test" },
  [reverseName("192.0.2.1")!]: { ptr: ["mx1.example.test"] },
  [reverseName("2001:db8::1")!]: {
    ptr: ["mx1.example.test", "other.example.test"],
  },
};

interface Opened {
  readonly resolver: Resolver;
  close(): Promise<void>;
}

const IMPLEMENTATIONS: Readonly<Record<string, () => Promise<Opened>>> = {
  memory() {
    const resolver = memoryResolver(ZONE);
    return Promise.resolve({ resolver, close: () => Promise.resolve() });
  },
  async network() {
    const server = await fakeNameServer(zoneAnswerer(ZONE));
    const resolver = networkResolver({ servers: [server], validates: true });
    const close = () => {
      resolver.close();
      return server.close();
    };
    return { resolver, close };
  },
};

type Claim = (resolver: Resolver) => Promise<void>;

const CLAIMS: Readonly<Record<string, Claim>> = {
  "MX records come with their preferences": async (resolver) => {
    assertEquals(await resolver.mx("example.test"), {
      records: ZONE["example.test"]!.mx!,
      secure: true,
      canonical: "example.test",
    });
  },
  "a null MX is an empty exchange (RFC 7505)": async (resolver) => {
    const { records } = await resolver.mx("null.test");
    assertEquals(records, [{ preference: 0, exchange: "" }]);
  },
  "addresses come as texts": async (resolver) => {
    const { a, aaaa } = ZONE["mx1.example.test"]!;
    assertEquals((await resolver.a("mx1.example.test")).records, a!);
    assertEquals((await resolver.aaaa("mx1.example.test")).records, aaaa!);
  },
  "the pieces of a TXT record are one text, one unit an octet": async (
    resolver,
  ) => {
    const { records } = await resolver.txt("example.test");
    assertEquals(records, ZONE["example.test"]!.txt!);
  },
  "TLSA records come with their octets": async (resolver) => {
    const found = await resolver.tlsa("_25._tcp.mx1.example.test");
    const { tlsa } = ZONE["_25._tcp.mx1.example.test"]!;
    assertEquals(found.records.map((each) => ({ ...each })), [...tlsa!]);
    assertEquals(found.secure, true);
  },
  "PTR takes an address": async (resolver) => {
    const [four, six] = [
      await resolver.ptr("192.0.2.1"),
      await resolver.ptr("2001:DB8:0::0:1"),
    ];
    assertEquals(four.records, ["mx1.example.test"]);
    assertEquals(six.records, ["mx1.example.test", "other.example.test"]);
    assertEquals(six.canonical, reverseName("2001:db8::1")!);
  },
  "case and a dot at the end make no difference": async (resolver) => {
    const found = await resolver.a("MX1.Example.TEST.");
    assertEquals(found.records.length, 2);
    assertEquals(found.canonical, "mx1.example.test");
  },
  "A-labels are names like others": async (resolver) => {
    assertEquals((await resolver.a(A_LABELS)).records, ["192.0.2.3"]);
  },
  "a name without such records has none": async (resolver) => {
    assertEquals(await resolver.tlsa("mx1.example.test"), {
      ...{ records: [], secure: true, canonical: "mx1.example.test" },
    });
    // RFC 8020 §2: a name above others is there.
    const above = await resolver.a("_tcp.mx1.example.test");
    assertEquals(above.records, []);
  },
  "a name that is not there is missing": async (resolver) => {
    for (const name of ["nobody.test", "dangling.test"]) {
      await rejects("missing", name, () => resolver.a(name));
    }
    await rejects("missing", "192.0.2.99", () => resolver.ptr("192.0.2.99"));
  },
  "what cannot be a name is missing": async (resolver) => {
    const long = `${"a.".repeat(126)}aa`;
    for (
      const name of [
        ...["", ".", "..", "a..test", ".test", `${"a".repeat(64)}.test`, long],
        ...["a b.test", "a\\.test", "a\0.test", "b\u00fccher.test", "\ud800"],
      ]
    ) {
      await rejects("missing", name, () => resolver.mx(name));
    }
    for (const text of ["", "example.test", "1.2.3", "1.2.3.256", "::1::"]) {
      await rejects("missing", text, () => resolver.ptr(text));
    }
  },
  "aliases are followed, and are as secure as their weakest": async (
    resolver,
  ) => {
    const chain = await resolver.a("alias.test");
    assertEquals(chain.canonical, "mx1.example.test");
    assertEquals([chain.records.length, chain.secure], [2, true]);
    assertEquals((await resolver.a("half.test")).secure, false);
    assertEquals((await resolver.a("toward-half.test")).secure, false);
    const none = await resolver.txt("alias.test");
    assertEquals([none.records.length, none.canonical], [
      0,
      "mx1.example.test",
    ]);
  },
  "aliases in a circle are trouble": async (resolver) => {
    await rejects("trouble", "around.test", () => resolver.a("around.test"));
  },
  "trouble is told from what is missing": async (resolver) => {
    for (const name of ["broken.test", "toward-broken.test"]) {
      await rejects("trouble", name, () => resolver.a(name));
    }
    const name = "half-broken.test";
    await rejects("trouble", name, () => resolver.tlsa(name));
    assertEquals((await resolver.a(name)).records, ["192.0.2.5"]);
  },
  "after close all is trouble": async (resolver) => {
    await resolver.a("mx1.example.test");
    resolver.close();
    const name = "mx1.example.test";
    await rejects("trouble", name, () => resolver.a(name));
    resolver.close();
  },
};

async function rejects(
  kind: DnsError["kind"],
  name: string,
  ask: () => Promise<unknown>,
): Promise<void> {
  const error = await assertRejects(ask, DnsError);
  assertEquals([error.kind, error.domain], [kind, name]);
  assert(error.message.includes(`"${name}"`), error.message);
}

for (const [kind, open] of Object.entries(IMPLEMENTATIONS)) {
  for (const [claim, prove] of Object.entries(CLAIMS)) {
    Deno.test(`${kind} resolver: ${claim}`, async () => {
      const { resolver, close } = await open();
      try {
        await prove(resolver);
      } finally {
        await close();
      }
    });
  }
}

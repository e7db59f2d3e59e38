/** What the network resolver does with servers that fail, lie, stumble and are not who they say. */

import { Buffer } from "node:buffer";
import { assert, assertEquals, assertRejects } from "@std/assert";
import packet from "dns-packet";
import {
  DnsError,
  networkResolver,
  type NetworkResolverOptions,
  type Resolver,
} from "../../src/dns/mod.ts";
import {
  type Answerer,
  type Asked,
  type FakeMessage,
  type FakeNameServer,
  fakeNameServer,
  type FakeOptions,
  type FakeRecord,
  respond,
  soa,
} from "./fake_name_server.ts";

const NAME = "example.test";
const GOOD = "192.0.2.1";
const BAD = "203.0.113.66";

/** Milliseconds: silence that a test waits for, and silence that would be a failure. */
const SHORT = 100;
const LONG = 20_000;

function a(address: string, name = NAME, ttl = 300): FakeRecord {
  return { name, type: "A", ttl, data: address };
}

function good(asked: Asked): Uint8Array[] {
  return [respond(asked, { answers: [a(GOOD)] })];
}

interface Scene {
  readonly resolver: Resolver;
  readonly servers: readonly FakeNameServer[];
}

/** Servers that answer so, in this order, and a resolver that asks them. */
async function withServers(
  answerers: readonly Answerer[],
  options: Partial<NetworkResolverOptions> & FakeOptions,
  prove: (scene: Scene) => Promise<void>,
): Promise<void> {
  const servers: FakeNameServer[] = [];
  for (const answer of answerers) {
    servers.push(await fakeNameServer(answer, options));
  }
  const resolver = networkResolver({ patience: LONG, servers, ...options });
  try {
    await prove({ resolver, servers });
  } finally {
    resolver.close();
    for (const server of servers) await server.close();
  }
}

async function findsGood({ resolver }: Scene): Promise<void> {
  assertEquals((await resolver.a(NAME)).records, [GOOD]);
}

async function trouble(ask: () => Promise<unknown>): Promise<string> {
  const error = await assertRejects(ask, DnsError);
  assertEquals(error.kind, "trouble", error.message);
  return error.message;
}

Deno.test("queries: EDNS with 1232 octets; DO and AD where the server is trusted to validate", async () => {
  for (const validates of [true, false]) {
    await withServers([good], { validates }, async (scene) => {
      await findsGood(scene);
      const { bytes } = scene.servers[0]!.asked[0]!;
      const { flag_rd, flag_ad, additionals } = packet.decode(
        Buffer.from(bytes),
      ) as unknown as Record<string, unknown>;
      const [opt] = additionals as Record<string, unknown>[];
      assertEquals(
        [flag_rd, flag_ad, opt?.type, opt?.udpPayloadSize, opt?.flag_do],
        [true, validates, "OPT", 1232, validates],
      );
    });
  }
});

Deno.test("AD counts only from a server that is trusted to validate", async () => {
  const answer: Answerer = (asked) => [
    respond(asked, { answers: [a(GOOD)], authentic: true }),
  ];
  for (const validates of [true, false]) {
    await withServers([answer], { validates }, async ({ resolver }) => {
      assertEquals((await resolver.a(NAME)).secure, validates);
    });
  }
});

Deno.test("ids and ports differ from query to query (RFC 5452 §9.2)", async () => {
  const cache = { ttl: 0 };
  await withServers([good], { cache }, async (scene) => {
    for (let i = 0; i < 50; i++) await findsGood(scene);
    const { asked } = scene.servers[0]!;
    assertEquals(asked.length, 50);
    // 50 of 65,536 ids, or of 28,232 ports: two of a kind are rare, eleven are not chance.
    assert(new Set(asked.map(({ id }) => id)).size > 40);
    assert(new Set(asked.map(({ port }) => port)).size > 40);
  });
});

Deno.test("IPv6 servers are asked like others", async () => {
  await withServers([good], { address: "::1" }, findsGood);
  const truncated: Answerer = (asked) =>
    asked.via === "tcp" ? good(asked) : [respond(asked, { truncated: true })];
  await withServers([truncated], { address: "::1" }, findsGood);
});

const LIES: Readonly<Record<string, FakeMessage>> = {
  "another question's name": { question: { name: "other.test", type: "A" } },
  "another question's type": { question: { name: NAME, type: "AAAA" } },
  "no question": { noQuestion: true },
};

for (const [lie, message] of Object.entries(LIES)) {
  Deno.test(`an answer with ${lie} is as if it had not come`, async () => {
    const answer: Answerer = (asked) => [
      respond(asked, { answers: [a(BAD)], ...message }),
      ...good(asked),
    ];
    await withServers([answer], {}, findsGood);
  });
}

Deno.test("an answer with another id, a query, and garbage are as if they had not come", async () => {
  const answer: Answerer = (asked) => [
    respond(asked, { answers: [a(BAD)], id: asked.id ^ 1 }),
    asked.bytes,
    new Uint8Array(0),
    Uint8Array.of(asked.id >> 8),
    Uint8Array.of(asked.id >> 8, asked.id & 0xff, 0x81, 0x80),
    new Uint8Array(1500).fill(0xc0),
    ...good(asked),
  ];
  await withServers([answer], {}, findsGood);
});

Deno.test("an answer from another port is as if it had not come", async () => {
  const answer: Answerer = async (asked) => {
    const forged = respond(asked, { answers: [a(BAD)] });
    await server.forge(forged, asked.port);
    return good(asked);
  };
  const server = await fakeNameServer(answer);
  const resolver = networkResolver({ servers: [server], patience: LONG });
  await findsGood({ resolver, servers: [] });
  resolver.close();
  await server.close();
});

Deno.test("an answer that comes after its time is not taken for the next", async () => {
  let first: Asked | undefined;
  const answer: Answerer = (asked) => {
    if (first === undefined) {
      first = asked;
      return [];
    }
    return [
      respond(first, { answers: [a(BAD)] }),
      ...good(asked),
    ];
  };
  await withServers([answer], { patience: SHORT }, async (scene) => {
    await findsGood(scene);
    assertEquals(scene.servers[0]!.asked.length, 2);
  });
});

Deno.test("names in answers may be in any case", async () => {
  const answer: Answerer = (asked) => [
    respond(asked, {
      question: { name: "EXAMPLE.Test", type: "A" },
      answers: [a(GOOD, "eXample.tesT")],
    }),
  ];
  await withServers([answer], {}, findsGood);
});

Deno.test("a server that is silent: the next is asked", async () => {
  const options = { patience: SHORT };
  await withServers([() => [], good], options, async (scene) => {
    await findsGood(scene);
    assertEquals(scene.servers.map(({ asked }) => asked.length), [1, 1]);
  });
});

const FAILURES: Readonly<Record<string, Answerer>> = {
  SERVFAIL: (asked) => [respond(asked, { rcode: 2 })],
  REFUSED: (asked) => [respond(asked, { rcode: 5 })],
  "an unknown code": (asked) => [respond(asked, { rcode: 11 })],
  "a referral": (asked) => [
    respond(asked, {
      authorities: [{ name: "test", type: "NS", data: "ns.test" }],
    }),
  ],
  "an address of five octets": (asked) => [withDataLength(good(asked)[0]!, 5)],
  "an address of three octets": (asked) => [withDataLength(good(asked)[0]!, 3)],
  "more records than there are": (asked) => {
    const message = good(asked)[0]!;
    message[7] = 200;
    return [message];
  },
  "half a record": (asked) => [good(asked)[0]!.slice(0, -7)],
};

/** The last record's length made a lie; octets to read are there. */
function withDataLength(message: Uint8Array, length: number): Uint8Array {
  const padded = Uint8Array.from([...message, 0, 0]);
  padded[message.length - 5] = length;
  return padded;
}

for (const [failure, answer] of Object.entries(FAILURES)) {
  Deno.test(`a server that fails with ${failure}: the next is asked at once`, async () => {
    await withServers([answer, good], {}, async (scene) => {
      await findsGood(scene);
      assertEquals(scene.servers.map(({ asked }) => asked.length), [1, 1]);
    });
    await withServers([answer], {}, async ({ resolver, servers }) => {
      const message = await trouble(() => resolver.a(NAME));
      assert(message.includes(`${servers[0]!.port}`), message);
      assertEquals(servers[0]!.asked.length, 1);
    });
  });
}

Deno.test("nobody answers: all are asked in each round, then it is trouble", async () => {
  const options = { patience: SHORT, rounds: 2 };
  await withServers([() => [], () => []], options, async (scene) => {
    const message = await trouble(() => scene.resolver.a(NAME));
    assert(message.includes("does not answer"), message);
    assertEquals(scene.servers.map(({ asked }) => asked.length), [2, 2]);
  });
  const none = networkResolver({ servers: [] });
  assert((await trouble(() => none.a(NAME))).includes("no name servers"));
  none.close();
});

Deno.test("a server that knows no EDNS is asked without (RFC 6891 §7)", async () => {
  for (const noQuestion of [true, false]) {
    const answer: Answerer = (asked) =>
      asked.bytes[11] === 1
        ? [respond(asked, { rcode: 1, noQuestion })]
        : good(asked);
    await withServers([answer], {}, findsGood);
  }
});

Deno.test("what UDP cut short is asked over TCP", async () => {
  const many = Array.from(
    { length: 500 },
    (_, i) => a(`10.0.${i >> 8}.${i & 255}`),
  );
  const answer: Answerer = (asked) => [
    asked.via === "udp"
      ? respond(asked, { answers: many.slice(0, 20), truncated: true })
      : respond(asked, { answers: many }),
  ];
  await withServers([answer], {}, async ({ resolver, servers }) => {
    const { records } = await resolver.a(NAME);
    assertEquals(records, many.map(({ data }) => data as string));
    assertEquals(servers[0]!.asked.map(({ via }) => via), ["udp", "tcp"]);
  });
});

const STREAMS: Readonly<Record<string, (asked: Asked) => Uint8Array[]>> = {
  "nothing": () => [],
  "half a length": () => [Uint8Array.of(0)],
  "no message": () => [Uint8Array.of(0, 0)],
  "a length that is too long": (asked) => [
    Uint8Array.of(0xff, 0xff),
    ...good(asked),
  ],
  "a length that is too short": (asked) => [
    Uint8Array.of(0, 40),
    ...good(asked),
  ],
  "garbage": () => [new Uint8Array(5000).fill(0xff)],
  "another id": (asked) => {
    const message = respond(asked, { answers: [a(BAD)], id: asked.id ^ 1 });
    return [Uint8Array.of(0, message.length), message];
  },
  "an answer that is cut short, too": (asked) => {
    const message = respond(asked, { truncated: true });
    return [Uint8Array.of(0, message.length), message];
  },
};

for (const [what, stream] of Object.entries(STREAMS)) {
  Deno.test(`a server whose TCP brings ${what}: the next is asked at once`, async () => {
    const answer: Answerer = (asked) =>
      asked.via === "udp"
        ? [respond(asked, { truncated: true })]
        : stream(asked);
    const second = await fakeNameServer(good);
    const first = await fakeNameServer(answer, { raw: true });
    const servers = [first, second];
    const resolver = networkResolver({ servers, patience: LONG });
    await findsGood({ resolver, servers });
    assertEquals(first.asked.map(({ via }) => via), ["udp", "tcp"]);
    resolver.close();
    await first.close();
    await second.close();
  });
}

Deno.test("aliases that are told one by one are followed; all have to be secure", async () => {
  const chain = (weak: number): Answerer => (asked) => {
    const step = Number(/^c(\d)/.exec(asked.name)?.[1] ?? 0);
    const answers: FakeRecord[] = step < 4
      ? [{ name: asked.name, type: "CNAME", data: `c${step + 1}.test` }]
      : [a(GOOD, asked.name)];
    return [respond(asked, { answers, authentic: step !== weak })];
  };
  for (const weak of [0, 2, 4, 9]) {
    const options = { validates: true };
    await withServers([chain(weak)], options, async ({ resolver, servers }) => {
      const found = await resolver.a(NAME);
      assertEquals(found.records, [GOOD]);
      assertEquals([found.canonical, found.secure], ["c4.test", weak === 9]);
      assertEquals(servers[0]!.asked.length, 5);
    });
  }
});

Deno.test("aliases without an end, and in a circle, are trouble after a bounded number of queries", async () => {
  let count = 0;
  const endless: Answerer = (asked) => [
    respond(asked, {
      answers: [{ name: asked.name, type: "CNAME", data: `c${++count}.test` }],
    }),
  ];
  const circle: Answerer = (asked) => [
    respond(asked, {
      answers: [{ name: asked.name, type: "CNAME", data: asked.name }],
    }),
  ];
  const long: Answerer = (asked) => [
    respond(asked, {
      answers: [
        ...Array.from({ length: 17 }, (_, i) => ({
          ...{ name: i === 0 ? asked.name : `c${i}.test`, type: "CNAME" },
          data: `c${i + 1}.test`,
        })),
        a(BAD, "c17.test"),
      ],
    }),
  ];
  for (const answer of [endless, circle, long]) {
    await withServers([answer], {}, async ({ resolver, servers }) => {
      const message = await trouble(() => resolver.a(NAME));
      assert(message.includes("its aliases"), message);
      assert(servers[0]!.asked.length <= 8);
    });
  }
});

Deno.test("records of other names and classes in an answer are passed over", async () => {
  const answer: Answerer = (asked) => [
    respond(asked, {
      answers: [
        a(BAD, "other.test"),
        a(GOOD),
        { name: NAME, type: "TXT", data: "x" },
        { ...a(BAD), class: "CH" } as FakeRecord,
        { name: NAME, type: "NULL", data: Buffer.from("any octets") },
      ],
    }),
  ];
  await withServers([answer], {}, findsGood);
});

Deno.test("a mail exchanger of odd octets is a text that nobody can ask for", async () => {
  const answer: Answerer = (asked) => {
    const data = { preference: 1, exchange: "a\0b\\.test" };
    return [respond(asked, { answers: [{ name: NAME, type: "MX", data }] })];
  };
  await withServers([answer], {}, async ({ resolver }) => {
    const [mx] = (await resolver.mx(NAME)).records;
    assertEquals(mx!.exchange, "a\\000b\\092.test");
    const error = await assertRejects(() => resolver.a(mx!.exchange), DnsError);
    assertEquals(error.kind, "missing");
  });
});

Deno.test("questions under way are shared", async () => {
  await withServers([good], {}, async ({ resolver, servers }) => {
    const asking = Array.from({ length: 100 }, () => resolver.a(NAME));
    for (const { records } of await Promise.all(asking)) {
      assertEquals(records, [GOOD]);
    }
    assertEquals(servers[0]!.asked.length, 1);
  });
});

Deno.test("questions at a time are bounded, and all come to their turn", async () => {
  let [open, most] = [0, 0];
  const answer: Answerer = async (asked) => {
    most = Math.max(most, ++open);
    await new Promise((resolve) => setTimeout(resolve, 1));
    open--;
    return [respond(asked, { answers: [a(GOOD, asked.name)] })];
  };
  await withServers([answer], { concurrent: 5 }, async ({ resolver }) => {
    const names = Array.from({ length: 60 }, (_, i) => `n${i}.test`);
    const found = await Promise.all(names.map((name) => resolver.a(name)));
    assertEquals(found.map(({ canonical }) => canonical), names);
    assertEquals(most, 5);
  });
});

Deno.test("what is remembered, and for how long (RFC 2308)", async () => {
  const NXDOMAIN = 3;
  const table: [string, FakeMessage, seconds: number][] = [
    ["the lowest TTL", { answers: [a(GOOD), a(BAD, NAME, 60)] }, 60],
    ["at most a day", { answers: [a(GOOD, NAME, 999_999)] }, 86_400],
    ["TTL 0", { answers: [a(GOOD, NAME, 0)] }, 0],
    [
      "a TTL with its highest bit set",
      { answers: [a(GOOD, NAME, 2 ** 31)] },
      0,
    ],
    ["NODATA: SOA's minimum", { authorities: [soa("test", 60)] }, 60],
    ["NODATA: SOA's TTL", { authorities: [soa("test", 60, 30)] }, 30],
    [
      "NODATA: at most an hour",
      { authorities: [soa("test", 9999, 9999)] },
      3600,
    ],
    ["NODATA without SOA", {}, 0],
    ["NXDOMAIN", { rcode: NXDOMAIN, authorities: [soa("test", 60)] }, 60],
    ["NXDOMAIN without SOA", { rcode: NXDOMAIN }, 0],
    ["trouble", { rcode: 2 }, 5],
    ["an alias's TTL", {
      answers: [
        { name: NAME, type: "CNAME", ttl: 20, data: "b.test" },
        a(GOOD, "b.test"),
      ],
    }, 20],
  ];
  for (const [what, message, seconds] of table) {
    let time = 1000;
    const answer: Answerer = (asked) => [respond(asked, message)];
    const options = { now: () => time };
    await withServers([answer], options, async ({ resolver, servers }) => {
      const ask = async () => {
        await resolver.a(NAME).catch((error) => {
          if (!(error instanceof DnsError)) throw error;
        });
        return servers[0]!.asked.length;
      };
      assertEquals(await ask(), 1, what);
      if (seconds > 0) {
        time += seconds * 1000 - 1;
        assertEquals(await ask(), 1, `${what}: before its time is over`);
        time += 1;
      }
      assertEquals(await ask(), 2, `${what}: after its time`);
    });
  }
});

Deno.test("close ends what is under way, and what waits", async () => {
  const options = { concurrent: 1 };
  await withServers([() => []], options, async ({ resolver, servers }) => {
    const first = trouble(() => resolver.a(NAME));
    const waiting = trouble(() => resolver.a("other.test"));
    while (servers[0]!.asked.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    resolver.close();
    assert((await first).includes("closed"));
    assert((await waiting).includes("closed"));
    assertEquals(servers[0]!.asked.length, 1);
  });
});

Deno.test("close ends a TCP connection that says nothing", async () => {
  const { promise: asked, resolve: tell } = Promise.withResolvers<void>();
  const { promise: release, resolve: end } = Promise.withResolvers<void>();
  const answer: Answerer = async (query) => {
    if (query.via === "udp") return [respond(query, { truncated: true })];
    tell();
    await release;
    return [];
  };
  await withServers([answer], {}, async ({ resolver }) => {
    const first = trouble(() => resolver.a(NAME));
    await asked;
    resolver.close();
    assert((await first).includes("closed"));
    end();
  });
});

Deno.test("a server that permissions do not reach is trouble", async () => {
  const servers = [{ address: "192.0.2.53", port: 53 }];
  const resolver = networkResolver({ servers });
  const message = await trouble(() => resolver.a(NAME));
  assert(message.includes("no permission"), message);
  resolver.close();
});

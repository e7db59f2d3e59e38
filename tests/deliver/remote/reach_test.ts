/** Reaching peers: hosts and addresses in their order, each protected as it has to be. */

import { assert, assertEquals } from "@std/assert";
import type { Call, CallResult } from "../../../src/deliver/remote/call.ts";
import { memoryNotebook } from "../../../src/deliver/remote/memory_notebook.ts";
import { MtaSts } from "../../../src/deliver/remote/mta_sts.ts";
import type { Outgoing } from "../../../src/deliver/remote/outgoing.ts";
import type { TlsWish } from "../../../src/deliver/remote/protection.ts";
import { reach } from "../../../src/deliver/remote/reach.ts";
import { routeOf, type RouteTable } from "../../../src/deliver/remote/route.ts";
import { TlsMemory } from "../../../src/deliver/remote/tls_memory.ts";
import { memoryResolver, type Zone } from "../../../src/dns/mod.ts";
import { NO_CAPABILITIES } from "../../../src/smtp_client/mod.ts";

const mx = (preference: number, exchange: string) => ({ preference, exchange });
const tlsa = { usage: 3, selector: 1, matching: 1, data: new Uint8Array(32) };
const tls = { version: "TLSv1.3", cipher: "TLS_AES_128_GCM_SHA256" };
const peer = { capabilities: NO_CAPABILITIES, offeredTls: true };

const zone: Zone = {
  "a.test": { mx: [mx(10, "mx1.a.test"), mx(20, "mx2.a.test")] },
  "mx1.a.test": { a: ["192.0.2.1", "192.0.2.2"], aaaa: ["2001:db8::1"] },
  "mx2.a.test": { a: ["192.0.2.3"] },
  "six.test": { aaaa: ["2001:db8::6"] },
  "both.test": {
    a: ["192.0.2.20"],
    aaaa: Array.from({ length: 9 }, (_, i) => `2001:db8::2${i}`),
  },
  "half.test": { a: ["192.0.2.21"], trouble: ["AAAA"] },
  "dane.test": { mx: [mx(10, "mx.dane.test")], secure: true },
  "mx.dane.test": { a: ["192.0.2.9"], secure: true },
  "_25._tcp.mx.dane.test": { tlsa: [tlsa], secure: true },
  "unsure.test": { mx: [mx(10, "mx.unsure.test")], secure: true },
  "mx.unsure.test": { a: ["192.0.2.10"], secure: true },
  "_25._tcp.mx.unsure.test": { trouble: true },
  "unproven.test": { mx: [mx(10, "mx.unproven.test")] },
  "mx.unproven.test": { a: ["192.0.2.11"], secure: true },
  "_25._tcp.mx.unproven.test": { tlsa: [tlsa], secure: true },
  "nohost.test": { mx: [mx(10, "gone.test")] },
  "sts.test": { mx: [mx(10, "mx.sts.test"), mx(20, "mx.else.test")] },
  "mx.sts.test": { a: ["192.0.2.12"] },
  "mx.else.test": { a: ["192.0.2.13"] },
  "_mta-sts.sts.test": { txt: ["v=STSv1; id=1"] },
};

const OUTGOING: Outgoing = {
  routes: {},
  tls: "auto",
  dane: true,
  port: 25,
  families: [6, 4],
  sourceAddresses: ["127.0.0.9", "::9"],
  ownNames: ["us.test"],
  connections: 10,
  connectionsPerLane: 10,
  messagesPerConnection: 10,
  rememberTls: 1000,
};

const served: CallResult = { tls, report: { peer, transmissions: 1 } };
const refused: CallResult = {
  unreached: { code: 451, enhanced: "4.4.1", lines: ["Connection refused"] },
};
const badTls: CallResult = {
  tlsFailure: { kind: "certificate-expired", text: "expired" },
  report: {
    peer,
    transmissions: 0,
    failure: {
      kind: "tls handshake",
      reply: { code: 454, lines: ["TLS failed"] },
      spoken: false,
    },
  },
};

/** "192.0.2.1:25 opportunistic any": a call in short. */
function told({ address, port, startTls, judge }: Call): string {
  return `${address}:${port} ${startTls} ${judge.kind}`;
}

/** What is reached for `domain` where `answer` says what each call comes to. */
async function attempt(
  domain: string,
  answer: (call: string) => CallResult,
  { wish = "none", routes = {} }: {
    wish?: TlsWish;
    routes?: RouteTable;
  } = {},
) {
  const calls: Call[] = [];
  const resolver = memoryResolver(zone);
  const notebook = memoryNotebook();
  const memory = new TlsMemory({ notebook, now: () => 0, span: () => 1000 });
  const sts = new MtaSts({
    resolver,
    notebook,
    now: () => 0,
    log: () => {},
    fetch: () =>
      Promise.resolve(
        "version: STSv1\nmode: enforce\nmx: mx.sts.test\nmax_age: 9\n",
      ),
  });
  const reached = await reach(
    routeOf(domain, routes),
    wish,
    () => Promise.resolve(undefined),
    {
      resolver,
      memory,
      sts: () => sts,
      random: () => 0,
      log: () => {},
      outgoing: () => ({ ...OUTGOING, routes }),
      converse: async (call) => {
        calls.push(call);
        const result = answer(told(call));
        if (result.report?.failure === undefined && result.report) {
          await call.next(result.tls);
        }
        return result;
      },
    },
  );
  return { reached, calls: calls.map(told), full: calls, notebook };
}

Deno.test("reach: IPv6 first, then IPv4, then the next host, until one serves", async () => {
  const { reached, calls, full } = await attempt(
    "a.test",
    (call) => call.startsWith("192.0.2.3") ? served : refused,
  );
  assertEquals(reached.kind, "served");
  assertEquals(calls, [
    "2001:db8::1:25 opportunistic any",
    "192.0.2.1:25 opportunistic any",
    "192.0.2.2:25 opportunistic any",
    "192.0.2.3:25 opportunistic any",
  ]);
  assertEquals(full[0]!.localAddress, "::9");
  assertEquals(full[1]!.localAddress, "127.0.0.9");
});

Deno.test("reach: a host that has IPv6 alone is reached by it", async () => {
  const { reached, calls, full } = await attempt("six.test", () => served);
  assertEquals(reached.kind, "served");
  assertEquals(calls, ["2001:db8::6:25 opportunistic any"]);
  assertEquals(full[0]!.localAddress, "::9");
});

Deno.test("reach: a family that leads nowhere does not keep the other from being tried", async () => {
  const isSix = (call: string) => call.startsWith("2001:");
  const four = await attempt(
    "both.test",
    (call) => isSix(call) ? refused : served,
  );
  assertEquals(four.reached.kind, "served");
  assertEquals(four.full.map(({ address }) => address), [
    "2001:db8::20",
    "192.0.2.20",
  ]);
  const last = await attempt(
    "both.test",
    (call) => call.startsWith("2001:db8::21") ? served : refused,
  );
  assertEquals(last.full.map(({ address }) => address), [
    ...["2001:db8::20", "192.0.2.20", "2001:db8::21"],
  ]);
  const none = await attempt("both.test", () => refused);
  assertEquals([none.reached.kind, none.calls.length], ["later", 6]);
});

Deno.test("reach: one family that cannot be looked up does not matter while the other can", async () => {
  const { reached, calls } = await attempt("half.test", () => served);
  assertEquals(reached.kind, "served");
  assertEquals(calls, ["192.0.2.21:25 opportunistic any"]);
});

Deno.test("reach: when none serves, it is tried again later; the best host has the word", async () => {
  const { reached } = await attempt("a.test", () => refused);
  assertEquals(reached, {
    kind: "later",
    reply: refused.unreached!,
    peer: "mx1.a.test[192.0.2.2]:25",
  });
});

Deno.test("reach: TLS that fails where nobody demands it gives way to the clear (RFC 7435)", async () => {
  const { reached, calls } = await attempt(
    "a.test",
    (call) => call.endsWith("opportunistic any") ? badTls : served,
  );
  assertEquals(reached.kind, "served");
  assertEquals(calls, [
    "2001:db8::1:25 opportunistic any",
    "2001:db8::1:25 never any",
  ]);
});

Deno.test("reach: RFC 7672: TLSA records demand TLS, and a handshake that fails is no reason for the clear", async () => {
  const { reached, calls, notebook } = await attempt("dane.test", () => badTls);
  assertEquals(reached.kind, "later");
  assertEquals(calls, ["192.0.2.9:25 required dane"]);
  const [count] = notebook.counts("1970-01-01");
  assertEquals([count?.policy, count?.result], ["tlsa", "certificate-expired"]);
});

Deno.test("reach: RFC 7672 §2.2: TLSA records that cannot be looked up stop the delivery", async () => {
  const { reached, calls } = await attempt("unsure.test", () => served);
  assertEquals([reached.kind, calls], ["later", []]);
});

Deno.test("reach: RFC 7672 §2.1: an MX list that nothing proves has no DANE", async () => {
  const { calls } = await attempt("unproven.test", () => served);
  assertEquals(calls, ["192.0.2.11:25 opportunistic any"]);
});

Deno.test("reach: RFC 8461 §5: the policy's hosts only, with a certificate that verifies", async () => {
  const { reached, calls } = await attempt("sts.test", () => badTls);
  assertEquals(reached.kind, "later");
  assertEquals(calls, ["192.0.2.12:25 required pkix"]);
});

Deno.test("reach: RFC 8689: a message that demands TLS does not go to a host that nothing proves", async () => {
  const demanded = await attempt("a.test", () => served, { wish: "demanded" });
  assertEquals(demanded.calls, []);
  assertEquals(demanded.reached.kind, "failed");
  const bare = await attempt("dane.test", () => badTls, { wish: "demanded" });
  // RFC 8689 §4.2.1: such a message is returned, and does not wait for better times.
  assertEquals(bare.reached.kind, "failed");
  assert(bare.reached.kind === "failed");
  assertEquals(bare.reached.reply, {
    code: 550,
    enhanced: "5.7.10",
    lines: ["Encryption needed: TLS failed"],
  });
  const away = await attempt("dane.test", () => refused, { wish: "demanded" });
  assertEquals(away.reached.kind, "later");
  const proven = await attempt("dane.test", () => served, { wish: "demanded" });
  assertEquals(proven.calls, ["192.0.2.9:25 required dane"]);
});

Deno.test("reach: RFC 8689 §3: a sender may waive what the domain publishes", async () => {
  const { calls } = await attempt("dane.test", () => served, {
    wish: "waived",
  });
  assertEquals(calls, ["192.0.2.9:25 opportunistic any"]);
});

Deno.test("reach: a domain whose hosts do not exist is refused for good", async () => {
  const { reached } = await attempt("nohost.test", () => served);
  assertEquals(reached.kind === "failed" && reached.reply.enhanced, "5.1.2");
});

Deno.test("reach: a domain that has shown TLS is not spoken to without", async () => {
  const notebook = memoryNotebook();
  notebook.keepLevel("a.test", { level: "encrypted", seen: 0 });
  const memory = new TlsMemory({ notebook, now: () => 1, span: () => 1000 });
  const calls: string[] = [];
  await reach(
    routeOf("a.test", {}),
    "none",
    () => Promise.resolve(undefined),
    {
      resolver: memoryResolver(zone),
      memory,
      sts: () => undefined,
      random: () => 0,
      log: () => {},
      outgoing: () => ({ ...OUTGOING, families: [4] }),
      converse: (call) => {
        calls.push(told(call));
        return Promise.resolve(badTls);
      },
    },
  );
  assertEquals(calls, [
    "192.0.2.1:25 required any",
    "192.0.2.2:25 required any",
    "192.0.2.3:25 required any",
  ]);
});

Deno.test("reach: a domain may have a rule for TLS of its own", async () => {
  for (
    const [tls, call] of [
      ["verified", "192.0.2.11:25 required pkix"],
      ["never", "192.0.2.11:25 never any"],
    ] as const
  ) {
    const routes: RouteTable = { "unproven.test": { kind: "mx", tls } };
    const { calls } = await attempt("unproven.test", () => served, { routes });
    assertEquals(calls, [call]);
  }
});

Deno.test("reach: a smarthost is what the configuration says, login and all", async () => {
  const routes: RouteTable = {
    "*": {
      kind: "host",
      host: "mx2.a.test",
      port: 465,
      protocol: "smtp",
      implicitTls: true,
      tls: "verified",
      login: { user: "alice", password: "secret" },
      sourceAddresses: ["127.0.0.10"],
      relay: false,
    },
  };
  const { calls, full } = await attempt("anything.test", () => served, {
    routes,
  });
  assertEquals(calls, ["192.0.2.3:465 required pkix"]);
  assertEquals(full[0]!.implicitTls, true);
  assertEquals(full[0]!.login?.user, "alice");
  assertEquals(full[0]!.localAddress, "127.0.0.10");
});

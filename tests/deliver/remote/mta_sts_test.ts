/** MTA-STS policies (RFC 8461): found, cached, outliving trouble. */

import { assertEquals } from "@std/assert";
import { memoryNotebook } from "../../../src/deliver/remote/memory_notebook.ts";
import { MtaSts, namesHost } from "../../../src/deliver/remote/mta_sts.ts";
import { memoryResolver, type ZoneEntry } from "../../../src/dns/mod.ts";

const DAY = 24 * 3600 * 1000;
const POLICY =
  "version: STSv1\r\nmode: enforce\r\nmx: mx.a.test\r\nmx: *.b.test\r\nmax_age: 86400\r\n";

function stage() {
  const zone: Record<string, ZoneEntry> = {};
  const pages: Record<string, string> = {};
  const fetched: string[] = [];
  const logged: string[] = [];
  let now = 0;
  const sts = new MtaSts({
    resolver: memoryResolver(zone),
    notebook: memoryNotebook(),
    now: () => now,
    log: (event) => void logged.push(event),
    fetch: (domain) => {
      fetched.push(domain);
      const page = pages[domain];
      return page === undefined
        ? Promise.reject(new Error("HTTP 404"))
        : Promise.resolve(page);
    },
  });
  return {
    sts,
    zone,
    pages,
    fetched,
    logged,
    pass: (time: number) => now += time,
    announce: (text: string) => zone["_mta-sts.a.test"] = { txt: [text] },
  };
}

Deno.test("mta-sts: an announced policy is fetched once and kept", async () => {
  const { sts, announce, pages, fetched } = stage();
  announce("v=STSv1; id=1;");
  pages["a.test"] = POLICY;
  const policy = await sts.policyFor("a.test");
  assertEquals(policy?.mode, "enforce");
  assertEquals(policy?.mx, ["mx.a.test", "*.b.test"]);
  await sts.policyFor("a.test");
  assertEquals(fetched, ["a.test"]);
});

Deno.test("mta-sts: without an announcement nothing is fetched", async () => {
  const { sts, pages, fetched, announce } = stage();
  pages["a.test"] = POLICY;
  assertEquals(await sts.policyFor("a.test"), undefined);
  for (
    const text of ["v=STSv1", "v=STSv2; id=1", "id=1; v=STSv1", "v=STSv1; id=;"]
  ) {
    announce(text);
    assertEquals(await sts.policyFor("a.test"), undefined);
  }
  assertEquals(fetched, []);
});

Deno.test("mta-sts: RFC 8461 §3.1: two records are none", async () => {
  const { sts, zone, pages, fetched } = stage();
  zone["_mta-sts.a.test"] = { txt: ["v=STSv1; id=1", "v=STSv1; id=2"] };
  pages["a.test"] = POLICY;
  assertEquals(await sts.policyFor("a.test"), undefined);
  assertEquals(fetched, []);
});

Deno.test("mta-sts: another id brings another policy", async () => {
  const { sts, announce, pages } = stage();
  announce("v=STSv1; id=1;");
  pages["a.test"] = POLICY;
  await sts.policyFor("a.test");
  announce("v=STSv1; id=2;");
  pages["a.test"] = POLICY.replace("enforce", "testing");
  assertEquals((await sts.policyFor("a.test"))?.mode, "testing");
});

Deno.test("mta-sts: RFC 8461 §5.1: a cached policy outlives its announcement, until max_age", async () => {
  const { sts, announce, zone, pages, pass } = stage();
  announce("v=STSv1; id=1;");
  pages["a.test"] = POLICY;
  await sts.policyFor("a.test");
  zone["_mta-sts.a.test"] = { trouble: true };
  assertEquals((await sts.policyFor("a.test"))?.mode, "enforce");
  delete zone["_mta-sts.a.test"];
  assertEquals((await sts.policyFor("a.test"))?.mode, "enforce");
  pass(DAY);
  assertEquals(await sts.policyFor("a.test"), undefined);
});

Deno.test("mta-sts: a new policy that cannot be had leaves the old one, and is asked for again after five minutes", async () => {
  const { sts, announce, pages, fetched, logged, pass } = stage();
  announce("v=STSv1; id=1;");
  pages["a.test"] = POLICY;
  await sts.policyFor("a.test");
  announce("v=STSv1; id=2;");
  for (
    const page of [
      undefined,
      "<html>",
      "version: STSv1\nmode: enforce\nmax_age: 1\n",
    ]
  ) {
    if (page === undefined) delete pages["a.test"];
    else pages["a.test"] = page;
    assertEquals((await sts.policyFor("a.test"))?.id, "1");
    const before = fetched.length;
    await sts.policyFor("a.test");
    assertEquals(fetched.length, before);
    pass(5 * 60 * 1000);
  }
  assertEquals(fetched.length, 4);
  assertEquals(logged.length, 3);
});

const HOSTS: readonly (readonly [host: string, named: boolean])[] = [
  ["mx.a.test", true],
  ["mx2.a.test", false],
  ["one.b.test", true],
  ["one.two.b.test", false],
  ["b.test", false],
  ["xb.test", false],
];

for (const [host, named] of HOSTS) {
  Deno.test(`mta-sts: RFC 8461 §4.1: the policy ${named ? "names" : "does not name"} ${host}`, () => {
    const mx = ["mx.a.test", "*.b.test"];
    assertEquals(
      namesHost({ id: "1", mode: "enforce", mx, expires: 0 }, host),
      named,
    );
  });
}

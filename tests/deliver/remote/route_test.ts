/** Routes of the configuration. */

import { assertEquals, assertNotEquals } from "@std/assert";
import {
  type FixedHost,
  routeOf,
  type RouteTable,
} from "../../../src/deliver/remote/route.ts";

const smarthost: FixedHost = {
  kind: "host",
  host: "smtp.example.com",
  port: 587,
  protocol: "smtp",
  implicitTls: false,
  tls: "verified",
  relay: false,
};
const table: RouteTable = {
  "example.net": { kind: "hold" },
  ".example.net": { kind: "discard" },
  "direct.example.net": { kind: "mx" },
  "*": smarthost,
};

const CASES: readonly (readonly [string, string])[] = [
  ["example.net", "hold"],
  ["a.example.net", "discard"],
  ["a.b.example.net", "discard"],
  ["direct.example.net", "mx"],
  ["below.direct.example.net", "discard"],
  ["notexample.net", "host"],
  ["constructor", "host"],
];

for (const [domain, kind] of CASES) {
  Deno.test(`route: ${domain} takes "${kind}"`, () => {
    assertEquals(routeOf(domain, table).rule.kind, kind);
  });
}

Deno.test("route: without a rule DNS says where", () => {
  assertEquals(routeOf("example.org", {}).rule, { kind: "mx" });
});

Deno.test("route: domains of one smarthost share a lane, others do not", () => {
  const [a, b] = ["a.test", "b.test"];
  assertEquals(routeOf(a, table).lane, routeOf(b, table).lane);
  assertNotEquals(routeOf(a, {}).lane, routeOf(b, {}).lane);
});
